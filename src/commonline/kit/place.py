"""Who is "us", and which way a fact went: the second pure step of normalize (contract §5.5).

A mapping knows this in about half of the products only; a source's `own_accounts` tell the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import msgspec

from commonline.kit.draft import Draft
from commonline.schemas.records import Direction, Party, Side, Visibility

TIGHTNESS: dict[str, int] = {"public": 0, "customer": 1, "partner": 2, "internal": 3, "restricted": 4}


@dataclass(frozen=True, slots=True)
class Placement:
    """What a source's configuration says.

    `own` are account URIs, `own_patterns` such with ``*`` (``mailto:*@acme.example``); `floor` tightens the
    visibility of all that the source tells; `unknown_side` is taken for actors of whom nothing is known.
    """

    own: frozenset[str] = frozenset()
    own_patterns: tuple[str, ...] = ()
    floor: Visibility = "public"
    unknown_side: Side = "unknown"
    our_account: str | None = None
    _cache: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    @property
    def knows_sides(self) -> bool:
        """Whether the configuration can say of any party whose side it is on."""
        return bool(self.own or self.own_patterns) or self.unknown_side != "unknown"

    def is_own(self, account: str) -> bool:
        """Whether an account is one of ours."""
        if account in self.own:
            return True
        if not self.own_patterns:
            return False
        known = self._cache.get(account)
        if known is None:
            if len(self._cache) > 100_000:
                self._cache.clear()
            known = any(fnmatchcase(account, pattern) for pattern in self.own_patterns)
            self._cache[account] = known
        return known


class Placed(msgspec.Struct, gc=False):
    """What `place` decided."""

    actor: Party | None
    participants: list[Party]
    our_account: str | None
    direction: Direction
    visibility: Visibility


def place(draft: Draft, placement: Placement) -> Placed:
    """Sides, direction, our account, visibility floor."""
    actor, participants = draft.actor, draft.participants
    if placement.knows_sides:
        actor = _sided(actor, placement) if actor else None
        participants = [_sided(party, placement) for party in participants]
    our_account = draft.our_account or _our_account(actor, participants, placement)
    visibility = draft.visibility
    if TIGHTNESS[placement.floor] > TIGHTNESS[visibility]:
        visibility = placement.floor
    direction = draft.direction or _direction(actor, participants, our_account)
    return Placed(actor, participants, our_account, direction, visibility)


def _sided(party: Party, placement: Placement) -> Party:
    if party.account is not None and placement.is_own(party.account):
        return party if party.side == "us" else msgspec.structs.replace(party, side="us")
    if party.side == "unknown" and placement.unknown_side != "unknown":
        return msgspec.structs.replace(party, side=placement.unknown_side)
    return party


def _our_account(actor: Party | None, participants: list[Party], placement: Placement) -> str | None:
    for party in (actor, *participants):
        if party is not None and party.side == "us" and party.account and placement.is_own(party.account):
            return party.account
    return placement.our_account


def _direction(actor: Party | None, participants: list[Party], our_account: str | None) -> Direction:
    if actor is not None and actor.side == "us":
        outside = any(p.side != "us" and p.role != "subject" for p in participants)
        return "outbound" if outside or not participants else "internal"
    if our_account is not None or any(p.side == "us" for p in participants):
        return "inbound"
    return "observed"
