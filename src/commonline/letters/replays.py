"""Giving deliveries to normalize once more: same id, same bytes, mode ``replay``; twice is harmless."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType

import msgspec

from commonline import topics as table
from commonline.bus.backlog import Pacer
from commonline.bus.process import ProcessSettings
from commonline.bus.writer import Writer
from commonline.ids import uuid5
from commonline.letters.letterbox import Originals, Parked
from commonline.schemas import cloudevents
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import DeadLetter, Delivery
from commonline.schemas.serde import Serde
from commonline.streams.normalize.outbox import ORIGIN

PORTION = 100
Done = Callable[[list["Work"]], None]
Pause = Callable[[float], None]


@dataclass(slots=True)
class Work:
    """One record to write again. `value` is a record of deliveries.v1 or, where that is gone, of activities.v1."""

    value: bytes
    delivery: Delivery | None
    topic: str
    partition: int
    source: str
    workspace: str = ""
    letters: list[str] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    marks_only: bool = False
    """A copy of a delivery that is written already: only what it led to is marked."""


def of_letters(
    settings: ProcessSettings, letters: Iterable[DeadLetter], originals: Originals
) -> tuple[list[Work], list[DeadLetter]]:
    """What to write for these letters, each delivery once; and the letters whose original nobody has any more."""
    deliveries = settings.topics.name(table.DELIVERIES)
    work: dict[object, Work] = {}
    lost: list[DeadLetter] = []
    for letter in letters:
        value = originals.value(letter) if letter.topic is not None else None
        if value is None:
            lost.append(letter)
            continue
        delivery = originals.delivery(letter)
        key: object = delivery.id if delivery else (letter.topic, letter.partition, letter.offset)
        if key not in work:
            again = delivery is not None or letter.topic == deliveries
            topic = deliveries if again else letter.topic or deliveries
            where = -1 if again else letter.partition or 0
            work[key] = Work(value, delivery, topic, where, letter.source, letter.workspace)
        work[key].letters.extend(one for one in originals.siblings(letter) if one not in work[key].letters)
    return list(work.values()), lost


def of_edited(settings: ProcessSettings, letter: DeadLetter, original: Delivery, body: bytes) -> Work:
    """What to write where a person has mended a delivery's bytes: a delivery of its own, uploaded, proven by nobody.

    The original stays as it is. The same edit twice has one id.
    """
    digest = hashlib.sha256(body).digest()
    mended = msgspec.structs.replace(
        original,
        id=uuid5(original.source, "edited", original.id, digest.hex()),
        transport="upload",
        authentication="none",
        vendor_id=None,
        body=body,
        body_uri=None,
        body_size=len(body),
        body_sha256=digest,
    )
    topic = settings.topics.name(table.DELIVERIES)
    return Work(b"", mended, topic, -1, letter.source, letter.workspace, letters=[letter.id])


def of_parked(settings: ProcessSettings, parked: Iterable[Parked]) -> list[Work]:
    """What to write for these parked deliveries."""
    serde = Serde(settings.ids)
    deliveries = settings.topics.name(table.DELIVERIES)
    work = []
    for one in parked:
        try:
            delivery = serde.decode_as(Delivery, one.value)
        except SchemaError:
            delivery = None
        workspace = delivery.workspace if delivery else ""
        work.append(Work(one.value, delivery, deliveries, -1, one.source, workspace, parked=[one]))
    return work


class Replayer:
    """Writes, in portions: first the deliveries, acknowledged, then the marks that they were replayed.

    Use as a context manager. `drain` afterwards to wait until the stages have done with them.
    """

    def __init__(self, settings: ProcessSettings) -> None:
        self._serde = Serde(settings.ids)
        self._writer = Writer(settings.kafka, client_id="commonline-replay")
        self._dead = settings.topics.name(table.DEAD_LETTERS)
        self._parked = settings.topics.name(table.PARKED)
        self.pacer = Pacer(settings)

    def __enter__(self) -> Replayer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pacer.__exit__(kind, error, trace)

    def run(self, work: Iterable[Work], done: Done, pause: Pause) -> int:
        """Replay all; returns how many. `done` gets what was written and marked, `pause` how long records wait.

        Raises `StalledError` when a stage does not get on.
        """
        todo, count = iter(work), 0
        while first := next(todo, None):
            self.pacer.concerns(first.workspace, first.source)
            room = self.pacer.take(PORTION, pause)
            portion = [first, *islice(todo, room - 1)]
            for one in portion:
                if not one.marks_only:
                    self.pacer.concerns(one.workspace, one.source)
                    self._write(one)
            self._writer.flush()
            for one in portion:
                self._mark(one)
            self._writer.flush()
            count += sum(not one.marks_only for one in portion)
            done(portion)
        return count

    def _write(self, one: Work) -> None:
        now_ms = time.time_ns() // 1_000_000
        delivery = one.delivery
        if delivery is None:
            key = one.source.encode() or None
            self._writer.write(one.topic, one.value, key, partition=one.partition, timestamp_ms=now_ms)
            return
        delivery = msgspec.structs.replace(delivery, mode="replay")
        headers = cloudevents.headers(
            cloudevents.DELIVERY,
            delivery.id,
            workspace=delivery.workspace,
            source=delivery.source,
            time_us=delivery.received,
            partition_key=delivery.source,
        )
        value = self._serde.encode(delivery)
        # The record's time is now, not `received`: retention would delete an old one before it is read.
        self._writer.write(one.topic, value, delivery.source.encode(), headers=headers, timestamp_ms=now_ms)

    def _mark(self, one: Work) -> None:
        for identifier in one.letters:
            self._writer.write(self._dead, None, identifier.encode())
        for parked in one.parked:
            self._writer.write(self._parked, None, parked.source.encode(), headers=[(ORIGIN, parked.origin.encode())])
