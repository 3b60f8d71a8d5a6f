"""Google Drive deliveries to drafts: changes and files of the API, comments; notifications that hold nothing.

A notification's facts are its headers, and they say no more than that something changed; `source.py` reads what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.google_drive.payload import CHANGED, COMMENT, FILE, KIND, Comment, File, Reply, User
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import mailto, native, quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.kit.text import link_spans, one_line, tidy
from commonline.schemas.records import (
    Attachment,
    Change,
    Container,
    Delivery,
    Object,
    Party,
    Reference,
    Role,
    Span,
    Thread,
    Visibility,
)

CONNECTOR = "google_drive"
STATE_HEADER, FILE_HEADER = "x-goog-resource-state", "x-drive-file"
FOLDER = "application/vnd.google-apps.folder"
KINDS = {"drive#change": "change", "drive#file": "file", "drive#comment": "comment"}
REASON = "deleted, or not shared any more"


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one fact of a record, or that there is one."""
    state = delivery.headers.get(STATE_HEADER)
    body = delivery.body or b""
    if state is not None:
        return [Entry(0, "sync" if state == "sync" else "notification", body, "", delivery, settings)]
    kind = KIND.decode(body).kind
    return [Entry(0, KINDS.get(kind or "", kind or "object"), body, "", delivery, settings)]


def change(entry: Entry) -> list[Draft] | Ignored:
    """A change of the list."""
    told = CHANGED.decode(entry.body)
    if told.change_type == "drive":
        return Ignored("workspace-admin")
    moment = times.parse(told.time)
    if told.removed or told.file is None:
        if not told.file_id:
            raise MalformedPayloadError("the file is missing", "fileId")
        new = _draft(File(told.file_id), "restricted")
        new.type, new.event, new.revision, new.published = "Delete", "file.removed", "removed", moment
        new.fields = {"reason": REASON}
        return [new]
    return _file(told.file)


def file(entry: Entry) -> list[Draft] | Ignored:
    """A file of a list, for history."""
    return _file(FILE.decode(entry.body))


def _file(one: File) -> list[Draft] | Ignored:
    if not one.id:
        raise MalformedPayloadError("the id is missing", "file.id")
    if one.mime_type == FOLDER:
        return Ignored("reference-data")
    new = _draft(one, _visibility(one))
    obj, created, modified = new.object, times.parse(one.created_time), times.parse(one.modified_time)
    obj.created, obj.version = created, str(modified) if modified is not None else None
    if one.trashed:
        new.type, new.event, new.published = "Delete", "file.trashed", times.parse(one.trashed_time) or modified
        new.revision, new.actor = str(new.published or ""), _person(one.trashing_user, "author")
        return [new]
    size = int(one.size) if one.size and one.size.isascii() and one.size.isdecimal() and len(one.size) < 16 else None
    obj.attachments = [Attachment(kind="file", id=one.id, name=obj.title, media_type=one.mime_type, size=size)]
    new.actor, new.published = _person(one.last_modifying_user, "author"), modified or created
    if modified != created:
        new.type, new.event, new.revision = "Update", "file.updated", str(modified)
        new.changes = [Change(field="body")]
    return [new]


def _visibility(one: File) -> Visibility:
    """What others can read is internal; whether also others than colleagues, Google does not tell here."""
    return "internal" if one.shared or one.drive_id else "restricted"


def _uri(file_id: str) -> str:
    return native(CONNECTOR, "file", file_id)


def _thread(one: File) -> Thread:
    where = Thread(id=_uri(one.id), title=one_line(one.name))
    if one.drive_id:
        where.container = Container(id=native(CONNECTOR, "drive", one.drive_id), kind="drive")
    return where


def _draft(one: File, visibility: Visibility) -> Draft:
    where = _thread(one)
    link = one.web_view_link
    url = link if link and link.startswith("https://") and link.isprintable() and " " not in link else None
    obj = Object(id=where.id, type="Document", title=where.title, url=url)
    new = Draft(event="file", type="Create", object=obj, thread=where, channel="document", visibility=visibility)
    new.direction = "internal"
    return new


def _person(user: User | None, role: Role) -> Party | None:
    """Somebody by their address, else by the number of their permission, else by name only."""
    if user is None:
        return None
    account = mailto(user.email_address)
    if account is None and user.permission_id:
        account = native(CONNECTOR, "user", user.permission_id)
    name = one_line(user.display_name)
    if account is None and name is None:
        return None
    return Party(account=account, kind="person", side="us" if user.me else "unknown", role=role, name=name)


def comment(entry: Entry) -> list[Draft]:
    """A comment as it is now, with its answers. Its own edit is one that no answer explains."""
    one = COMMENT.decode(entry.body)
    about = FILE.decode((entry.delivery.headers.get(FILE_HEADER) or "{}").encode())
    if not about.id:
        raise MalformedPayloadError("the file is missing", FILE_HEADER)
    own = native(CONNECTOR, "file", about.id, "comment", one.id)
    return [_comment(one, about, own), *(_reply(reply, about, own) for reply in one.replies)]


def _note(about: File, uri: str, event: str, author: User | None, content: str | None, created: str | None) -> Draft:
    new = _draft(about, _visibility(about))
    found = tidy(content or "", [])
    new.event = event
    new.object = Object(id=uri, type="Note", text=found.text or None, url=new.object.url)
    new.object.created, new.object.spans = times.parse(created), link_spans(found.text)
    new.actor, new.published = _person(author, "author"), new.object.created
    return new


def _comment(one: Comment, about: File, own: str) -> Draft:
    new = _note(about, own, "comment", one.author, one.content, one.created_time)
    words = tidy((one.quoted_file_content.value if one.quoted_file_content else None) or "", []).text
    if words and new.object.text:
        new.object.text = f"{words}\n\n{new.object.text}"
        new.object.spans = [Span(kind="quoted", start=0, end=len(words)), *link_spans(new.object.text)]
    modified = times.parse(one.modified_time)
    if one.deleted:
        return _gone(new, modified)
    answered = max((times.parse(reply.modified_time) or 0 for reply in one.replies), default=0)
    created = new.object.created
    if modified is not None and created is not None and modified > max(created, answered):
        return _edited(new, modified)
    return new


def _reply(reply: Reply, about: File, own: str) -> Draft:
    uri = f"{own}/reply/{quoted(reply.id)}"
    new = _note(about, uri, "reply", reply.author, reply.content, reply.created_time)
    new.references = [Reference(kind="reply", id=own)]
    created, modified = new.object.created, times.parse(reply.modified_time)
    if reply.deleted:
        return _gone(new, modified)
    if reply.action in ("resolve", "reopen"):
        new.type, new.event, new.revision, new.references = "Update", f"comment.{reply.action}", str(created or ""), []
        new.object.id, new.object.created = own, None
        new.changes = [Change(field="state", after="resolved" if reply.action == "resolve" else "open")]
        return new
    return _edited(new, modified) if modified is not None and modified != created else new


def _gone(new: Draft, moment: int | None) -> Draft:
    new.object.author, new.actor = new.actor, None
    new.object.text, new.object.spans, new.references = None, [], []
    new.type, new.event, new.published, new.revision = "Delete", f"{new.event}.deleted", moment, str(moment or "")
    return new


def _edited(new: Draft, moment: int) -> Draft:
    new.type, new.event, new.published, new.revision = "Update", f"{new.event}.updated", moment, str(moment)
    new.object.version, new.changes = new.revision, [Change(field="body")]
    return new


EVENTS: dict[str, EventMapping] = {"change": change, "file": file, "comment": comment}
