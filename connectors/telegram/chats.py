"""Who and where: accounts, chats and the ids of messages.

In channels and supergroups (ids from -100…) a message's number is the same for everybody. In private chats and small
groups every account counts by itself, so that the bot, or the business account that it serves, is part of the id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.telegram.payload import Chat, Message, User
from commonline.kit.accounts import native
from commonline.schemas.records import Container, Party, Role, Thread, Visibility

CONNECTOR = "telegram"
SHARED = "-100"
ANONYMOUS_ADMIN, CHANNEL_FORWARD, CHANNEL_BOT = 1087968824, 777000, 136817688
"""Accounts that stand in for a group or channel: `sender_chat` says whose words they are."""
KINDS = {"private": "conversation", "group": "group", "supergroup": "group", "channel": "channel"}


def account(native_id: int) -> str:
    """A person, bot, group or channel."""
    return native(CONNECTOR, native_id)


def message_uri(chat: Chat, message_id: int, bot: str, business: str | None = None) -> str:
    """The URI of a message, as it is told to this bot."""
    if str(chat.id).startswith(SHARED):
        return native(CONNECTOR, chat.id, message_id)
    if business:
        return native(CONNECTOR, "business", business, chat.id, message_id)
    return native(CONNECTOR, "bot", bot, chat.id, message_id)


def page(chat: Chat, message_id: int) -> str | None:
    """The permalink, where there is one: not in private chats, whose name is the other one's."""
    if chat.username and chat.type in ("supergroup", "channel"):
        return f"https://t.me/{chat.username}/{message_id}"
    number = str(chat.id)
    return f"https://t.me/c/{number.removeprefix(SHARED)}/{message_id}" if number.startswith(SHARED) else None


def container(chat: Chat) -> Container:
    """The chat."""
    return Container(id=account(chat.id), name=_title(chat), kind=KINDS.get(chat.type, "group"))


def thread(message: Message, bot: str) -> Thread:
    """A post of a channel is a thread of its own; a topic or a post's comments are one; else it is the chat."""
    chat, root = message.chat, message.message_thread_id
    place = container(chat)
    if chat.type == "channel":
        return Thread(id=message_uri(chat, message.message_id, bot), container=place)
    if message.is_automatic_forward:
        return Thread(id=message_uri(chat, message.message_id, bot), container=place)
    if root is not None and chat.type == "supergroup":
        return Thread(id=message_uri(chat, root, bot), container=place)
    return whole(chat, bot, message.business_connection_id)


def whole(chat: Chat, bot: str, business: str | None = None) -> Thread:
    """The chat as a thread. A private chat is one thread for each bot and business account."""
    if chat.type != "private":
        return Thread(id=account(chat.id), title=_title(chat), container=container(chat))
    party = native(CONNECTOR, "business", business) if business else native(CONNECTOR, "bot", bot)
    return Thread(id=f"{party}/{chat.id}", container=container(chat))


def internal(chat: Chat, settings: Mapping[str, Any]) -> bool:
    """Whether only colleagues are in it, as the source's settings say."""
    return str(chat.id) in (settings.get("internal_chats") or ())


def visibility(chat: Chat, settings: Mapping[str, Any]) -> Visibility:
    """What has a public name is public; groups of colleagues are internal by the source's settings."""
    if internal(chat, settings):
        return "internal"
    if chat.type == "private":
        return "customer"
    if chat.type in KINDS:
        return "public" if chat.username else "customer"
    return "restricted"


def user(one: User, role: Role, chat: Chat, settings: Mapping[str, Any]) -> Party:
    """A person or bot. In a private chat the other one is a customer."""
    party = Party(account=account(one.id), kind="application" if one.is_bot else "person", role=role)
    party.name = " ".join(part for part in (one.first_name, one.last_name) if part) or None
    party.handle = one.username
    if str(one.id) == settings.get("bot_id"):
        party.side = "us"
    elif chat.type == "private":
        party.side = "customer" if one.id == chat.id else "us"
    elif internal(chat, settings):
        party.side = "us"
    return party


def us(settings: Mapping[str, Any], role: Role = "to") -> Party:
    """The bot."""
    return Party(account=native(CONNECTOR, settings["bot_id"]), kind="application", side="us", role=role)


def group(chat: Chat, role: Role) -> Party:
    """A chat that speaks for itself."""
    party = Party(account=account(chat.id), kind="organisation" if chat.type == "channel" else "group", role=role)
    party.name, party.handle = _title(chat), chat.username
    return party


def author(message: Message, settings: Mapping[str, Any]) -> Party | None:
    """Whose words a message is: the chat's in whose name it was sent, else the sender's."""
    if message.sender_chat is not None:
        party = group(message.sender_chat, "author")
        if message.author_signature:
            party.name = f"{party.name} ({message.author_signature})" if party.name else message.author_signature
        return party
    return user(message.from_, "author", message.chat, settings) if message.from_ is not None else None


def _title(chat: Chat) -> str | None:
    names = " ".join(part for part in (chat.first_name, chat.last_name) if part)
    return chat.title or names or None
