"""Messages: written, edited, deleted, liked; and those by which a chat tells what happened to it."""

from __future__ import annotations

from collections.abc import Iterable

from commonline.connectors.telegram import chats, content
from commonline.connectors.telegram.payload import (
    DELETED,
    MESSAGE,
    REACTION,
    Message,
    MessageReaction,
    Origin,
    Payment,
    Reaction,
    Topic,
    User,
)
from commonline.errors import MalformedPayloadError
from commonline.kit import text as texts
from commonline.kit import times
from commonline.kit.accounts import claim, quoted, tel
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Object, Party, Reference


def written(entry: Entry) -> list[Draft]:
    """A message or a channel's post, new or edited."""
    message = MESSAGE.decode(entry.body)
    new = draft(entry, message)
    content.fill(new.object, message)
    new.tags = content.tags(message)
    if entry.event.startswith("edited_"):
        edited = times.parse(message.edit_date)
        if edited is None:
            raise MalformedPayloadError("the time of the edit is missing", "edit_date")
        new.type, new.revision, new.published = "Update", str(edited), edited
        new.object.version = str(edited)
    elif message.is_automatic_forward and message.forward_origin is not None:
        return [_forwarded_post(new, message.forward_origin)]
    return [new]


def draft(entry: Entry, message: Message) -> Draft:
    """Who, where, when; the text is for the caller."""
    settings, bot = entry.settings, entry.settings["bot_id"]
    chat = message.chat
    at = times.parse(message.date)
    uri = chats.message_uri(chat, message.message_id, bot, message.business_connection_id)
    actor = chats.author(message, settings)
    obj = Object(id=uri, type="Note", url=chats.page(chat, message.message_id), created=at)
    new = Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=chats.thread(message, bot),
        channel="post" if chat.type == "channel" else "direct_message" if chat.type == "private" else "chat",
        visibility=chats.visibility(chat, settings),
        actor=actor,
        published=at,
        references=_references(message, bot),
    )
    if chats.internal(chat, settings):
        new.direction = "internal"
    _sides(new, message, bot)
    if actor is not None and message.contact is not None and message.from_ is not None:
        own = message.contact.user_id == message.from_.id
        number = message.contact.phone_number
        actor.claims = claim(tel(number if number.startswith("+") else f"+{number}"), "verified") if own else []
    if message.media_group_id:
        new.fields["album"] = message.media_group_id
    origin = message.forward_origin
    if origin is not None and origin.sender_user_name:
        new.fields["forwarded_from"] = origin.sender_user_name
    return new


def _sides(new: Draft, message: Message, bot: str) -> None:
    """In private chats it is known who speaks to whom."""
    actor, sender = new.actor, message.from_
    new.automated = actor is not None and actor.kind == "application" and message.sender_chat is None
    if message.via_bot is not None:
        new.generator = chats.account(message.via_bot.id)
    if message.sender_business_bot is not None:
        new.generator, new.automated = chats.account(message.sender_business_bot.id), True
    if message.chat.type != "private" or sender is None:
        return
    from_us = sender.id != message.chat.id
    other = chats.user(_other(message), "to", message.chat, {"bot_id": bot})
    new.direction = "outbound" if from_us else "inbound"
    new.participants = [other] if from_us else []
    if not message.business_connection_id:
        new.our_account = chats.account(int(bot)) if bot.isdecimal() else None
        if not from_us:
            new.participants = [chats.us({"bot_id": bot})]


def _other(message: Message) -> User:
    """The customer of a private chat, who gives it its number."""
    chat = message.chat
    return User(chat.id, first_name=chat.first_name or "", last_name=chat.last_name, username=chat.username)


def _references(message: Message, bot: str) -> list[Reference]:
    found: list[Reference] = []
    answered, chat = message.reply_to_message, message.chat
    if answered is not None and answered.message_id is not None:
        opens_topic = message.is_topic_message and answered.message_id == message.message_thread_id
        if not opens_topic:
            uri = chats.message_uri(answered.chat or chat, answered.message_id, bot, message.business_connection_id)
            speaker = answered.sender_chat or answered.from_
            found.append(Reference(kind="reply", id=uri, author=chats.account(speaker.id) if speaker else None))
    elsewhere = message.external_reply
    if elsewhere is not None and elsewhere.chat is not None and elsewhere.message_id is not None:
        found.append(Reference(kind="quote", id=chats.message_uri(elsewhere.chat, elsewhere.message_id, bot)))
    origin = message.forward_origin
    if origin is not None and origin.chat is not None and origin.message_id is not None:
        uri = chats.message_uri(origin.chat, origin.message_id, bot)
        found.append(Reference(kind="forward", id=uri, author=chats.account(origin.chat.id)))
    return found


