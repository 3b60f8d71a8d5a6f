"""Changes of a wiki to drafts. The stream's events and the API's records tell one change, so they have one id.

https://www.mediawiki.org/wiki/Manual:RCFeed · https://www.mediawiki.org/wiki/API:RecentChanges

A page is known by its title, for a log's entry tells nothing else of it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import Meta, Struct, field
from msgspec.json import Decoder

from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import html_to_text, one_line
from commonline.schemas.records import (
    ActivityType,
    Change,
    Container,
    Delivery,
    Object,
    Party,
    Role,
    Thread,
    Visibility,
)

CONNECTOR = "mediawiki"
SECTION = "\u2192\u200e"
"""The arrow before the name of a section that was edited."""
Number = Annotated[int, Meta(ge=0, le=2**53)] | None
LOGS: dict[str, ActivityType] = {
    "delete": "Delete",
    "move": "Move",
    "upload": "Create",
    "protect": "Update",
    "block": "Block",
}
"""Kinds of logs that are facts about a page or a person; other logs are administration."""


class Pair(Struct, gc=False):
    """Bytes or revisions before and after."""

    old: Number = None
    new: Number = None


class About(Struct, gc=False):
    """The envelope of the stream."""

    dt: str | None = None
    domain: str | None = None
    uri: str | None = None


class Changed(Struct, gc=False):
    """A change, in the stream's words; `from_api` makes one of the API's."""

    type: str
    title: str
    user: str | None = None
    namespace: int | None = None
    comment: str | None = None
    parsedcomment: str | None = None
    timestamp: int | float | str | None = None
    bot: bool = False
    minor: bool = False
    length: Pair | None = None
    revision: Pair | None = None
    log_id: Number = None
    log_type: str | None = None
    log_action: str | None = None
    log_params: Any = None
    server_name: str | None = None
    notify_url: str | None = None
    title_url: str | None = None
    tags: list[str] | None = None
    meta: About = field(default_factory=About)


class Listed(Struct, gc=False):
    """A record of the API's list, ``formatversion=2``."""

    type: str
    title: str = ""
    ns: int | None = None
    user: str | None = None
    comment: str | None = None
    parsedcomment: str | None = None
    timestamp: str | None = None
    bot: bool = False
    minor: bool = False
    oldlen: Number = None
    newlen: Number = None
    revid: Number = None
    old_revid: Number = None
    logid: Number = None
    logtype: str | None = None
    logaction: str | None = None
    logparams: Any = None
    tags: list[str] | None = None


class _Head(Struct):
    rcid: Number = None
    meta: Any = None


_HEAD = Decoder(_Head)
_CHANGED = Decoder(Changed)
_LISTED = Decoder(Listed)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one change of an event or record. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    body = delivery.body or b""
    if delivery.content_type.startswith("text/event-stream"):
        body = b"\n".join(line[5:].strip() for line in body.split(b"\n") if line.startswith(b"data:"))
    head = _HEAD.decode(body)
    if head.rcid is not None:
        one = from_api(_LISTED.decode(body), str(settings.get("api_url") or ""))
    else:
        one = _CHANGED.decode(body)
        one.server_name = one.server_name or one.meta.domain
    if not one.server_name:
        raise MalformedPayloadError("the wiki is missing", "server_name")
    name = one.type
    if name == "log":
        name = f"log.{one.log_type}" if one.log_type in LOGS else "log"
    return [Entry(0, name, (one, head.rcid is not None), "", delivery, settings)]


def from_api(one: Listed, api_url: str) -> Changed:
    """The same change in the stream's words."""
    parts = urlsplit(api_url)
    base = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('api.php')}index.php"
    found = Changed(one.type, one.title, one.user, one.ns, one.comment, one.parsedcomment, one.timestamp)
    found.bot, found.minor, found.tags = one.bot, one.minor, one.tags
    found.length, found.revision = Pair(one.oldlen, one.newlen), Pair(one.old_revid, one.revid)
    found.log_id, found.log_type, found.log_action = one.logid, one.logtype, one.logaction
    found.log_params, found.server_name = one.logparams, parts.netloc
    if parts.netloc and one.revid:
        found.notify_url = f"{base}?diff={one.revid}&oldid={one.old_revid or 0}"
    return found


