"""The consumer, as librdkafka behaves towards its caller: the stage's in a group, and the restorer's without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from tests.model.cluster import NO_OFFSET
from tests.model.context import UNANSWERED, here
from tests.model.errors import retriable
from tests.model.group import Metadata
from tests.model.log import PartitionLog

NOT_READY = "client is not ready"
STALE = "records fetched earlier come after a seek"
SILENT = "no answer"
IDLE_S = 1.0
"""Who has nothing to consume comes back after so long: the run would else be made of empty rounds."""
Place = tuple[str, int]
Callback = Callable[..., None]


class Message:
    """A consumed or delivered record, or an error in its place."""

    __slots__ = ("_error", "_key", "_number", "_offset", "_topic", "_value")

    def __init__(
        self,
        topic: str | None,
        number: int | None,
        offset: int | None,
        key: bytes | None = None,
        value: bytes | None = None,
        error: KafkaError | None = None,
    ) -> None:
        self._topic, self._number, self._offset = topic, number, offset
        self._key, self._value, self._error = key, value, error

    def topic(self) -> str | None:
        return self._topic

    def partition(self) -> int | None:
        return self._number

    def offset(self) -> int | None:
        return self._offset

    def key(self) -> bytes | None:
        return self._key

    def value(self) -> bytes | None:
        return self._value

    def error(self) -> KafkaError | None:
        return self._error

    def headers(self) -> None:
        """None: nothing of the protocol lies in headers."""

    def timestamp(self) -> tuple[int, int]:
        return 1, 0


class Consumer:
    """`settings` as librdkafka takes them."""

    def __init__(self, settings: dict[str, Any], logger: Any = None) -> None:
        self._here = here()
        self.process = self._here.process
        self.instance: str = settings.get("group.instance.id", "")
        self.member: int | None = None
        self.generation = -1
        self.assigned: set[int] = set()
        self.callbacks: list[tuple[str, list[int]]] = []
        self.again = False
        self.closed = False
        self.idle = False
        """Inside a `consume` that has found nothing yet."""
        self.dead: KafkaError | None = None
        self._committed = settings.get("isolation.level") == "read_committed"
        self._end_events = bool(settings.get("enable.partition.eof"))
        self._positions: dict[Place, int] = {}
        self._paused: set[Place] = set()
        self._stale: dict[Place, int] = {}
        self._ended: dict[Place, int] = {}
        self._topic = ""
        self._served: dict[str, Callback] = {}

    def subscribe(self, topics: list[str], on_assign: Callback, on_revoke: Callback, on_lost: Callback) -> None:
        (self._topic,) = topics
        self._served = {"assign": on_assign, "revoke": on_revoke, "lost": on_lost}
        self._here.group.consumers.append(self)

    def lose(self) -> None:
        """The library learns that the group put this member out."""
        self._here.coverage["reached: member learns that it was put out"] += 1
        self.member, self.generation = None, -1
        if self.assigned:
            self.callbacks.append(("lost", sorted(self.assigned)))

    def fence(self) -> None:
        """The library learns that another process has this slot."""
        self._here.coverage["reached: slot taken by another process"] += 1
        self.dead = KafkaError(KafkaError.FENCED_INSTANCE_ID, "another process has this slot", True, False, False)

    def consumer_group_metadata(self) -> Metadata:
        return Metadata(self.instance, self.member or 0, self.generation)

    def incremental_assign(self, places: list[TopicPartition]) -> None:
        for place in places:
            self.assigned.add(place.partition)
            self._positions[place.topic, place.partition] = max(place.offset, 0)

    def incremental_unassign(self, places: list[TopicPartition]) -> None:
        for place in places:
            self.assigned.discard(place.partition)
            self._forget((place.topic, place.partition))

    def _forget(self, place: Place) -> None:
        self._positions.pop(place, None)
        self._stale.pop(place, None)
        self._paused.discard(place)

    def assign(self, places: list[TopicPartition]) -> None:
        self._positions = {(place.topic, place.partition): max(place.offset, 0) for place in places}

    def pause(self, places: list[TopicPartition]) -> None:
        self._paused.update((place.topic, place.partition) for place in places)

    def resume(self, places: list[TopicPartition]) -> None:
        self._paused.difference_update((place.topic, place.partition) for place in places)

    def seek(self, where: TopicPartition) -> None:
        place = (where.topic, where.partition)
        wrong = self._here.fault("seek", (NOT_READY, STALE))
        if place not in self._positions or wrong == NOT_READY:
            raise KafkaException(KafkaError(KafkaError._STATE, "not ready"))
        if wrong == STALE and place not in self._paused:
            self._stale[place] = self._positions[place]
        self._positions[place] = where.offset

    def get_watermark_offsets(self, where: TopicPartition, cached: bool = False) -> tuple[int, int]:
        return 0, self._here.cluster.log(where.topic, where.partition).end

    def consume(self, count: int = 1, timeout: float = -1) -> list[Message]:
        self.idle = timeout > 0
        self._here.point("consume")
        self._serve()
        found = self._fetch(count)
        if not found and timeout > 0:
            self._here.machine.give_way(self._something, max(timeout, IDLE_S))
            self._serve()
            found = self._fetch(count)
        self.idle = not found and timeout > 0
        return found

    @property
    def resting(self) -> bool:
        """Nothing to be consumed, and the caller knows."""
        return self.idle and not self._something()

    def _serve(self) -> None:
        while self.callbacks:
            kind, numbers = self.callbacks[0]
            self._here.say(f"{kind} {numbers}")
            self._served[kind](self, [TopicPartition(self._topic, number) for number in numbers])
            self.callbacks.pop(0)

    def _log(self, place: Place) -> PartitionLog:
        return self._here.cluster.log(*place)

    def _end(self, place: Place) -> int:
        log = self._log(place)
        return log.stable if self._committed else log.end

    def _something(self) -> bool:
        if self.callbacks or self.dead is not None:
            return True
        return any(
            position < self._end(place) or (self._end_events and self._ended.get(place) != position)
            for place, position in self._positions.items()
            if place not in self._paused
        )

    def _fetch(self, count: int) -> list[Message]:
        if self.dead is not None:
            return [Message(None, None, None, error=self.dead)]
        found: list[Message] = []
        for place in sorted(self._positions):
            if place not in self._paused:
                found += self._of(place, count - len(found))
        return found

    def _of(self, place: Place, count: int) -> list[Message]:
        position, end = self._stale.pop(place, self._positions[place]), self._end(place)
        late = position != self._positions[place]
        some = list(self._log(place).read(position, end, committed=self._committed))[:count]
        if some:
            some = some[: len(some) - self._here.choices.draw(len(some))]
            position = some[-1].offset + 1
        elif count > 0:
            position = max(position, end)
        if not late:
            self._positions[place] = position
        messages = [Message(*place, entry.offset, entry.key, entry.value) for entry in some]
        if self._end_events and not some and self._ended.get(place) != position:
            self._ended[place] = position
            ended = KafkaError(KafkaError._PARTITION_EOF)
            messages.append(Message(*place, position, error=ended))
        return messages

    def committed(self, places: list[TopicPartition], timeout: float = -1) -> list[TopicPartition]:
        """Committed offsets; pending ones are waited for when this consumer reads committed records."""
        here = self._here
        here.point("group offset asked")
        offsets, numbers = here.cluster.offsets, [place.partition for place in places]
        if self._committed and not all(map(offsets.stable, numbers)):
            here.coverage["reached: group offset waits for a transaction"] += 1
            if not here.machine.give_way(lambda: all(map(offsets.stable, numbers)), timeout):
                raise retriable(KafkaError._TIMED_OUT, "UNSTABLE_OFFSET_COMMIT")
        told = {number: offsets.committed.get(number, NO_OFFSET) for number in numbers}
        if here.point("group offset answered", (UNANSWERED,)) == UNANSWERED:
            raise retriable(KafkaError._TIMED_OUT, "OffsetFetch")
        here.say(f"group offset: {', '.join(f'{number} at {offset}' for number, offset in told.items())}")
        return [TopicPartition(place.topic, place.partition, told[place.partition]) for place in places]

    def commit(self, offsets: list[TopicPartition], asynchronous: bool = True) -> None:
        """Offsets outside of a transaction: what a mutant of the stage does."""
        self._here.point("commit of the consumer")
        self._here.cluster.offsets.committed.update({place.partition: place.offset for place in offsets})

    def close(self) -> None:
        if self.closed or not self.process.alive:
            return
        if self.assigned and self._served:
            self._served["revoke"](self, [TopicPartition(self._topic, number) for number in sorted(self.assigned)])
        self.closed = True
        if self in self._here.group.consumers:
            self._here.group.consumers.remove(self)
