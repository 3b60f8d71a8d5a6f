"""A log as two honest stages write it, crashes included, to be damaged by tests and read by the comparison."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import msgspec

from commonline.audit.comparison import Comparison, Names
from commonline.audit.findings import Finding
from commonline.audit.memory import Memory
from commonline.audit.sums import Source, number
from commonline.schemas.records import DeadLetter, Ledger
from tests.streams.unify.world import activity as world_activity

NAMES = Names("deliveries.v1", "activities.v1")
HOUR = 3_600_000_000
START = 1_795_000_000_000_000
SOURCES: tuple[Source, ...] = (("acme", "page"), ("acme", "desk"), ("globex", "page"))


def identifier(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128)))


@dataclass
class Delivered:
    """A delivery and what becomes of it. `again` activities have ids that were there before."""

    offset: int
    source: Source
    since: int
    id: str
    activities: list[str]
    letters: int = 0
    parked: bool = False

    @property
    def quiet(self) -> bool:
        return not (self.activities or self.letters or self.parked)


@dataclass
class Feeder:
    """Calls to a comparison, by topic, in the order of each."""

    topics: dict[str, list[Callable[[Comparison], None]]] = field(default_factory=dict)

    def add(self, topic: str, call: Callable[[Comparison], None]) -> None:
        self.topics.setdefault(topic, []).append(call)


class Log:
    """One partition of each topic. `calls` may be damaged before `read`."""

    def __init__(self, random: Random, count: int) -> None:
        self.random = random
        self.known: list[str] = []
        self.deliveries = [self._delivery(offset) for offset in range(count)]
        self.entries: list[tuple[Delivered, str]] = []
        self.joined: set[str] = set()
        self.feeder = Feeder()
        self.committed = {"normalize": 0, "unify": 0}
        for one in self.deliveries:
            self.feeder.add("deliveries", deliver_call(one))
        self._normalize()
        self._unify()

    def _delivery(self, offset: int) -> Delivered:
        random = self.random
        kind = random.choice(["one", "one", "many", "again", "quiet", "dead", "parked", "mixed"])
        fresh = [identifier(random) for _ in range({"one": 1, "many": 3, "mixed": 2}.get(kind, 0))]
        if kind == "again" and self.known:
            fresh = [random.choice(self.known)]
        self.known += fresh
        since = START + offset * 60_000_000 + random.randrange(30_000_000)
        letters = {"dead": 2, "mixed": 1}.get(kind, 0)
        return Delivered(offset, random.choice(SOURCES), since, identifier(random), fresh, letters, kind == "parked")

    def _cuts(self, count: int) -> list[tuple[int, int, bool]]:
        """Ranges with first, last, and whether the commit came through; one that did not is done again."""
        at, cuts = 0, []
        while at < count:
            last = min(at + self.random.randrange(1, 6), count) - 1
            done = self.random.random() > 0.25
            cuts.append((at, last, done))
            at = last + 1 if done else at
        return cuts

    def _normalize(self) -> None:
        for first, last, done in self._cuts(len(self.deliveries)):
            batch = self.deliveries[first : last + 1]
            for one in batch:
                for activity in one.activities:
                    self.entries.append((one, activity))
                    self.feeder.add("activities", activity_call(len(self.entries) - 1, one, activity))
                for number_ in range(one.letters):
                    self.feeder.add("letters", letter_call(one, f"{one.offset}/{number_}"))
                if one.parked:
                    self.feeder.add("parked", park_call(one))
            for line in lines("normalize", NAMES.deliveries, first, last, batch):
                self.feeder.add("ledger", line_call(line))
            if done:
                self.committed["normalize"] = last + 1

    def _unify(self) -> None:
        at = 0
        while at < len(self.entries):
            last = min(at + self.random.randrange(1, 8), len(self.entries)) - 1
            told: list[tuple[Delivered, str, bool]] = []
            for one, activity in self.entries[at : last + 1]:
                fresh = activity not in self.joined
                self.joined.add(activity)
                told.append((one, activity, fresh))
                if fresh:
                    self.feeder.add("conversations", conversation_call(activity))
            for line in joined_lines(at, last, told):
                self.feeder.add("unify-ledger", line_call(line))
            at = last + 1
        self.committed["unify"] = at

    def read(self, *, settle_often: bool = True) -> tuple[Comparison, list[Finding]]:
        """Read the topics, interleaved at random; compare now and then, and at the end for good."""
        made = Comparison(NAMES, {0: 0}, {0: 0}, Memory(1000))
        left = {topic: list(calls) for topic, calls in self.feeder.topics.items() if calls}
        found: list[Finding] = []
        while left:
            topic = self.random.choice(sorted(left))
            for _ in range(min(self.random.randrange(1, 9), len(left[topic]))):
                left[topic].pop(0)(made)
            if not left[topic]:
                del left[topic]
            if settle_often and self.random.random() < 0.3:
                found += self._settle(made, final=False)
        return made, found + self._settle(made, final=True)

    def _settle(self, made: Comparison, *, final: bool) -> list[Finding]:
        return made.settle({0: self.committed["normalize"]}, {0: self.committed["unify"]}, final=final)


def lines(stage: str, topic: str, first: int, last: int, batch: list[Delivered]) -> list[Ledger]:
    """The ledger lines of some deliveries."""
    found: dict[tuple[Source, int], list[Delivered]] = {}
    for one in batch:
        found.setdefault((one.source, one.since - one.since % HOUR), []).append(one)
    return [
        Ledger(
            stage=stage,
            topic=topic,
            partition=0,
            first=first,
            last=last,
            workspace=source[0],
            source=source[1],
            hour=hour,
            read=len(some),
            quiet=sum(one.quiet for one in some),
            parked=sum(one.parked for one in some),
            activities=sum(len(one.activities) for one in some),
            dead=sum(one.letters for one in some),
            sum=_total(activity for one in some for activity in one.activities),
            at=START,
        )
        for (source, hour), some in found.items()
    ]


def joined_lines(first: int, last: int, told: list[tuple[Delivered, str, bool]]) -> list[Ledger]:
    """The ledger lines of some activities."""
    found: dict[tuple[Source, int], list[tuple[str, bool]]] = {}
    for one, activity, fresh in told:
        found.setdefault((one.source, one.since - one.since % HOUR), []).append((activity, fresh))
    return [
        Ledger(
            stage="unify",
            topic=NAMES.activities,
            partition=0,
            first=first,
            last=last,
            workspace=source[0],
            source=source[1],
            hour=hour,
            read=len(some),
            quiet=sum(not fresh for _, fresh in some),
            activities=sum(fresh for _, fresh in some),
            dead=0,
            sum=_total(activity for activity, fresh in some if fresh),
            at=START,
        )
        for (source, hour), some in found.items()
    ]


def _total(ids: Any) -> bytes:
    return (sum(number(one) for one in ids) % (1 << 128)).to_bytes(16, "big")


PLAIN = world_activity("test:object")


def deliver_call(one: Delivered) -> Callable[[Comparison], None]:
    return lambda made: made.delivery(0, one.offset, one.source, one.since, one.id)


def activity_call(offset: int, one: Delivered, activity: str) -> Callable[[Comparison], None]:
    origin = msgspec.structs.replace(PLAIN.origin, topic=NAMES.deliveries, partition=0, offset=one.offset)
    workspace, source = one.source
    record = msgspec.structs.replace(
        PLAIN, id=activity, workspace=workspace, source=source, received=one.since, origin=origin
    )
    return lambda made: made.activity(0, offset, record)


def letter_call(one: Delivered, identifier_: str) -> Callable[[Comparison], None]:
    letter = DeadLetter(
        id=identifier_,
        workspace=one.source[0],
        connector="",
        source=one.source[1],
        step="map",
        cause="",
        message="",
        topic=NAMES.deliveries,
        partition=0,
        offset=one.offset,
        software="",
        fingerprint="",
        attempts=1,
        failed=START,
    )
    return lambda made: made.letter(letter)


def park_call(one: Delivered) -> Callable[[Comparison], None]:
    return lambda made: made.parked(0, one.offset)


def conversation_call(activity: str) -> Callable[[Comparison], None]:
    return lambda made: made.conversation(0, activity, before=False)


def line_call(line: Ledger) -> Callable[[Comparison], None]:
    return lambda made: made.ledger(line)