def edited(entry: Entry) -> list[Draft]:
    """A page was written or changed."""
    one, _ = entry.body
    new = _draft(entry, one, "Create" if entry.event == "new" else "Update")
    revision = one.revision.new if one.revision is not None else None
    if not revision:
        raise MalformedPayloadError("the revision is missing", "revision.new")
    new.object.version = str(revision)
    if new.type == "Update":
        new.revision = str(revision)
        new.changes = [Change(field="body"), *new.changes]
    if one.length is not None and one.length.new is not None:
        new.metrics = {"bytes": float(one.length.new), "bytes_changed": float(one.length.new - (one.length.old or 0))}
    return [new]


def logged(entry: Entry) -> list[Draft]:
    """A page was deleted, restored, moved, protected or uploaded; a person was blocked."""
    one, _ = entry.body
    verb = LOGS[one.log_type or ""]
    restored = one.log_type == "delete" and one.log_action == "restore"
    new = _draft(entry, one, "Undo" if restored else verb)
    new.undoes = "Delete" if restored else None
    new.revision = str(one.log_id or "")
    if one.log_type == "delete" and one.log_action not in ("delete", "delete_redir", "restore"):
        new.type, new.changes = "Update", [Change(field="visibility", after="hidden"), *new.changes]
    elif one.log_type == "upload":
        new.object.type = "Document"
        if one.log_action == "overwrite":
            new.type = "Update"
    elif one.log_type == "protect":
        new.changes = [Change(field="protection", after=one_line(one.log_action)), *new.changes]
    elif one.log_type == "move":
        target = one.log_params.get("target") or one.log_params.get("target_title") if _is_table(one) else None
        if isinstance(target, str):
            new.changes = [Change(field="title", before=one_line(one.title), after=one_line(target)), *new.changes]
    elif one.log_type == "block":
        name = one.title.partition(":")[2] or one.title
        new.object = Object(
            id=native(CONNECTOR, one.server_name or "", "user", name), type="Profile", title=one_line(name)
        )
        new.participants = [_user(one, name, "subject")]
        if one.log_action == "unblock":
            new.type, new.undoes = "Undo", "Block"
    return [new]


def _is_table(one: Changed) -> bool:
    return isinstance(one.log_params, dict)


def _draft(entry: Entry, one: Changed, verb: ActivityType) -> Draft:
    """An activity about a page."""
    _, polled = entry.body
    page = native(CONNECTOR, one.server_name or "", "page", one.title)
    title = one_line(one.title)
    obj = Object(id=page, type="Page", title=title, url=_link(one.notify_url or one.title_url or one.meta.uri))
    wiki = Container(id=native(CONNECTOR, one.server_name or "", "wiki"), name=one_line(one.server_name), kind="wiki")
    new = Draft(
        event=entry.event,
        type=verb,
        object=obj,
        thread=Thread(id=page, title=title, container=wiki),
        channel="document",
        visibility=_visibility(entry.settings, polled=polled),
    )
    new.actor = _user(one, one.user, "author") if one.user else None
    new.automated = one.bot
    new.published = times.parse(one.timestamp) or times.parse(one.meta.dt)
    comment = _comment(one)
    new.changes = [Change(field="summary", after=comment)] if comment else []
    new.tags = [word for tag in (one.tags or ())[:20] if (word := one_line(tag))]
    if one.minor:
        new.fields["minor"] = "true"
    return new


def _visibility(settings: Mapping[str, Any], *, polled: bool) -> Visibility:
    """Wikimedia's wikis are public; one that is asked by its API is internal unless the settings say more."""
    return "public" if not polled or settings.get("public_wiki") is True else "internal"


def _user(one: Changed, name: str, role: Role) -> Party:
    """A registered name, an address or a temporary account of somebody who is not logged in."""
    party = Party(account=native(CONNECTOR, one.server_name or "", "user", name), role=role, name=one_line(name))
    party.kind = "anonymous" if _nameless(name) else "person"
    if one.bot and role == "author":
        party.kind = "application"
    return party


def _nameless(name: str) -> bool:
    if name.startswith("~2"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _comment(one: Changed) -> str | None:
    if one.parsedcomment:
        return one_line(html_to_text(one.parsedcomment).replace(SECTION, ""))
    return one_line(one.comment)


def _link(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) and url.isprintable() and " " not in url else None


EVENTS: dict[str, EventMapping] = {
    "edit": edited,
    "new": edited,
    **{f"log.{name}": logged for name in LOGS},
}
