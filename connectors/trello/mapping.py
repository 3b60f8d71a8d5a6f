"""Trello's actions to activities: a card is a task in a thread of its own, a comment a note in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.kit.markdown import markdown_to_text, render_markdown
from commonline.kit.text import one_line
from commonline.schemas.records import Attachment, Change, Container, Delivery, Object, Party, Role, Thread

NAME = "trello"
FIELDS = {"name": "title", "desc": "body", "closed": "x.archived", "due": "due", "idList": "x.list", "pos": ""}
"""What may change about a card; where it stands in its list is nobody's news."""


class Member(msgspec.Struct):
    """Somebody on a board."""

    id: str
    name: str | None = msgspec.field(name="fullName", default=None)
    handle: str | None = msgspec.field(name="username", default=None)


class Named(msgspec.Struct):
    """A board, a list, a label."""

    id: str | None = None
    name: str | None = None
    short: str | None = msgspec.field(name="shortLink", default=None)
    url: str | None = None
    mime: str | None = msgspec.field(name="mimeType", default=None)


class Card(msgspec.Struct):
    """A card, as far as an action tells it."""

    id: str
    name: str | None = None
    desc: str | None = None
    short: str | None = msgspec.field(name="shortLink", default=None)
    due: str | None = None
    closed: bool | None = None


class Comment(msgspec.Struct):
    """A comment is an action, known by the first one's id."""

    id: str | None = None
    text: str | None = None


class Data(msgspec.Struct):
    """What an action is about."""

    card: Card | None = None
    board: Named | None = None
    list: Named | None = None
    after: Named | None = msgspec.field(name="listAfter", default=None)
    before: Named | None = msgspec.field(name="listBefore", default=None)
    label: Named | None = None
    attachment: Named | None = None
    old: dict[str, Any] = {}
    text: str | None = None
    action: Comment | None = None
    member: str | None = msgspec.field(name="idMember", default=None)


class Action(msgspec.Struct):
    """Who did what when."""

    id: str
    type: str
    data: Data
    date: str | None = None
    creator: Member | None = msgspec.field(name="memberCreator", default=None)
    member: Member | None = None


class Hook(msgspec.Struct):
    """A call."""

    action: Action


_hook = msgspec.json.Decoder(Hook).decode


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One delivery holds one action."""
    action = _hook(delivery.body or b"").action
    return [Entry(0, action.type, action, "action", delivery, settings)]


def card(entry: Entry) -> list[Draft] | Ignored:
    """A card came, changed, moved, is gone."""
    action: Action = entry.body
    new = _on_card(entry, action)
    if entry.event == "deleteCard":
        new.type, new.object.title = "Delete", None
        return [new]
    if entry.event == "updateCard":
        changes = _changes(action.data)
        if not changes:
            return Ignored("no-content")
        new.type, new.changes, new.revision = "Update", changes, str(new.published)
    if action.data.card and action.data.card.desc is not None:
        new.object.text = markdown_to_text(action.data.card.desc)
    return [new]


def _changes(data: Data) -> list[Change]:
    if data.after is not None:
        before = one_line(data.before.name) if data.before else None
        return [Change(field="status", before=before, after=one_line(data.after.name))]
    told = []
    for name, before in data.old.items():
        field = FIELDS.get(name, f"x.{name}")
        after = getattr(data.card, name, None) if name in ("name", "desc", "due", "closed") else None
        if field:
            told.append(Change(field=field, before=_shown(before), after=_shown(after)))
    return told


def _shown(value: Any) -> str | None:
    return one_line(str(value)) if isinstance(value, (str, int, float)) else None


def comment(entry: Entry) -> list[Draft]:
    """Somebody wrote on a card, wrote it anew, or took it away."""
    action: Action = entry.body
    told = action.data.action
    number = told.id if told and told.id else action.id
    new = _on_card(entry, action)
    rendered = render_markdown((told.text if told and told.text is not None else action.data.text) or "")
    obj = Object(id=native(NAME, "comment", number), type="Note", text=rendered.text, spans=rendered.spans)
    obj.url, new.object = new.object.url, obj
    if entry.event == "deleteComment":
        new.type, obj.text, obj.spans = "Delete", None, []
    elif entry.event == "updateComment":
        new.type, new.revision = "Update", str(new.published)
    return [new]


def member(entry: Entry) -> list[Draft]:
    """Somebody works on a card, or no more."""
    action: Action = entry.body
    who = _person(action.member, "assignee")
    if who is None:
        raise MalformedPayloadError("who is added or removed is not told", "member")
    new = _on_card(entry, action)
    came = entry.event.startswith("add")
    new.type, new.revision, new.participants = "Update", str(new.published), [who]
    name = who.name or who.handle
    new.changes = [Change(field="assignee", before=None if came else name, after=name if came else None)]
    return [new]


def part(entry: Entry) -> list[Draft]:
    """A file or a label is put on a card, or taken away."""
    action: Action = entry.body
    new = _on_card(entry, action)
    came = entry.event.startswith("add")
    new.type, new.revision = "Update", str(new.published)
    one = action.data.attachment or action.data.label
    name = one_line(one.name) if one else None
    field = "x.attachment" if action.data.attachment else "x.label"
    new.changes = [Change(field=field, before=None if came else name, after=name if came else None)]
    if came and action.data.attachment:
        file = action.data.attachment
        url = file.url if file.url and file.url.startswith("https://") and "\\0" not in file.url else None
        new.object.attachments = [Attachment(id=file.id, url=url, media_type=file.mime, name=name)]
    return [new]


def _on_card(entry: Entry, action: Action) -> Draft:
    told, board = action.data.card, action.data.board
    if told is None:
        raise MalformedPayloadError("the card is missing", "data.card")
    account = native(NAME, "card", told.id)
    title = one_line(told.name)
    container = None
    if board is not None and board.id:
        container = Container(id=native(NAME, "board", board.id), name=one_line(board.name), kind="board")
    url = f"https://trello.com/c/{told.short}" if told.short and told.short.isalnum() and told.short.isascii() else None
    column = one_line(action.data.list.name) if action.data.list else None
    return Draft(
        event=entry.event,
        type="Create",
        object=Object(id=account, type="Task", title=title, url=url),
        thread=Thread(id=account, title=title, container=container),
        channel="issue",
        visibility="internal",
        actor=_person(action.creator, "author"),
        published=times.parse(action.date),
        fields={"list": column} if column else {},
    )


def _person(one: Member | None, role: Role) -> Party | None:
    if one is None:
        return None
    account = native(NAME, "member", one.id)
    return Party(account=account, kind="person", role=role, name=one_line(one.name), handle=one_line(one.handle))


EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys(("createCard", "copyCard", "convertToCardFromCheckItem", "emailCard"), card),
    **dict.fromkeys(("updateCard", "deleteCard"), card),
    **dict.fromkeys(("commentCard", "copyCommentCard", "updateComment", "deleteComment"), comment),
    **dict.fromkeys(("addMemberToCard", "removeMemberFromCard"), member),
    **dict.fromkeys(("addAttachmentToCard", "deleteAttachmentFromCard"), part),
    **dict.fromkeys(("addLabelToCard", "removeLabelFromCard"), part),
}
