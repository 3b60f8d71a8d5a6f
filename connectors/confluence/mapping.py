"""Confluence deliveries to drafts: contents of the API, and webhooks, which tell that something happened to one.

A webhook's fact is thin: the content that `source.py` reads has the words. What is gone is told by the webhook alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.confluence.payload import ADF, CONTENT, HOOK, KEYS, Content, Hook, Space, Thing
from commonline.connectors.confluence.site import account_of, link, person, space, uri, visibility
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.adf import render_adf
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.kit.text import Text, one_line, render_html
from commonline.schemas.records import (
    ActivityType,
    Attachment,
    Change,
    Delivery,
    Object,
    ObjectType,
    Party,
    Reference,
    Thread,
)

TYPES: dict[str, ObjectType] = {"page": "Page", "blogpost": "Article", "comment": "Note", "attachment": "Document"}
VERBS: dict[str, ActivityType] = {
    "created": "Create",
    "updated": "Update",
    "moved": "Update",
    "trashed": "Delete",
    "removed": "Delete",
    "restored": "Undo",
}
KINDS = {"page": "page", "blog": "blogpost", "blogpost": "blogpost", "comment": "comment", "attachment": "attachment"}
HOOKS = tuple(f"{kind}_{verb}" for kind in ("page", "blog", "comment", "attachment") for verb in VERBS)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one content, or webhook. Raises `msgspec.DecodeError` for what is neither."""
    body = delivery.body or b""
    keys = KEYS.decode(body)
    if isinstance(keys.get("type"), str) and "id" in keys:
        return [Entry(0, f"content.{keys['type']}", body, "", delivery, settings)]
    told = HOOK.decode(body)
    name = told.event or told.webhook_event or told.event_type or _queried(delivery) or "object"
    return [Entry(0, name.replace("blogpost_", "blog_"), told, "", delivery, settings)]


def _queried(delivery: Delivery) -> str | None:
    """The event's name in the address, where the webhook was given one that says it (``?event=page_created``)."""
    _, _, query = (delivery.request or "").partition("?")
    return next((part[6:] for part in query.split("&") if part.startswith("event=")), None)


def content(entry: Entry) -> list[Draft] | Ignored:
    """A content as it is now. Its first version is its creation, every later one an edit."""
    one: Content = CONTENT.decode(entry.body)
    kind = TYPES[one.type]
    parent = one.container
    where = space(one.space or (parent.space if parent else None), entry.settings)
    key = (one.space or (parent.space if parent else None) or Space()).key
    obj = Object(id=uri(entry.settings, "content", one.id), type=kind, title=one_line(one.title))
    if one.type == "comment":
        obj.title = None
    root = (
        uri(entry.settings, "content", parent.id)
        if parent is not None and one.type in ("comment", "attachment")
        else obj.id
    )
    thread = Thread(id=root, title=one_line(parent.title if parent is not None else one.title), container=where)
    new = Draft(event=f"{one.type}_created", type="Create", object=obj, thread=thread, channel="document",
                visibility=visibility(one, key, entry.settings))  # fmt: skip
    obj.url = link(entry.settings, one.links.webui if one.links else None)
    version = one.version
    number = version.number if version is not None else None
    moment = times.parse(version.when) if version is not None else None
    obj.created = times.parse(one.history.created_date) if one.history is not None else None
    author = person(one.history.created_by if one.history is not None else None, "author", entry.settings)
    editor = person(version.by if version is not None else None, "author", entry.settings)
    new.actor, new.published = author or editor, obj.created or moment
    if one.status in ("trashed", "deleted"):
        new.type, new.event, new.actor = "Delete", f"{one.type}_trashed", editor
        new.published, new.revision, obj.author = moment, str(number or ""), author
        return [new]
    _words(obj, one)
    _answers(new, one, entry)
    if number is not None and number > 1:
        new.type, new.event, new.actor, new.published = "Update", f"{one.type}_updated", editor or author, moment
        new.revision = obj.version = str(number)
        obj.author = author if author is not None and editor is not None and author.account != editor.account else None
        note = one_line(version.message) if version is not None else None
        new.changes = [Change(field="body"), *([Change(field="summary", after=note)] if note else [])]
    return [new]


