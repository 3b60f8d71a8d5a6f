"""What the topics said while the day was played, and whether the accounts add up. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from commonline.schemas.records import (
    Activity,
    Control,
    ConversationActivity,
    DeadLetter,
    Delivery,
    FeedActivity,
    Ledger,
    Person,
)

Place = tuple[str | None, int | None, int | None]
"""Where a delivery lies: topic, partition, offset."""
LATER = ("unify", "route", "redact")
"""Steps whose dead letters are activities, not deliveries."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A feed record, when it was read (microseconds), and in which feed."""

    feed: str
    at: int
    record: FeedActivity


@dataclass(slots=True)
class Seen:
    """All records since the beginning."""

    deliveries: dict[str, int] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    conversations: Counter[str] = field(default_factory=Counter)
    conversation_of: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    dead: dict[str, DeadLetter] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)
    quiet: int = 0
    persons: set[str] = field(default_factory=set)
    joined: dict[str, str] = field(default_factory=dict)
    bodies: set[tuple[str, bytes]] = field(default_factory=set)
    arrivals: list[Arrival] = field(default_factory=list)

    def take(self, topic: str, record: Any, at: int, department: str = "") -> None:
        """Note one record."""
        if isinstance(record, FeedActivity):
            self.arrivals.append(Arrival(department, at, record))
        elif isinstance(record, Delivery):
            self.deliveries[record.id] = self.deliveries.get(record.id, 0) + 1
            self.bodies.add((record.source, record.body_sha256))
        elif isinstance(record, Activity):
            self.activities[record.id] = record.origin.delivery
            origin = record.origin
            self.told.add(origin.delivery)
            self.places.add((origin.topic, origin.partition, origin.offset))
        elif isinstance(record, ConversationActivity):
            self._conversation(record)
        elif isinstance(record, DeadLetter):
            self.dead[record.id] = record
        elif isinstance(record, Ledger):
            self.ignored.update(record.ignored)
            self.quiet += record.quiet
        elif isinstance(record, Person):
            if record.merged_into is not None:
                self.joined[record.id] = record.merged_into
        elif not isinstance(record, Control):
            raise TypeError(f"{topic}: {type(record).__name__} was not expected")

    def _conversation(self, record: ConversationActivity) -> None:
        if record.event == "merged" and record.other:
            self.merged[record.other] = record.conversation
        if record.activity is not None:
            self.conversations[record.activity.id] += 1
            self.conversation_of[record.activity.id] = record.conversation
            self.persons.update(one.person for one in record.persons)


def present(identifier: str, merged: dict[str, str]) -> str:
    """The conversation or person that an id stands for now."""
    while identifier in merged:
        identifier = merged[identifier]
    return identifier


@dataclass(frozen=True, slots=True)
class Summary:
    """The day in numbers. `lost` and `duplicated` must be 0."""

    deliveries: int
    redelivered: int
    refused: int
    activities: int
    ignored: int
    dead_letters: int
    conversations: int
    persons: int
    feeds: dict[str, int]
    redacted: dict[str, int]
    lost: int
    duplicated: int
    latency_ms: dict[str, float | None]

    @property
    def adds_up(self) -> bool:
        """Whether nothing is lost and nothing is there twice."""
        return self.lost == 0 and self.duplicated == 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"adds_up": self.adds_up}


def unfinished(seen: Seen, expected: int) -> int:
    """How many deliveries and activities are still under way."""
    arrived = sum(seen.deliveries.values())
    return max(expected - arrived, 0) + _unaccounted(seen) + len(set(seen.activities) - set(seen.conversations))


def _unaccounted(seen: Seen) -> int:
    """Deliveries that ended neither as activity nor as dead letter nor as ignored."""
    letters = [letter for letter in seen.dead.values() if letter.step not in LATER]
    places: set[Place] = {(letter.topic, letter.partition, letter.offset) for letter in letters} - seen.places
    silent = sum(count for delivery, count in seen.deliveries.items() if delivery not in seen.told)
    return max(silent - len(places) - seen.quiet, 0)


def summarize(seen: Seen, expected: int, refused: int) -> Summary:
    """Add it all up. `expected`: deliveries that were acknowledged or sent; `refused`: forged ones answered 401."""
    shown = [a for a in seen.arrivals if a.record.event == "activity" and a.record.item is not None]
    versions = Counter((a.feed, a.record.item.id) for a in shown if a.record.item)
    twice = sum(count - 1 for count in versions.values()) + sum(c - 1 for c in seen.conversations.values())
    missing = max(expected - sum(seen.deliveries.values()), 0)
    waits = sorted((a.at - a.record.item.received) / 1000 for a in shown if a.record.item and not a.record.catch_up)
    feeds = Counter(a.feed for a in shown)
    masked = Counter(a.feed for a in shown if a.record.redactions)
    return Summary(
        deliveries=sum(seen.deliveries.values()),
        redelivered=sum(seen.deliveries.values()) - len(seen.bodies),
        refused=refused,
        activities=len(seen.activities),
        ignored=sum(seen.ignored.values()),
        dead_letters=len(seen.dead),
        conversations=len({present(one, seen.merged) for one in seen.conversation_of.values()}),
        persons=len({present(one, seen.joined) for one in seen.persons}),
        feeds=dict(sorted(feeds.items())),
        redacted=dict(sorted(masked.items())),
        lost=missing + _unaccounted(seen) + len(set(seen.activities) - set(seen.conversations)),
        duplicated=twice,
        latency_ms={"p50": _quantile(waits, 0.5), "p99": _quantile(waits, 0.99)},
    )


def _quantile(ordered: list[float], part: float) -> float | None:
    return round(ordered[min(int(len(ordered) * part), len(ordered) - 1)], 1) if ordered else None
