"""Calls that tell who somebody is, which organisation they belong to, and where they look."""

from __future__ import annotations

import hashlib

import msgspec

from commonline.connectors.segment.payload import Call, Values
from commonline.connectors.segment.people import Space, group_of, name_of
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import mailto, tel
from commonline.kit.declared.guesses import is_secretive
from commonline.kit.declared.values import identifier, line, url
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.schemas.records import Change, Claim, Object, Party, Thread

MOST_VALUES = 60
VALUE_LIMIT = 300
_OF_THE_PARTY = frozenset({"email", "phone", "name", "first_name", "last_name", "firstName", "lastName", "fullName"})
_WEB = ("page", "web", "browser")


def drafted(entry: Entry, obj: Object, who: Party | None) -> Draft:
    """What all calls share. The thread is the user's, until somebody knows better."""
    call: Call = entry.body
    library = call.context.library if call.context else None
    moment = happened(call)
    return Draft(
        event=f"{call.type}/{call.event}" if call.event else call.type or "",
        type="Create",
        object=obj,
        thread=Thread(id=(who.account if who else None) or obj.id),
        channel="web",
        visibility="customer",
        revision=key(entry),
        actor=who,
        direction="inbound",
        generator=line(library if isinstance(library, str) or library is None else library.name, VALUE_LIMIT),
        published=moment,
        clock="source" if call.received is not None else "author",
    )


def happened(call: Call) -> int | None:
    """When it happened by the server's clock: ``timestamp``, else ``receivedAt - (sentAt - originalTimestamp)``."""
    told, sent, received = times.parse(call.timestamp), times.parse(call.sent), times.parse(call.received)
    original = times.parse(call.original)
    if told is not None:
        return told
    if None not in (sent, received, original):
        return (received or 0) - (sent or 0) + (original or 0)
    return original or received or sent


def key(entry: Entry) -> str:
    """The id of the call: redelivered and replayed calls have the same."""
    call: Call = entry.body
    told = identifier(call.message_id)
    if told is not None:
        return told
    return hashlib.blake2b(msgspec.json.encode(call, order="sorted"), digest_size=16).hexdigest()


def shown(told: Values | None) -> dict[str, str]:
    """Scalars as text, secrets left out."""
    found: dict[str, str] = {}
    for name, value in (told or {}).items():
        plain = line(name, 100)
        if plain is None or is_secretive(name) or isinstance(value, (dict, list)):
            continue
        if (text := line(value, VALUE_LIMIT)) and len(found) < MOST_VALUES:
            found[plain] = text
    return found


def identify(entry: Entry) -> list[Draft] | Ignored:
    """Somebody told who they are."""
    call: Call = entry.body
    who = Space(entry).caller(call, "subject")
    if who is None or who.account is None:
        raise MalformedPayloadError("neither userId nor anonymousId", "userId")
    person = Object(id=who.account, type="Person", title=who.name)
    new = drafted(entry, person, who)
    new.type = "Update"
    new.changes = [
        Change(field=f"x.{name}", after=value)
        for name, value in shown(call.traits).items()
        if name not in _OF_THE_PARTY
    ]
    return [new]


def group(entry: Entry) -> list[Draft]:
    """Somebody belongs to an organisation, of which something is told."""
    call: Call = entry.body
    space = Space(entry)
    account = space.optional("group", group_of(call))
    if account is None:
        raise MalformedPayloadError("the groupId is missing", "groupId")
    told = call.traits or {}
    organisation = Object(id=account, type="Organization", title=name_of(told))
    who = space.caller(call)
    drafts: list[Draft] = []
    if who is not None:
        joined = drafted(entry, organisation, who)
        joined.type, joined.edge, joined.revision = "Join", _membership(space, call, who), ""
        drafts.append(joined)
    if told:
        changed = drafted(entry, msgspec.structs.replace(organisation), who)
        changed.type, changed.thread = "Update", Thread(id=account, title=organisation.title)
        changed.channel, changed.visibility = "crm", "internal"
        named = ((name, value) for name, value in shown(told).items() if name != "name")
        changed.changes = [Change(field=f"x.{name}", after=value) for name, value in named]
        drafts.append(changed)
    return drafts


def _membership(space: Space, call: Call, who: Party) -> str:
    """The edge of an organisation to its member."""
    member = (who.account or "").rpartition("/")[2]
    return space.uri("group", str(group_of(call))) + f"/join/{member}"


def view(entry: Entry) -> list[Draft] | Ignored:
    """Somebody saw a page or a screen."""
    call: Call = entry.body
    space = Space(entry)
    who = space.caller(call)
    if who is None:
        return Ignored("no-content")
    properties = call.properties or {}
    beside = call.context.page if call.context else None
    place = url(properties.get("url")) or (url(beside.url) if beside else None)
    title = line(call.name) or line(properties.get("title")) or (line(beside.title) if beside else None)
    kind = call.type or "page"
    address = (place or "").partition("?")[0].partition("#")[0]
    page = Object(
        id=space.uri(kind, identifier(address or title or "") or key(entry)), type="Page", title=title, url=place
    )
    new = drafted(entry, page, who)
    new.type, new.edge, new.revision = "View", space.uri("message", key(entry)), ""
    new.fields = {name: text for name, text in shown(properties).items() if name not in ("url", "title")}
    if category := line(call.category):
        new.tags = [category]
    return [new]


def alias(entry: Entry) -> list[Draft]:
    """One id of somebody is replaced by another."""
    call: Call = entry.body
    space = Space(entry)
    who, previous = space.caller(call, "subject"), identifier(call.previous_id)
    if who is None or who.account is None or previous is None:
        raise MalformedPayloadError("who is known by another id, or that id, is missing", "previousId")
    for kind in ("user", "anonymous"):
        who.claims.append(Claim(relation="formerly", account=space.uri(kind, previous), trust="asserted"))
    return [_same(entry, who, previous)]


def merge(entry: Entry) -> list[Draft]:
    """RudderStack: two identifiers are the same person's."""
    call: Call = entry.body
    space = Space(entry)
    found = [one for one in call.merges if identifier(one.value) is not None]
    if len(found) != 2:
        raise MalformedPayloadError("two identifiers are expected", "mergeProperties")
    accounts = [_account(space, one.type, str(one.value)) for one in found]
    who = Party(account=accounts[0], kind="person", side="customer", role="subject")
    who.claims = [Claim(relation="same_as", account=accounts[1], trust="asserted")]
    return [_same(entry, who, str(found[1].value))]


def _account(space: Space, kind: str, value: str) -> str:
    known = mailto(value) if kind == "email" else tel(value) if kind == "phone" else None
    return known or space.uri("anonymous" if kind == "anonymousId" else "user", value)


def _same(entry: Entry, who: Party, other: str) -> Draft:
    new = drafted(entry, Object(id=who.account or "", type="Person", title=who.name), None)
    new.type, new.participants = "Update", [who]
    new.changes = [Change(field="x.also_known_as", after=line(other))]
    return new


def delete(entry: Entry) -> list[Draft]:
    """Somebody is to be forgotten."""
    call: Call = entry.body
    who = Space(entry).caller(call, "subject")
    if who is None or who.account is None:
        raise MalformedPayloadError("the userId is missing", "userId")
    who.claims = []
    new = drafted(entry, Object(id=who.account, type="Person"), None)
    new.type, new.participants = "Delete", [who]
    return [new]
