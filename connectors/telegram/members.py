"""Who comes and goes: members of groups, and people who start or block the bot."""

from __future__ import annotations

from typing import Literal

from commonline.connectors.telegram import chats
from commonline.connectors.telegram.messages import draft
from commonline.connectors.telegram.payload import JOIN, MEMBER, MESSAGE, Chat, Member, User
from commonline.kit import text as texts
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.schemas.records import Change, Object

Verb = Literal["Join", "Add", "Leave", "Remove"]
OUTSIDE = frozenset({"left", "kicked"})


def came(entry: Entry) -> list[Draft]:
    """New members, as the chat says it; whoever else added them is the actor of an Add."""
    message = MESSAGE.decode(entry.body)
    drafts = []
    for one in message.new_chat_members or []:
        new = draft(entry, message)
        own = message.from_ is not None and message.from_.id == one.id
        _membership(new, one, message.chat, entry, "Join" if own else "Add", str(message.message_id))
        drafts.append(new)
    return drafts


def left(entry: Entry) -> list[Draft]:
    """A member is gone, as the chat says it."""
    message = MESSAGE.decode(entry.body)
    new = draft(entry, message)
    one = message.left_chat_member
    if one is not None:
        own = message.from_ is not None and message.from_.id == one.id
        _membership(new, one, message.chat, entry, "Leave" if own else "Remove", str(message.message_id))
    return [new]


def changed(entry: Entry) -> list[Draft] | Ignored:
    """A membership as it is now. In a private chat it is the bot that is blocked, or let in again."""
    told = MEMBER.decode(entry.body)
    was, now = _inside(told.old_chat_member), _inside(told.new_chat_member)
    if was == now:
        return Ignored("workspace-admin")
    chat, bot = told.chat, entry.settings["bot_id"]
    member = told.new_chat_member.user
    at = times.parse(told.date)
    new = Draft(
        event=entry.event,
        type="Join",
        object=Object(id=chats.account(chat.id), type="Group"),
        thread=chats.whole(chat, bot),
        channel="direct_message" if chat.type == "private" else "chat",
        visibility=chats.visibility(chat, entry.settings),
        actor=chats.user(told.from_, "author", chat, entry.settings),
        published=at,
    )
    if chat.type == "private":
        new.type, new.undoes = ("Undo", "Block") if now else ("Block", None)
        new.object = Object(id=chats.account(member.id), type="Application")
        new.edge = f"{new.object.id}/block/{chat.id}"
        new.revision, new.direction = str(told.date), "inbound"
        return [new]
    own = told.from_.id == member.id
    verb: Literal["Join", "Add", "Leave", "Remove"] = (
        ("Join" if own else "Add") if now else "Leave" if own else "Remove"
    )
    _membership(new, member, chat, entry, verb, str(told.date))
    return [new]


def asked(entry: Entry) -> list[Draft]:
    """Somebody asks to be let into a group; what they say of themselves is the text."""
    told = JOIN.decode(entry.body)
    chat = told.chat
    return [
        Draft(
            event=entry.event,
            type="Offer",
            object=Object(id=chats.account(chat.id), type="Group", title=chat.title, text=_plain(told.bio)),
            thread=chats.whole(chat, entry.settings["bot_id"]),
            channel="chat",
            visibility="restricted",
            actor=chats.user(told.from_, "author", chat, entry.settings),
            edge=f"{chats.account(chat.id)}/request/{told.from_.id}",
            revision=str(told.date),
            published=times.parse(told.date),
        )
    ]


def _plain(text: str | None) -> str | None:
    return None if text is None else texts.tidy(text, []).text


def _inside(member: Member) -> bool:
    return member.is_member if member.is_member is not None else member.status not in OUTSIDE


def _membership(new: Draft, member: User, chat: Chat, entry: Entry, verb: Verb, revision: str) -> None:
    new.type, new.revision = verb, revision
    new.object = Object(id=chats.account(chat.id), type="Group", title=chat.title)
    new.edge = f"{chats.account(chat.id)}/member/{member.id}"
    new.participants = [chats.user(member, "member", chat, entry.settings)]
    new.thread = chats.whole(chat, entry.settings["bot_id"])
    new.changes = [Change(field="members", after=new.participants[0].name)] if verb in ("Add", "Join") else []
