"""What a transactional stage and the work on one of its partitions tell each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec
from confluent_kafka import Message

from commonline.errors import RestartError

if TYPE_CHECKING:
    from commonline.bus.wire._records import Accumulator


class Record(msgspec.Struct, gc=False):
    """What a stage writes. `timestamp` in milliseconds."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]
    timestamp: int


Send = Callable[[list[Record]], bool]
"""Takes records of the transaction that is being made. False: it has lasted long enough, decide no more for it."""


@dataclass(slots=True)
class Batch:
    """What became of some input records: what is left to write, and the state rows that changed. `taken`: how many of
    them were decided; None: all."""

    records: list[Record] = field(default_factory=list)
    rows: dict[bytes, bytes] = field(default_factory=dict)
    taken: int | None = None


class AgainError(Exception):
    """What was sent of this transaction must not stand; its records are to be decided once more."""


class Task(Protocol):
    """The work on one partition."""

    def process(self, messages: Sequence[Message], condemned: frozenset[int], send: Send) -> Batch:
        """Decide. `condemned` are offsets that go to the dead letters unread.

        What was decided may be handed to `send` at once, in order, while the rest is decided; what is in the batch
        follows. Raises `AgainError` where it turns out later that something sent is wrong.
        """

    def committed(self) -> None:
        """The batch stands."""

    def aborted(self) -> None:
        """The batch never was: forget all that was read and written."""


@runtime_checkable
class Placing(Protocol):
    """A task that can put what it decides straight into the batches of our own client."""

    def write_to(self, accumulator: Accumulator) -> None:
        """From now on what is decided goes there, unseen by `send`, which is to be called all the same. What the task
        takes back before it sent anything, it clears there itself."""


def offset_of(message: Message) -> int:
    """The offset of a consumed or delivered record. A record without one is a defect of the client library."""
    offset = message.offset()
    if offset is None:
        raise RestartError("record without an offset")
    return offset


def by_partition(messages: list[Message]) -> dict[int, list[Message]]:
    """Records by their partition, in order."""
    grouped: dict[int, list[Message]] = {}
    for message in messages:
        number = message.partition()
        if number is None:
            raise RestartError(f"consumer: {message.error()}")
        some = grouped.get(number)
        if some is None:
            grouped[number] = [message]
        else:
            some.append(message)
    return grouped
