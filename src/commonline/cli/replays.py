"""Giving deliveries to normalize once more: same id, same bytes, mode ``replay``; twice is harmless."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from commonline import topics as table
from commonline.bus.offsets import committed
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader
from commonline.bus.writer import Writer
from commonline.cli.letterbox import Originals, Parked
from commonline.errors import PlatformError
from commonline.schemas import cloudevents
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import DeadLetter, Delivery
from commonline.schemas.serde import Serde
from commonline.streams.normalize.outbox import ORIGIN

PORTION = 200
MOST_BEHIND = 3000
"""Records that unify may be behind before replaying pauses: a fifth of a second of its work (protocol F16)."""
LOOK_AGAIN_S = 0.2
STUCK_S = 30.0


@dataclass(slots=True)
class Work:
    """One record to write again. `value` is a record of deliveries.v1 or, where that is gone, of activities.v1."""

    value: bytes
    delivery: Delivery | None
    topic: str
    partition: int
    source: str
    letters: list[str] = field(default_factory=list)
    parked: Parked | None = None


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
            work[key] = Work(value, delivery, topic, -1 if again else letter.partition or 0, letter.source)
        work[key].letters.extend(one for one in originals.siblings(letter) if one not in work[key].letters)
    return list(work.values()), lost


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
        work.append(Work(one.value, delivery, deliveries, -1, one.source, parked=one))
    return work


class Replayer:
    """Writes, in portions: first the deliveries, acknowledged, then the marks that they were replayed."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._serde = Serde(settings.ids)
        self._writer = Writer(settings.kafka, client_id="commonline-replay")
        self._dead = settings.topics.name(table.DEAD_LETTERS)
        self._parked = settings.topics.name(table.PARKED)

    def run(self, work: list[Work], done: Callable[[int], None], pause: Callable[[int], None]) -> None:
        """Replay all. `done` gets how many more were written, `pause` how far unify is behind while it is waited for.

        Raises `PlatformError` when unify does not get on.
        """
        for begin in range(0, len(work), PORTION):
            portion = work[begin : begin + PORTION]
            self._wait(pause)
            for one in portion:
                self._write(one)
            self._writer.flush()
            for one in portion:
                self._mark(one)
            self._writer.flush()
            done(len(portion))

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
        if one.parked is not None:
            headers = [(ORIGIN, one.parked.origin.encode())]
            self._writer.write(self._parked, None, one.parked.source.encode(), headers=headers)

    def _wait(self, pause: Callable[[int], None]) -> None:
        """Live traffic goes first: go on when unify has nearly nothing left."""
        least, since = None, time.monotonic()
        while (behind := self._behind()) > MOST_BEHIND:
            pause(behind)
            if least is None or behind < least:
                least, since = behind, time.monotonic()
            elif time.monotonic() - since > STUCK_S:
                raise PlatformError(
                    f"unify is {behind} records behind and does not get on: nothing more is replayed; "
                    "is it running? What was replayed so far is marked, so the same command goes on from here"
                )
            time.sleep(LOOK_AGAIN_S)

    def _behind(self) -> int:
        names = self._settings.topics
        topic = names.name(table.ACTIVITIES)
        done = committed(self._settings.kafka, names.identifier("unify"), topic)
        with Reader(self._settings.kafka, [topic], start="end") as reader:
            return sum(
                max(0, span.high - max(span.low, done.get(number, 0))) for (_, number), span in reader.spans.items()
            )
