"""One conversation as several departments see it, side by side: a row is one fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from commonline.console.view.entries import Entry, entry
from commonline.console.view.timeline import anchor
from commonline.gateway.queries.models import Entry as Told


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, and what each department was told of it; None: nothing.

    `hash` is the fact's, equal in all feeds that have it. `agrees`: whether it is; if not, not all were told the same.
    """

    channel: str
    published: datetime
    hash: str
    agrees: bool
    cells: list[Entry | None]


def facts(told: Mapping[str, Sequence[Told]]) -> list[Fact]:
    """Objects of all departments' timelines in the order in which they happened; `told` by department."""
    departments = sorted(told)
    by_object: dict[str, dict[str, Told]] = {}
    for department in departments:
        for one in told[department]:
            if one.item is not None:
                by_object.setdefault(one.object, {})[department] = one
    found = [_fact(key, by_object[key], departments) for key in by_object]
    return sorted(found, key=lambda fact: fact.published)


def _fact(key: str, seen: Mapping[str, Told], departments: Sequence[str]) -> Fact:
    hashes = {one.fact for one in seen.values() if one.fact}
    first = next(iter(seen.values()))
    assert first.item is not None
    return Fact(
        channel=first.item.channel,
        published=min(one.at for one in seen.values()),
        hash=min(hashes, default=""),
        agrees=len(hashes) <= 1,
        cells=[_cell(key, seen.get(department)) for department in departments],
    )


def _cell(key: str, told: Told | None) -> Entry | None:
    if told is None or told.item is None:
        return None
    return entry(
        anchor(key),
        told.item,
        visibility=told.visibility,
        hidden=list(told.redactions),
        earlier=[],
        deleted=told.item.type == "Delete",
    )
