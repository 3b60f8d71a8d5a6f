"""Sources in words: how they are, and when something came last. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commonline.console.view.times import Level, ago
from commonline.gateway.queries.inventory import Source
from commonline.schemas.model import moment

QUIET_S = 24 * 3600
"""A source from which nothing came for so long is worth a look; some are that quiet by nature."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A source on the wall."""

    name: str
    level: Level
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """A source on the operations page. `level` and `word`: how it is."""

    name: str
    product: str
    level: Level
    word: str
    deliveries: int | None
    activities: int | None
    ignored: int | None
    dead: int | None
    waiting: int | None
    complete: datetime | None
    last: datetime | None


def fresh(name: str, moved_us: int | None, now: datetime) -> Fresh:
    """How long ago something came from it."""
    last = moment(moved_us) if moved_us is not None else None
    quiet = last is None or (now - last).total_seconds() > QUIET_S
    return Fresh(name, "warn" if quiet else "good", last)


def health(told: Source, now: datetime) -> Health:
    """The worst that is known of it, in a word."""
    found = told.deliveries
    last = found.last if found else told.moved
    level, word = _state(told, last, now)
    return Health(
        name=told.source,
        product=told.connector or "",
        level=level,
        word=word,
        deliveries=found.received if found else None,
        activities=found.activities if found else None,
        ignored=sum(found.ignored.values()) if found else None,
        dead=found.dead if found else None,
        waiting=found.waiting if found else None,
        complete=told.complete_until,
        last=last,
    )


def _state(told: Source, last: datetime | None, now: datetime) -> tuple[Level, str]:
    found = told.deliveries
    if found and found.breaker_open:
        return "bad", f"breaker open, {found.parked} parked"
    if found and found.paused:
        return "warn", "paused"
    if found and found.waiting:
        return "warn", f"{found.waiting} on the way"
    if last is None:
        return "warn", "nothing yet"
    silent = (now - last).total_seconds()
    if silent > QUIET_S:
        return "warn", f"silent for {ago(silent)}"
    return "good", "delivers"
