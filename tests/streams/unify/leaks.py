"""What must not stand in a feed, told from the unredacted activities; and departments to try it with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from commonline.kit.place import TIGHTNESS
from commonline.schemas.records import Activity, Party
from commonline.streams.unify.redactor import SHORTEST_NAME
from commonline.streams.unify.specs import DepartmentSpec, PolicySpec, RuleSpec
from commonline.streams.unify.subject import parties
from tests.streams.unify.world import World, specs

SCHEME_KIND = {"mailto": "email", "tel": "phone"}
EVERYTHING = [RuleSpec(name="all")]
ALL_KINDS = ["name", "email", "phone", "card", "iban", "account", "handle", "url", "attachment"]


def departments() -> dict[str, DepartmentSpec]:
    """The default ones and stricter ones, all of them in every conversation."""
    found = {
        name: DepartmentSpec(clearance=spec.clearance, rules=EVERYTHING, policy=spec.policy)
        for name, spec in specs().items()
    }
    strict = PolicySpec(redact=ALL_KINDS, staff_names=False, fields=["shown"])
    found["strict"] = DepartmentSpec(clearance="restricted", rules=EVERYTHING, policy=strict)
    open_public = PolicySpec(redact=["email", "phone"], fields=["shown"])
    found["open"] = DepartmentSpec(clearance="public", rules=EVERYTHING, policy=open_public)
    return found


def personal(activity: Activity, policy: PolicySpec) -> Iterator[str]:
    """Values that this policy takes away wherever they stand."""
    for party in parties(activity):
        if party.side == "us" and policy.staff_names:
            continue
        yield from _of(party, frozenset(policy.redact))


def _of(party: Party, kinds: frozenset[str]) -> Iterator[str]:
    if party.name and "name" in kinds and party.kind != "application":
        yield party.name
    if party.handle and "handle" in kinds:
        yield party.handle
    accounts = [party.account] if party.account else []
    for uri in [*accounts, *(claim.account for claim in party.claims)]:
        scheme, _, bare = uri.partition(":")
        if "account" in kinds or SCHEME_KIND.get(scheme) in kinds:
            yield bare


def leaks(world: World, told: Iterable[Activity]) -> list[tuple[str, str]]:
    """(department, value) of all that a feed holds and must not."""
    found = []
    for name, spec in departments().items():
        held = b"\n".join(output.value for output in world.outputs if output.department == name)
        for activity in told:
            hidden = [value for value in personal(activity, spec.policy) if len(value) >= SHORTEST_NAME]
            if TIGHTNESS[activity.visibility] > TIGHTNESS[spec.clearance]:
                hidden += [text for text in (activity.object.text, activity.object.title) if text and len(text) > 20]
            ours = (activity.our_account or "").partition(":")[2]
            found += [(name, value) for value in hidden if value != ours and _stands(value, held)]
    return found


def _stands(value: str, held: bytes) -> bool:
    """As a whole: a short name is part of many a word."""
    return (
        value.encode() in held
        and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", held.decode(errors="replace")) is not None
    )
