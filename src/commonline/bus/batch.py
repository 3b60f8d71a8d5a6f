"""What a transactional stage and the work on one of its partitions tell each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from confluent_kafka import Message

from commonline.errors import RestartError


@dataclass(slots=True)
class Record:
    """What a stage writes. `timestamp` in milliseconds."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]
    timestamp: int


@dataclass(slots=True)
class Batch:
    """What became of some input records: what to write, and the state rows that changed."""

    records: list[Record] = field(default_factory=list)
    rows: dict[bytes, bytes] = field(default_factory=dict)


class Task(Protocol):
    """The work on one partition."""

    def process(self, messages: Sequence[Message], condemned: frozenset[int]) -> Batch:
        """Decide. `condemned` are offsets that go to the dead letters unread."""

    def committed(self) -> None:
        """The batch stands."""

    def aborted(self) -> None:
        """The batch never was: forget all that was read and written."""


def offset_of(message: Message) -> int:
    """The offset of a consumed or delivered record. A record without one is a defect of the client library."""
    offset = message.offset()
    if offset is None:
        raise RestartError("record without an offset")
    return offset