def _answers(new: Draft, one: Content, entry: Entry) -> None:
    """The comment that a comment answers, and the page of a file."""
    if one.type == "attachment" and new.thread.id != new.object.id:
        new.references = [Reference(kind="attachment_of", id=new.thread.id)]
    if one.type == "comment":
        above = [parent for parent in one.ancestors or () if parent.type in (None, "comment")]
        target = uri(entry.settings, "content", above[-1].id) if above else new.thread.id
        new.references = [Reference(kind="reply", id=target)]


def _words(obj: Object, one: Content) -> None:
    """The text, from either form."""
    if one.type == "attachment":
        about = one.extensions
        obj.attachments = [
            Attachment(
                kind="file",
                id=str(one.id),
                name=obj.title,
                media_type=about.media_type if about is not None else None,
                size=about.file_size if about is not None else None,
            )
        ]
        return
    found = Text("", [])
    body = one.body
    if body is not None and body.atlas_doc_format is not None and body.atlas_doc_format.value:
        try:
            found = render_adf(
                ADF.decode(body.atlas_doc_format.value.encode()), lambda name: native("atlassian", "user", name)
            )
        except msgspec.DecodeError as error:
            raise MalformedPayloadError(str(error), "body.atlas_doc_format.value") from error
        obj.markup = "application/json"
    elif body is not None and body.storage is not None and body.storage.value:
        found = render_html(_plain_macros(body.storage.value))
        obj.markup = "text/html"
    obj.text, obj.spans = found.text or None, found.spans


def _plain_macros(storage: str) -> str:
    """Storage format is XHTML with Atlassian's own elements; a macro's parameters are no words, its text is."""
    text = (
        storage.replace("<![CDATA[", "")
        .replace("]]>", "")
        .replace("<ac:parameter", "<script")
        .replace("</ac:parameter>", "</script>")
    )
    return text.replace("<ac:plain-text-body>", "<pre>").replace("</ac:plain-text-body>", "</pre>")


def hook(entry: Entry) -> list[Draft]:
    """That something happened to a content: thin, but for what is gone."""
    told: Hook = entry.body
    kind, _, verb_of = entry.event.rpartition("_")
    thing = getattr(told, kind, None) or (told.blogpost if kind == "blog" else None)
    if thing is None:
        raise MalformedPayloadError("the content is missing", kind)
    verb = VERBS[verb_of]
    type_of = KINDS[kind]
    own = uri(entry.settings, "content", thing.id)
    above = thing.parent if kind in ("comment", "attachment") else None
    obj = Object(id=own, type=TYPES[type_of], title=one_line(thing.title) if kind != "comment" else None)
    thread = Thread(id=uri(entry.settings, "content", above.id) if above is not None else own)
    thread.title = one_line(above.title) if above is not None else obj.title
    thread.container = space(Space(key=thing.space_key or (above.space_key if above else None)), entry.settings)
    new = Draft(event=f"{type_of}_{verb_of}", type=verb, object=obj, thread=thread, channel="document",
                visibility="restricted")  # fmt: skip
    new.thin, new.undoes = verb in ("Create", "Update"), "Delete" if verb == "Undo" else None
    new.published = times.parse(told.timestamp)
    new.actor = _actor(told, thing, entry)
    if verb != "Create":
        new.revision = "removed" if verb_of == "removed" else str(thing.version or told.timestamp or "")
    if verb_of == "moved":
        new.changes = [Change(field="parent")]
    if thing.in_reply_to is not None:
        new.references = [Reference(kind="reply", id=uri(entry.settings, "content", thing.in_reply_to.id))]
    return [new]


def _actor(told: Hook, thing: Thing, entry: Entry) -> Party | None:
    account = account_of(told.user_account_id, told.user_key, entry.settings)
    if account is None and entry.event.endswith("_created"):
        account = account_of(thing.creator_account_id, thing.creator_key, entry.settings)
    return Party(account=account, kind="person", role="author") if account is not None else None


EVENTS: dict[str, EventMapping] = {
    **{f"content.{name}": content for name in TYPES},
    **dict.fromkeys(HOOKS, hook),
}
