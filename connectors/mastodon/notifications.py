"""Notifications: what others did to or with the account of the source. `type` names the event."""

from __future__ import annotations

from collections.abc import Callable

from commonline.connectors.mastodon import moderation, statuses
from commonline.connectors.mastodon.payload import NOTIFICATION, Account, Notification, Status, required
from commonline.connectors.mastodon.server import Server, ours, party, self_of, web
from commonline.connectors.mastodon.statuses import micros
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import quoted
from commonline.kit.draft import Draft
from commonline.schemas.records import ActivityType, Change, Object, Thread

Handler = Callable[[Server, Notification, str, frozenset[str]], list[Draft]]


def read(server: Server, body: bytes, event: str, own: frozenset[str]) -> list[Draft]:
    """Map a notification. Raises `MalformedPayloadError` if it lacks what its type promises."""
    told = NOTIFICATION.decode(body)
    return HANDLERS[event](server, told, event, own)


def addressed(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """A status that names us or quotes one of ours: the same fact as in the home timeline."""
    drafts = statuses.told(server, _status(told), event, own)
    for draft in drafts:
        draft.our_account = draft.our_account or self_of(own)
        draft.direction = "inbound"
    return drafts


def posted(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """A status of somebody whose statuses we want to be told."""
    return statuses.told(server, _status(told), event, own)


def reblogged(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """Somebody boosted a status of ours."""
    who = _account(told)
    status = _status(told)
    original = status.reblog if status.reblog is not None else status
    draft = statuses.announce(server, who, original, event, own)
    draft.published = micros(told.created_at)
    return [_inbound(draft, own)]


def favourited(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """Somebody likes a status of ours."""
    who, status = _account(told), _status(told)
    uri = server.uri("status", required(status.id, "status.id"))
    author = ours(party(server, status.account), own)
    obj = Object(id=uri, type="Note", url=web(status.url), created=micros(status.created_at), author=author)
    draft = Draft(
        event=event,
        type="Like",
        edge=f"{uri}/like/{quoted(required(who.id, 'account.id'))}",
        object=obj,
        thread=statuses.the_thread(server, status, obj),
        channel="direct_message" if status.visibility == "direct" else "post",
        visibility=statuses.visibility(status),
        actor=party(server, who),
        reaction="favourite",
        published=micros(told.created_at),
        automated=bool(who.bot),
    )
    return [_inbound(draft, own)]


def followed(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """Somebody follows us."""
    return [_follow(server, told, event, own, "Follow")]


def asked_to_follow(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """Somebody wants to follow us and waits for our yes."""
    draft = _follow(server, told, event, own, "Offer")
    draft.visibility = "customer"
    return [draft]


def _follow(server: Server, told: Notification, event: str, own: frozenset[str], verb: ActivityType) -> Draft:
    who = _account(told)
    us = self_of(own) or server.uri("account", "own")
    edge = server.uri("follow", required(who.id, "account.id"))
    draft = Draft(
        event=event,
        type=verb,
        edge=edge,
        object=Object(id=us, type="Profile"),
        thread=Thread(id=edge),
        channel="other",
        visibility="public",
        actor=party(server, who),
        published=micros(told.created_at),
        automated=bool(who.bot),
        metrics=statuses.followers(who),
    )
    return _inbound(draft, own)


def poll_ended(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """A poll that we made or voted in is over: its final votes."""
    status = _status(told)
    draft = statuses.edited(server, status, event, own)
    at = (micros(status.poll.expires_at) if status.poll is not None else None) or micros(told.created_at)
    draft.actor = None
    draft.object.author = ours(party(server, status.account), own)
    draft.published = at
    draft.object.version = draft.revision = "" if at is None else str(at)
    draft.changes = [Change(field="status", after="closed")]
    return [draft]


def changed(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """A status that we boosted was edited."""
    return [statuses.edited(server, _status(told), event, own)]


def signed_up(server: Server, told: Notification, event: str, _own: frozenset[str]) -> list[Draft]:
    """Somebody has a new account on our server."""
    return [moderation.sign_up(server, _account(told), event, micros(told.created_at))]


def reported(server: Server, told: Notification, event: str, _own: frozenset[str]) -> list[Draft]:
    """Somebody reported an account to our server's staff."""
    if told.report is None:
        raise MalformedPayloadError("there is no report", "report")
    return [moderation.flag(server, told.report, event, reporter=told.account)]


def warned(server: Server, told: Notification, event: str, own: frozenset[str]) -> list[Draft]:
    """The server's staff acted against our account."""
    if told.moderation_warning is None:
        raise MalformedPayloadError("there is no moderation_warning", "moderation_warning")
    return [_inbound(moderation.warning(server, told.moderation_warning, event), own)]


def _inbound(draft: Draft, own: frozenset[str]) -> Draft:
    draft.our_account = draft.our_account or self_of(own)
    draft.direction = "inbound"
    return draft


def _status(told: Notification) -> Status:
    if told.status is None:
        raise MalformedPayloadError("there is no status", "status")
    return told.status


def _account(told: Notification) -> Account:
    if told.account is None:
        raise MalformedPayloadError("there is no account", "account")
    return told.account


HANDLERS: dict[str, Handler] = {
    "notification.mention": addressed,
    "notification.quote": addressed,
    "notification.status": posted,
    "notification.reblog": reblogged,
    "notification.favourite": favourited,
    "notification.follow": followed,
    "notification.follow_request": asked_to_follow,
    "notification.poll": poll_ended,
    "notification.update": changed,
    "notification.admin.sign_up": signed_up,
    "notification.admin.report": reported,
    "notification.moderation_warning": warned,
}
