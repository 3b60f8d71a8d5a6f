"""People: whose an object is, to whom it is addressed, how far it may travel."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from commonline.connectors.activitypub.payload import PUBLIC, Thing, iri, listed, text, thing, uri, word
from commonline.kit.text import html_to_text, one_line
from commonline.schemas.records import Party, PartyKind, Role, Visibility

ACTORS: dict[str, PartyKind] = {
    "Person": "person",
    "Group": "group",
    "Organization": "organisation",
    "Service": "application",
    "Application": "application",
}


class Where(Struct, frozen=True):
    """Our actor, and who passed the activity on."""

    ours: str | None
    relay: str | None = None


def account(value: Any) -> str | None:
    """Somebody's account: the address of their actor."""
    return uri(iri(value))


def party(where: Where, value: Any, role: Role) -> Party | None:
    """Somebody, with what an embedded actor tells."""
    address = account(value)
    if address is None:
        return None
    found = Party(account=address, kind="person", role=role)
    actor = thing(value)
    if actor is not None:
        found.kind = ACTORS.get(word(actor.type) or "", "person")
        found.handle = one_line(text(actor.preferred_username))
        found.name = plain(actor.name) or found.handle
    if address == where.ours:
        found.side = "us"
    return found


def plain(value: Any) -> str | None:
    """One line of a name that may hold markup."""
    told = text(value)
    return one_line(html_to_text(told)) if told and ("<" in told or "&" in told) else one_line(told)


def authors(where: Where, told: Thing) -> list[Party]:
    """Whose object it is."""
    found = [party(where, one, "author") for one in listed(told.attributed_to)]
    people = [one for one in found if one is not None]
    persons = [one for one in people if one.kind != "group"]
    return persons or people


def visibility(told: Thing, inner: Thing | None = None) -> Visibility:
    """How far it was addressed: `told` is the activity, or the object where there is none. Never looser than either."""
    both = [told, *([inner] if inner is not None else [])]
    addressed = [one for one in both if one.to is not None or one.cc is not None or one.audience is not None]
    if not addressed:
        return "restricted"
    open_to_all = all(PUBLIC & set(addresses(one.to, one.cc)) for one in addressed)
    if open_to_all:
        return "public"
    return "customer" if any(addresses(one.to, one.cc, one.audience) for one in addressed) else "restricted"


def same_server(address: str, other: str | None) -> bool:
    """Whether two addresses are of one server, which alone can say what stands there."""
    try:
        return urlsplit(address)[:2] == urlsplit(other or "")[:2]
    except ValueError:
        return False


def unlisted(told: Thing) -> bool:
    """Whether it is public without being shown in public timelines."""
    return not PUBLIC & set(addresses(told.to)) and bool(PUBLIC & set(addresses(told.cc)))


def addresses(*values: Any) -> list[str]:
    """All addresses that properties name."""
    return [found for value in values for one in listed(value) if (found := iri(one)) is not None]


def named(where: Where, told: Thing, but: str | None) -> list[Party]:
    """Who is mentioned, and to whom it is addressed one by one."""
    found: dict[str, Party] = {}
    for tag in listed(told.tag):
        one = thing(tag)
        if one is None or word(one.type) != "Mention":
            continue
        someone = party(where, iri(one.href), "mentioned")
        if someone is not None and someone.account is not None:
            someone.handle = (one_line(text(one.name)) or "").removeprefix("@") or None
            found.setdefault(someone.account, someone)
    roles: list[tuple[Role, Any]] = [("to", told.to), ("cc", told.cc)]
    for role, value in roles:
        for address in addresses(value):
            if address in PUBLIC or address.rstrip("/").endswith(("/followers", "/following", "/members")):
                continue
            someone = party(where, address, role)
            if someone is not None and someone.account is not None:
                found.setdefault(someone.account, someone)
    return [one for one in found.values() if one.account != but]
