"""Who wrote to whom."""

from __future__ import annotations

import msgspec

from commonline.connectors.email.authentication import verified
from commonline.connectors.email.automated import MASS, NO_REPLY, ROBOTS, SHARED, local_part
from commonline.connectors.email.headers import Address, Headers
from commonline.kit import accounts
from commonline.schemas.records import Claim, Party, PartyKind, Role

MOST = 100
"""Parties of one mail; `fields.recipients` says how many there were."""
_RECIPIENTS: tuple[tuple[str, Role], ...] = (("to", "to"), ("cc", "cc"), ("bcc", "bcc"))
_UNSAFE = frozenset('"<>\\^`{|}')


class People(msgspec.Struct, gc=False):
    """The first author, everyone else, and how many recipients there were."""

    actor: Party | None
    participants: list[Party]
    recipients: int


def account(address: str) -> str | None:
    """``mailto:`` of an address; addresses that no URI can hold as they are get one of this connector."""
    uri = accounts.mailto(address)
    if uri is not None and _UNSAFE.isdisjoint(uri):
        return uri
    return accounts.native("email", "address", address[: accounts.MAIL_LIMIT].lower()) if uri else None


def of(headers: Headers, authserv_id: str | None, reason: str | None) -> People:
    """Everyone whom the header fields name. `reason` is why the mail is automated, if it is."""
    person = reason not in MASS
    authors = headers.addresses("from")
    senders = headers.addresses("sender")
    results = headers.all("authentication-results")
    single = len(authors) == 1
    parties = [_author(one, person, single and verified(results, authserv_id, one.address)) for one in authors]
    if not parties:
        parties = [_author(one, person, False) for one in senders[:1] or headers.addresses("return-path")[:1]]
        name = headers.text("from")
        if not parties and name:
            parties = [Party(kind="unknown", role="author", name=name[:200])]
    known = {party.account for party in parties}
    others = [*parties[1:]]
    for field, role in (("sender", "agent"), ("reply-to", "reply_to")):
        for one in headers.addresses(field):
            party = _party(one, role)  # type: ignore[arg-type]
            if party.account not in known:
                others.append(party)
    recipients = [_party(one, role) for field, role in _RECIPIENTS for one in headers.addresses(field)]
    return People(parties[0] if parties else None, [*others, *recipients][:MOST], len(recipients))


def _author(address: Address, person: bool, proven: bool) -> Party:
    party = _party(address, "author")
    if party.kind == "unknown" and address.name and person:
        party.kind = "person"
    if party.account:
        trust = "verified" if proven else "asserted"
        party.claims = [Claim(relation="same_as", account=party.account, trust=trust)]  # type: ignore[arg-type]
    return party


def _party(address: Address, role: Role) -> Party:
    return Party(account=account(address.address), kind=_kind(address.address), role=role, name=address.name)


def _kind(address: str) -> PartyKind:
    local = local_part(address)
    if local in ROBOTS or any(mark in local for mark in NO_REPLY):
        return "application"
    return "group" if local in SHARED else "unknown"