def _forwarded_post(new: Draft, origin: Origin) -> Draft:
    """A channel's post as it appears in its discussion group: the thread that its comments are in."""
    copy = new.object.id
    target = next((one.id for one in new.references if one.kind == "forward"), copy)
    new.type, new.edge = "Announce", f"{copy}/announce"
    new.object = Object(id=target, type="Note")
    new.references = [Reference(kind="thread", id=target)]
    new.actor = chats.group(origin.chat, "author") if origin.chat is not None else new.actor
    new.automated = True
    return new


def deleted(entry: Entry) -> list[Draft]:
    """Messages of a business account that are gone; who deleted them is not told."""
    told = DELETED.decode(entry.body)
    bot = entry.settings["bot_id"]
    return [
        Draft(
            event=entry.event,
            type="Delete",
            revision="deleted",
            object=Object(id=chats.message_uri(told.chat, number, bot, told.business_connection_id), type="Note"),
            thread=chats.whole(told.chat, bot, told.business_connection_id),
            channel="direct_message",
            visibility=chats.visibility(told.chat, entry.settings),
        )
        for number in told.message_ids
    ]


def reacted(entry: Entry) -> list[Draft]:
    """What one person likes now and did not before, and the other way round."""
    told = REACTION.decode(entry.body)
    before, after = _emoji(told.old_reaction), _emoji(told.new_reaction)
    gone = [_like(entry, told, emoji, undone=True) for emoji in before if emoji not in after]
    return gone + [_like(entry, told, emoji, undone=False) for emoji in after if emoji not in before]


def _emoji(reactions: Iterable[Reaction]) -> list[str]:
    return list(dict.fromkeys(one.emoji or one.custom_emoji_id or one.type for one in reactions))


def _like(entry: Entry, told: MessageReaction, emoji: str, *, undone: bool) -> Draft:
    bot = entry.settings["bot_id"]
    uri = chats.message_uri(told.chat, told.message_id, bot)
    actor: Party | None = None
    if told.user is not None:
        actor = chats.user(told.user, "author", told.chat, entry.settings)
    elif told.actor_chat is not None:
        actor = chats.group(told.actor_chat, "author")
    who = quoted(actor.account) if actor is not None and actor.account else "anonymous"
    return Draft(
        event=entry.event,
        type="Undo" if undone else "Like",
        undoes="Like" if undone else None,
        edge=f"{uri}/like/{who}/{quoted(emoji)}",
        revision=str(told.date),
        object=Object(id=uri, type="Note"),
        thread=chats.whole(told.chat, bot),
        channel="direct_message" if told.chat.type == "private" else "chat",
        visibility=chats.visibility(told.chat, entry.settings),
        actor=actor,
        reaction=emoji,
        published=times.parse(told.date),
    )


def paid(entry: Entry) -> list[Draft]:
    """A payment in the chat, or its return."""
    message = MESSAGE.decode(entry.body)
    payment: Payment | None = message.successful_payment or message.refunded_payment
    if payment is None:
        raise MalformedPayloadError("no payment", "successful_payment")
    new = draft(entry, message)
    new.object.type, new.channel = "Payment", "commerce"
    new.object.text = texts.tidy(f"{payment.total_amount} {payment.currency}", []).text
    new.metrics = {"amount_minor": float(payment.total_amount)}
    new.fields |= {"currency": payment.currency, "state": "refunded" if message.refunded_payment else "paid"}
    return [new]


def titled(entry: Entry) -> list[Draft]:
    """The chat, or a topic of it, gets a name, is closed or opened."""
    message = MESSAGE.decode(entry.body)
    new = draft(entry, message)
    new.type, new.revision = "Update", str(message.message_id)
    topic: Topic | None = message.forum_topic_created or message.forum_topic_edited
    name = message.new_chat_title or (topic.name if topic is not None else None)
    if message.new_chat_title is not None:
        new.thread = chats.whole(message.chat, entry.settings["bot_id"])
    new.thread.title = name or new.thread.title
    new.object = Object(id=new.thread.id, type="Group", title=name)
    if message.forum_topic_closed is not None or message.forum_topic_reopened is not None:
        new.thread.state = "closed" if message.forum_topic_closed is not None else "open"
        new.changes = [Change(field="state", after=new.thread.state)]
    else:
        new.changes = [Change(field="title", after=name)]
    return [new]


def migrated(entry: Entry) -> list[Draft]:
    """A group became a supergroup with another number."""
    message = MESSAGE.decode(entry.body)
    chat = message.chat
    old = message.migrate_from_chat_id or chat.id
    fresh = message.migrate_to_chat_id or chat.id
    new = draft(entry, message)
    place = chats.container(chat)
    new.type, new.revision = "Move", str(fresh)
    new.object = Object(id=chats.account(old), type="Group", title=place.name)
    new.thread = chats.whole(chat, entry.settings["bot_id"])
    new.thread.id = chats.account(fresh)
    new.references = [
        Reference(kind="merged_into", id=chats.account(fresh)),
        Reference(kind="thread", id=chats.account(old)),
    ]
    return [new]
