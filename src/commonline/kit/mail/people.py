"""Who wrote to whom."""

from __future__ import annotations

import msgspec

from commonline.kit import accounts
from commonline.kit.mail.authentication import verified
from commonline.kit.mail.automated import MASS, NO_REPLY, ROBOTS, SHARED, local_part
from commonline.kit.mail.headers import Address, Headers
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
    behind = _behind_list(headers, authors)
    if behind is not None:
        authors, senders = [behind], authors
    single = len(authors) == 1 and behind is None
    parties = [_author(one, person, single and verified(results, authserv_id, one.address)) for one in authors]
    if not parties:
        parties = [_author(one, person, False) for one in senders[:1] or headers.addresses("return-path")[:1]]
        name = headers.text("from")
        if not parties and name:
            parties = [Party(kind="unknown", role="author", name=name[:200])]
    known = {party.account for party in parties}
    others = [*parties[1:]]
    others += [p for one in senders if (p := _party(one, "agent")).account not in known]
    others += [p for one in headers.addresses("reply-to") if (p := _party(one, "reply_to")).account not in known]
    recipients = [_party(one, role) for field, role in _RECIPIENTS for one in headers.addresses(field)]
    return People(parties[0] if parties else None, [*others, *recipients][:MOST], len(recipients))


def _behind_list(headers: Headers, authors: list[Address]) -> Address | None:
    """Lists that must not break DMARC write themselves as From ("Ana via Kettles"), and the author as Reply-To."""
    answers = headers.addresses("reply-to")
    if "list-id" not in headers or len(authors) != 1 or len(answers) != 1:
        return None
    addressed = {one.address.lower() for one in headers.addresses("to")}
    own = authors[0].address.lower()
    return answers[0] if own in addressed and answers[0].address.lower() != own else None


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
