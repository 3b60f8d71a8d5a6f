"""A cluster in memory: brokers that lead partitions, append what is in sequence, and lose connections when told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import KafkaError
from kafka.protocol.producer import InitProducerIdResponse, ProduceResponse

from commonline.bus.wire.connection import LostError, NotSentError
from commonline.bus.wire.lane import SEQUENCES
from commonline.bus.wire.requests import PRODUCE, Place


@dataclass
class Some:
    """A batch of `count` records."""

    name: int
    count: int = 1
    size: int = 1
    sealed: int = 0

    def seal(self, producer_id: int, epoch: int, sequence: int, *, transactional: bool) -> bytes:
        self.sealed += 1
        return f"{self.name} {self.count} {producer_id}/{epoch} {sequence} {transactional}".encode()


@dataclass
class Log:
    """A partition's leader: it remembers the producer's last batch, and drops what it has already (KIP-98)."""

    next: int = 0
    offset: int = 100
    last: tuple[int, int, int] = (-1, -1, -1)
    names: list[int] = field(default_factory=list)

    def append(self, sealed: bytes) -> tuple[int, int]:
        """Error code and base offset."""
        name, count, _, sequence, _ = sealed.decode().split()
        at, number = int(sequence), int(count)
        if (at, number) == self.last[:2]:
            return KafkaError.NO_ERROR, self.last[2]
        if at != self.next:
            return KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, -1
        self.names.append(int(name))
        self.next = (at + number) % SEQUENCES
        self.last = (at, number, self.offset)
        self.offset += number
        return KafkaError.NO_ERROR, self.last[2]


Fate = Callable[[], str]
"""What becomes of a request: ``fine``, ``refused``, ``not arrived``, ``answer lost``."""


class Link:
    """A connection, as `commonline.bus.wire.connection.Connection`. Answers lie ready as soon as a request is sent."""

    def __init__(self, cluster: Memory, number: int) -> None:
        self._cluster, self._number = cluster, number
        self._answers: deque[Any] = deque()
        self.open = True

    @property
    def open_requests(self) -> int:
        return len(self._answers)

    def close(self) -> None:
        self.open = False
        self._answers.clear()

    def _lose(self) -> LostError:
        self.close()
        return LostError("reset")

    def produce(self, _id: str | None, _timeout_ms: int, batches: list[tuple[Place, bytes]]) -> None:
        fate = self._cluster.fate()
        if fate == "not arrived":
            raise self._lose()
        topic = ProduceResponse.TopicProduceResponse
        told = []
        for (name, at), sealed in batches:
            if self._cluster.actual.get((name, at)) != self._number:
                code, base = KafkaError.NOT_LEADER_FOR_PARTITION, -1
            elif fate == "refused":
                code, base = KafkaError.NOT_ENOUGH_REPLICAS, -1
            else:
                code, base = self._cluster.logs[name, at].append(sealed)
            one = topic.PartitionProduceResponse(index=at, error_code=code, base_offset=base)
            told.append(topic(name=name, partition_responses=[one]))
        self._answers.append(None if fate == "answer lost" else ProduceResponse(version=PRODUCE, responses=told))

    def arrived(self) -> list[Any]:
        answers: list[Any] = []
        while self._answers:
            answer = self._answers.popleft()
            if answer is None:
                if answers:  # what came before the loss is read before it
                    self._answers.appendleft(None)
                    return answers
                raise self._lose()
            answers.append(answer)
        return answers


class Memory:
    """As `commonline.bus.wire.cluster.Cluster`. `actual` are the leaders; `leaders` is what was heard last."""

    def __init__(self, places: Iterable[Place], fate: Fate) -> None:
        self.fate = fate
        self.logs = {place: Log() for place in places}
        self.actual: dict[Place, int] = dict.fromkeys(self.logs, 1)
        self.leaders: dict[Place, int] = {}
        self.counts: dict[str, int] = {}
        self.down: set[int] = set()
        self.links: dict[int, Link] = {}
        self.refreshed = 0

    def broker(self, number: int) -> Any:
        if number in self.down:
            raise NotSentError(f"broker {number} is down")
        link = self.links.get(number)
        if link is None or not link.open:
            link = self.links[number] = Link(self, number)
        return link

    def open_requests(self, number: int) -> int:
        link = self.links.get(number)
        return 0 if link is None else link.open_requests

    def ask(self, _request: Any) -> Any:
        return InitProducerIdResponse(version=4, error_code=0, producer_id=7, producer_epoch=0)

    def refresh(self, _topics: Iterable[str]) -> None:
        self.refreshed += 1
        self.leaders = {place: number for place, number in self.actual.items() if number > 0}
        self.counts = {topic: 1 for topic, _ in self.logs}

    def close(self) -> None:
        self.links.clear()
