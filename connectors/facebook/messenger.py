"""Messenger: messages and what happens to them.

The thread is the page and one person. What the page sends comes back as an echo; who the other one is follows
from the page's own id, for in echoes sender and recipient were seen both ways round.
"""

from __future__ import annotations

from typing import Any

import msgspec

from commonline.connectors.facebook import attachments
from commonline.connectors.facebook.messenger_payload import (
    Account,
    Message,
    MessageEdit,
    MessageReaction,
    Postback,
    Referral,
)
from commonline.connectors.facebook.pages import MessengerPart, Page
from commonline.connectors.facebook.payload import id_text
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import Claim, Object, Party, Reference, Thread

CONFIDENT = 0.5
"""Meta's language detection is believed from here on."""


class Turn(msgspec.Struct, gc=False):
    """A Messenger event with what all its drafts need. `other` is the person, `key` their native id."""

    page: Page
    other: Party
    key: str
    at: int | None
    thread: Thread
    fields: dict[str, str]


def turn(part: MessengerPart) -> Turn:
    """Who talks with the page, where and when. Raises `MalformedPayloadError` if nobody does."""
    page, told = part.page, part.messaging
    for account in (told.sender, told.recipient):
        who = _native(account)
        if who is not None and who[1] != page.id:
            kind, key = who
            return opened(part, kind, key)
    raise MalformedPayloadError("neither sender nor recipient is a person", "sender")


def opened(part: MessengerPart, kind: str, key: str) -> Turn:
    """The turn of this person (`psid`) or guest of a plugin (`user_ref`)."""
    page = part.page
    at = times.parse(part.messaging.timestamp)
    other = Party(
        account=page.uri(kind, key),
        kind="person" if kind == "psid" else "anonymous",
        side="customer",
        role="author",
    )
    return Turn(
        page=page,
        other=other,
        key=key,
        at=at if at is not None else part.at,
        thread=Thread(id=page.uri("messenger", key), container=page.container),
        fields={"standby": "true"} if part.standby else {},
    )


def _native(account: Account | None) -> tuple[str, str] | None:
    if account is None:
        return None
    psid = id_text(account.id)
    if psid is not None:
        return "psid", psid
    user_ref = id_text(account.user_ref)
    return ("user_ref", user_ref) if user_ref is not None else None


def draft(turn: Turn, event: str, obj: Object, *, ours: bool = False) -> Draft:
    """A Create in the thread: by the person to the page, or (`ours`) the other way round."""
    other = turn.other
    return Draft(
        event=event,
        type="Create",
        object=obj,
        thread=turn.thread,
        channel="direct_message",
        visibility="customer",
        actor=turn.page.us() if ours else other,
        participants=[msgspec.structs.replace(other, role="to")] if ours else [turn.page.us("to")],
        our_account=turn.page.account,
        direction="outbound" if ours else "inbound",
        published=turn.at,
        fields=turn.fields,
    )


def message(entry: Entry) -> list[Draft]:
    """A message, our own that comes back, or one that was taken back."""
    part: MessengerPart = entry.body
    told: Message = part.told
    now = turn(part)
    uri = now.page.uri("message", _mid(told.mid))
    if told.is_deleted:
        gone = draft(now, entry.event, Object(id=uri, type="Note"), ours=told.is_echo)
        gone.type = "Delete"
        return [gone]
    obj = Object(id=uri, type="Note")
    new = draft(now, entry.event, obj, ours=told.is_echo)
    _content(obj, told)
    new.references = _references(now.page, told)
    _echo(new, told, entry.settings.get("bot_apps"))
    if told.quick_reply is not None and told.quick_reply.payload:
        new.fields["payload"] = told.quick_reply.payload
    if told.is_unsupported:
        new.fields["unsupported"] = "true"
    if told.referral is not None:
        new.fields.update(referral_fields(told.referral))
    _prior(part, now)
    return [new]


def _content(obj: Object, told: Message) -> None:
    obj.attachments, lines = attachments.of_message(told)
    if told.text:
        lines.insert(0, told.text)
    raw = "\n".join(lines)
    text = tidy(raw, link_spans(raw))
    obj.text = None if told.is_unsupported and not raw else text.text
    obj.spans = text.spans
    if told.nlp is not None:
        obj.language = _language(told.nlp)


