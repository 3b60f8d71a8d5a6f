"""How much waits for the stages, asked of Kafka; and a replay's way of keeping pace with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition

from commonline import topics as table
from commonline.bus import partitions
from commonline.bus.pace import Name, Pace, Queue
from commonline.bus.process import ProcessSettings
from commonline.errors import PlatformError, StalledError

ASK_S = 15.0
LOOK_S = 0.05
STUCK_S = 30.0
BEFORE_S = 0.5
"""How long live traffic is looked at before anything is written."""
NORMALIZE_LATE_S = 0.2
"""normalize commits so often (`streams.normalize.runner.COMMIT_EVERY_S`): its offsets lag that much behind its work."""
NORMALIZE, UNIFY = "normalize", "unify"


class Backlog:
    """Asks without joining the groups. `watch` names the partitions that matter."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        names = settings.topics
        self._topics = {NORMALIZE: names.name(table.DELIVERIES), UNIFY: names.name(table.ACTIVITIES)}
        self._watched: set[tuple[str, int]] = set()
        self._consumers = {
            stage: Consumer(
                {
                    **settings.kafka.librdkafka(),
                    "client.id": "commonline-backlog",
                    "group.id": names.identifier(stage),
                    "enable.auto.commit": False,
                    "isolation.level": "read_uncommitted",
                }
            )
            for stage in self._topics
        }
        try:
            topic = self._topics[NORMALIZE]
            told = self._ask(self._consumers[NORMALIZE].list_topics, topic, timeout=ASK_S).topics[topic]
            if told.error is not None:
                raise PlatformError(f"topic {topic} does not exist; create all topics with: commonline topics create")
            self._count = len(told.partitions)
            self._rows = partitions.read(settings.kafka, names, settings.ids)
        except BaseException:
            self.close()
            raise

    def watch(self, workspace: str, source: str) -> None:
        """What this source delivers goes through these two queues."""
        self._watched.add((NORMALIZE, partitions.partition_of(source, self._count)))
        row = self._rows.get(workspace)
        if row is not None:
            self._watched.add((UNIFY, row.partition))

    def look(self) -> dict[Name, Queue]:
        """The queues now. Raises `PlatformError` when Kafka does not answer."""
        found: dict[Name, Queue] = {}
        for stage, consumer in self._consumers.items():
            places = [TopicPartition(self._topics[stage], number) for name, number in self._watched if name == stage]
            if not places:
                continue
            for place in self._ask(consumer.committed, places, timeout=ASK_S):
                where = TopicPartition(place.topic, place.partition)
                low, high = self._ask(consumer.get_watermark_offsets, where, timeout=ASK_S)
                at = place.offset if place.offset >= 0 else low
                found[stage, place.partition] = Queue(max(high - at, 0), at)
        return found

    def _ask(self, question: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            return question(*arguments, **named)
        except KafkaException as error:
            raise PlatformError(
                f"Kafka at {self._settings.kafka.bootstrap} does not answer: {error.args[0].str()}"
            ) from error

    def close(self) -> None:
        """End the connections."""
        for consumer in self._consumers.values():
            consumer.close()


class Pacer:
    """Tells a replay when it may go on. Use as a context manager. Blocks; not thread-safe."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._backlog = Backlog(settings)
        self._pace = Pace(late_s=_late_s)
        self._looked = 0.0
        self._known: set[tuple[str, str]] = set()
        self._moved: tuple[float, int] | None = None

    def __enter__(self) -> Pacer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._backlog.close()

    @property
    def rate(self) -> float:
        """Records a second, as allowed now."""
        return self._pace.rate

    def concerns(self, workspace: str, source: str) -> None:
        """What is to be written is of this source. The first time, see what is going on there already."""
        if (workspace, source) in self._known:
            return
        self._known.add((workspace, source))
        self._backlog.watch(workspace, source)
        if len(self._known) == 1:
            until = time.monotonic() + BEFORE_S
            while time.monotonic() < until:
                self._look()
                time.sleep(LOOK_S)

    def take(self, most: int, pause: Callable[[float], None] = lambda _waits_s: None) -> int:
        """Wait until something may be written: how many records. `pause` hears how long live records wait now.

        Raises `StalledError` when a stage does not get on at all.
        """
        while True:
            now = time.monotonic()
            if now - self._looked >= LOOK_S:
                self._look()
            count = self._pace.take(now, most)
            if count:
                return count
            pause(self._pace.waits_s)
            time.sleep(LOOK_S / 5)

    def drain(self, timeout_s: float, pause: Callable[[int], None] = lambda _waiting: None) -> bool:
        """Wait until both stages have done all that waits now; returns whether they have."""
        ends = {name: queue.waiting + queue.done for name, queue in self._backlog.look().items()}
        for stage in (NORMALIZE, UNIFY):
            deadline = time.monotonic() + timeout_s
            while left := self._left(ends, stage):
                pause(left)
                if time.monotonic() > deadline:
                    return False
                time.sleep(LOOK_S)
            ends = {name: queue.waiting + queue.done for name, queue in self._backlog.look().items()}
        return True

    def _left(self, ends: dict[Name, int], stage: str) -> int:
        """A last offset may be the mark of a transaction, which is never read."""
        now = self._backlog.look()
        left = [ends[name] - queue.done for name, queue in now.items() if name in ends and name[0] == stage]
        return sum(one for one in left if one > (1 if stage == UNIFY else 0))

    def _look(self) -> None:
        self._looked = time.monotonic()
        queues = self._backlog.look()
        self._pace.look(self._looked, queues)
        waiting, done = sum(max(q.waiting - 1, 0) for q in queues.values()), sum(q.done for q in queues.values())
        if self._moved is None or not waiting or done > self._moved[1]:
            self._moved = (self._looked, done)
        elif self._looked - self._moved[0] > STUCK_S:
            behind = ", ".join(f"{name[0]} by {q.waiting:,}" for name, q in queues.items() if q.waiting > 1)
            raise StalledError(
                f"behind and not getting on for {STUCK_S:.0f} s: {behind}; nothing more is written. Does it run? "
                "What was written so far is marked, so the same command goes on from here"
            )


def _late_s(stage: str) -> float:
    return NORMALIZE_LATE_S if stage == NORMALIZE else 0.0
