"""Mail of Outlook, and files of drives."""

from __future__ import annotations

from commonline.connectors.microsoft_graph.payload import ITEM, MAIL, Mail
from commonline.connectors.microsoft_graph.people import correspondent, party, uri
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import one_line, render_html, tidy
from commonline.schemas.records import Attachment, Container, Object, Reference, Thread

ITEM_ATTACHMENT = "reference"
DRIVE_HEADER = "x-graph-drive"


def mail(entry: Entry) -> list[Draft] | Ignored:
    """A mail of a mailbox; drafts are not sent yet."""
    one = MAIL.decode(entry.body)
    if one.is_draft:
        return Ignored("no-content")
    name = _message_id(one.internet_message_id)
    if name is None and not one.id:
        raise MalformedPayloadError("the id is missing", "internetMessageId")
    own = f"mid:{quoted(name)}" if name else uri(entry.settings, "mail", one.id or "")
    obj = Object(id=own, type="Note", title=one_line(one.subject), url=None)
    _words(obj, one)
    new = Draft(event="message", type="Create", object=obj, thread=_thread(entry, one, own), channel="email",
                visibility="customer")  # fmt: skip
    new.actor = correspondent(one.from_ or one.sender, "author")
    people = [correspondent(to, "to") for to in one.to_recipients or ()]
    people += [correspondent(cc, "cc") for cc in one.cc_recipients or ()]
    new.participants = [who for who in people if who is not None]
    new.published = times.parse(one.received_date_time) or times.parse(one.sent_date_time)
    headers = {header.name.lower(): header.value for header in one.internet_message_headers or ()}
    answered = _message_id(headers.get("in-reply-to"))
    if answered:
        new.references = [Reference(kind="reply", id=f"mid:{quoted(answered)}")]
    new.automated = headers.get("auto-submitted", "no").lower() != "no" or "list-id" in headers
    return [new]


def _message_id(text: str | None) -> str | None:
    """The id between angle brackets."""
    found = (text or "").strip().removeprefix("<").partition(">")[0].strip()
    return found if found and found.isprintable() and " " not in found else None


def _thread(entry: Entry, one: Mail, own: str) -> Thread:
    """The first of the references, which every mail program tells; else Outlook's conversation."""
    headers = {header.name.lower(): header.value for header in one.internet_message_headers or ()}
    first = _message_id((headers.get("references") or headers.get("in-reply-to") or "").strip().partition(" ")[0])
    if first:
        return Thread(id=f"mid:{quoted(first)}", title=one_line(one.subject))
    if one.internet_message_headers is None and one.conversation_id:
        return Thread(id=uri(entry.settings, "conversation", one.conversation_id), title=one_line(one.subject))
    return Thread(id=own, title=one_line(one.subject))


def _words(obj: Object, one: Mail) -> None:
    body = one.body
    if body is not None and body.content is not None:
        found = render_html(body.content) if (body.content_type or "").lower() == "html" else tidy(body.content, [])
        obj.text, obj.spans = found.text.strip("\n") or None, found.spans
        if (body.content_type or "").lower() == "html":
            obj.markup = "text/html"
        elif found.text.startswith("\n"):
            obj.spans = []
    elif one.body_preview:
        obj.text = tidy(one.body_preview, []).text
    obj.attachments = [
        Attachment(kind="file", id=file.id, name=one_line(file.name), media_type=file.content_type, size=file.size)
        for file in one.attachments or ()
    ]


def item(entry: Entry) -> list[Draft] | Ignored:
    """A file was made, changed or deleted; folders are order, not facts."""
    one = ITEM.decode(entry.body)
    if one.folder is not None and one.deleted is None:
        return Ignored("reference-data")
    parent = one.parent_reference
    drive = (parent.drive_id if parent is not None else None) or entry.delivery.headers.get(DRIVE_HEADER) or "unknown"
    obj = Object(id=uri(entry.settings, "drive", drive, one.id), type="Document", title=one_line(one.name))
    place = Container(
        id=uri(entry.settings, "drive", drive), name=one_line(parent.name if parent else None), kind="drive"
    )
    new = Draft(event="driveItem", type="Create", object=obj, thread=Thread(id=obj.id, container=place),
                channel="document", visibility="internal")  # fmt: skip
    new.thread.title = obj.title
    if one.deleted is not None:
        new.type, new.event, new.revision = "Delete", "driveItem.deleted", "deleted"
        return [new]
    created, modified = times.parse(one.created_date_time), times.parse(one.last_modified_date_time)
    obj.created = created
    link = one.web_url
    obj.url = link if link and link.startswith("https://") and link.isprintable() and " " not in link else None
    media = one.file.mime_type if one.file is not None else None
    obj.attachments = [Attachment(kind="file", id=one.id, name=obj.title, media_type=media, size=one.size)]
    new.actor = party(one.last_modified_by or one.created_by, "author", entry.settings)
    new.published, new.direction = modified or created, "internal"
    obj.version = str(modified) if modified is not None else None
    if modified != created:
        new.type, new.event, new.revision = "Update", "driveItem.updated", str(modified)
    return [new]