def _language(nlp: Any) -> str | None:
    """`detected_locales`: ``en_XX`` is English of no country in particular."""
    locales = nlp.get("detected_locales") if isinstance(nlp, dict) else None
    if not isinstance(locales, list):
        return None
    best: tuple[float, str] = (CONFIDENT, "")
    for told in locales:
        if isinstance(told, dict) and isinstance(told.get("locale"), str):
            confidence = told.get("confidence")
            if isinstance(confidence, (int, float)):
                best = max(best, (float(confidence), told["locale"]))
    language, _, country = best[1].partition("_")
    return f"{language}-{country}" if country and country != "XX" else language or None


def _references(page: Page, told: Message) -> list[Reference]:
    if told.reply_to is None:
        return []
    if told.reply_to.mid:
        return [Reference(kind="reply", id=page.uri("message", told.reply_to.mid))]
    story = told.reply_to.story
    native_id = story.get("id") if isinstance(story, dict) else None
    return [Reference(kind="reply", id=page.uri("story", str(native_id)))] if native_id else []


def _echo(new: Draft, told: Message, bots: Any) -> None:
    """An app sent it, ours or another. Which of them are machines only the configuration knows."""
    app = id_text(told.app_id)
    if app is not None:
        new.generator = app
        new.automated = bool(bots) and app in {str(bot) for bot in bots}
    if told.is_echo:
        new.client_ref = told.metadata or None


def _prior(part: MessengerPart, now: Turn) -> None:
    """The guest of a plugin is a person now: Meta itself says that both are one."""
    told = part.messaging.prior_message
    prior = id_text(told.identifier) if told is not None else None
    if prior is not None:
        guest = now.page.uri("user_ref", prior)
        now.other.claims = [Claim(relation="formerly", account=guest, trust="verified")]


def edit(entry: Entry) -> list[Draft]:
    """A message was edited: the whole new text, numbered by how often."""
    part: MessengerPart = entry.body
    told: MessageEdit = part.told
    now = turn(part)
    number = id_text(told.num_edit) or ("" if now.at is None else str(now.at))
    obj = Object(id=now.page.uri("message", _mid(told.mid)), type="Note", version=number or None)
    if told.text is not None:
        text = tidy(told.text, link_spans(told.text))
        obj.text, obj.spans = text.text, text.spans
    new = draft(now, entry.event, obj, ours=_by_page(part))
    new.type = "Update"
    new.revision = number
    return [new]


def reaction(entry: Entry) -> list[Draft]:
    """A reaction on a message, or that it was taken back."""
    part: MessengerPart = entry.body
    told: MessageReaction = part.told
    now = turn(part)
    uri = now.page.uri("message", _mid(told.mid))
    ours = _by_page(part)
    new = draft(now, entry.event, Object(id=uri, type="Note"), ours=ours)
    undone = told.action == "unreact"
    new.type = "Undo" if undone else "Like"
    new.undoes = "Like" if undone else None
    new.edge = f"{uri}/like/{quoted(now.page.id if ours else now.key)}"
    new.revision = "" if now.at is None else str(now.at)
    new.reaction = told.emoji or told.reaction
    return [new]


def postback(entry: Entry) -> list[Draft]:
    """A button was pressed: its title is what the person said, its payload what the app understands."""
    part: MessengerPart = entry.body
    told: Postback = part.told
    now = turn(part)
    uri = now.page.uri("message", told.mid) if told.mid else now.page.uri("postback", now.key, str(now.at))
    obj = Object(id=uri, type="Note", text=tidy(told.title, []).text if told.title else None)
    new = draft(now, entry.event, obj)
    if told.payload:
        new.fields["payload"] = told.payload
    if told.referral is not None:
        new.fields.update(referral_fields(told.referral))
    return [new]


def referral_fields(told: Referral) -> dict[str, str]:
    """By which link, advertisement or plugin."""
    values = {
        "referral.source": told.source,
        "referral.type": told.type,
        "referral.ref": told.ref,
        "referral.ad_id": id_text(told.ad_id),
        "referral.uri": attachments.public_url(told.referer_uri),
    }
    return {name: value for name, value in values.items() if value}


def _by_page(part: MessengerPart) -> bool:
    sender = part.messaging.sender
    return sender is not None and id_text(sender.id) == part.page.id


def _mid(mid: str) -> str:
    if not mid:
        raise MalformedPayloadError("mid is empty", "mid")
    return mid
