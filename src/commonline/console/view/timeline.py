"""A conversation's timeline: entries and what was taken back, by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from commonline.console.view import times
from commonline.console.view.entries import Entry, entry
from commonline.gateway.queries.history import Gone
from commonline.gateway.queries.models import Entry as Told
from commonline.schemas.models import Activity

Past = Mapping[str, list[tuple[datetime, Activity]]]


@dataclass(frozen=True, slots=True)
class Day:
    """Entries of one day in the viewer's zone."""

    word: str
    entries: list[Entry]


def entries(told: Iterable[Told], past: Past, gone: Iterable[Gone]) -> list[Entry]:
    """Everything that a timeline shows, in the order in which it happened."""
    shown = [
        entry(
            anchor(one.object),
            one.item,
            visibility=one.visibility,
            hidden=list(one.redactions),
            earlier=past.get(one.object, []),
            deleted=one.item.type == "Delete",
        )
        for one in told
        if one.item is not None
    ]
    shown += [_taken_back(one) for one in gone]
    return sorted(shown, key=lambda one: one.published)


def days(shown: Sequence[Entry], zone: str, now: datetime) -> list[Day]:
    """Entries under the day on which they were said."""
    found: list[Day] = []
    for one in shown:
        word = times.day(one.published, zone, now)
        if not found or found[-1].word != word:
            found.append(Day(word, []))
        found[-1].entries.append(one)
    return found


def anchor(key: str) -> str:
    """An address within the page for an object."""
    return f"o-{key[:16]}"


def _taken_back(one: Gone) -> Entry:
    return Entry(
        anchor=anchor(one.object),
        activity="",
        who="Something that was said here",
        side="unknown",
        verb="was taken back",
        title=None,
        text=[],
        channel=one.channel,
        direction=one.direction,
        visibility="public",
        published=one.at,
        source=one.source,
        url=None,
        automated=False,
        deleted=True,
    )
