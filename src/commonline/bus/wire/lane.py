"""The batches of one partition on their way: in order, each with its sequence number, one at a time. Pure.

One request in flight for a partition is enough: others of the same broker are in flight meanwhile, and a batch is up to
a megabyte. It makes the order plain: a batch has its sequence number only when the one before it is acknowledged, and
what is sent again are the same bytes (KIP-98). So a sequence that the broker calls out of order is a defect, never a
consequence of something that went wrong before.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple, Protocol

from confluent_kafka import KafkaError

from commonline.bus.wire.answers import Meaning, of_batch
from commonline.bus.wire.requests import Identity, Place

SEQUENCES = 2**31
BACK_OFF_S, LONGEST_BACK_OFF_S = 0.001, 0.5
"""The first is short: brokers that check each batch's transaction (KIP-890) refuse one of two that come at once."""
UNKNOWN = -1


class Batch(Protocol):
    """Records of one partition, not yet sealed."""

    @property
    def count(self) -> int: ...

    @property
    def size(self) -> int: ...

    def seal(self, producer_id: int, epoch: int, sequence: int, *, transactional: bool) -> bytes: ...


class Waiting(NamedTuple):
    """A batch, and when it is given up."""

    batch: Batch
    give_up_at: float


class Lane:
    """`end` is the offset behind the last acknowledged record of this producer, -1 if none is known."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.end = UNKNOWN
        self.flying = False
        self.trouble = ""
        self._waiting: deque[Waiting] = deque()
        self._sealed: bytes | None = None
        self._sequence = 0
        self._tries = 0
        self._not_before = 0.0

    def add(self, waiting: Waiting) -> None:
        """Behind all others."""
        self._waiting.append(waiting)

    @property
    def empty(self) -> bool:
        """Nothing waits and nothing is in flight."""
        return not self._waiting

    @property
    def give_up_at(self) -> float:
        """When the first is given up."""
        return self._waiting[0].give_up_at if self._waiting else float("inf")

    @property
    def due_at(self) -> float:
        """When the first may be sent; never while it is in flight."""
        return float("inf") if self.flying or not self._waiting else self._not_before

    def take_off(self, who: Identity, *, transactional: bool) -> bytes:
        """The first batch, sealed; it is in flight from here on. Releases the interpreter where it seals."""
        if self._sealed is None:
            batch = self._waiting[0].batch
            self._sealed = batch.seal(who.producer, who.epoch, self._sequence, transactional=transactional)
        self.flying = True
        return self._sealed

    def answered(self, code: int, base_offset: int, now: float) -> tuple[Meaning, Batch | None]:
        """What the broker said about the batch in flight, and the batch if it is done."""
        meaning = of_batch(code)
        if meaning is not Meaning.DONE:
            self.again(KafkaError(code).str(), now)
            return meaning, None
        batch = self._waiting.popleft().batch
        self.flying, self._sealed, self._tries, self.trouble = False, None, 0, ""
        self._sequence = (self._sequence + batch.count) % SEQUENCES
        self.end = base_offset + batch.count if base_offset >= 0 else UNKNOWN
        return meaning, batch

    def again(self, trouble: str, now: float) -> None:
        """The batch in flight, or the one that could not be sent, is tried once more, a little later."""
        self.flying = False
        self.trouble = trouble
        self._not_before = now + min(BACK_OFF_S * 2**self._tries, LONGEST_BACK_OFF_S)
        self._tries = min(self._tries + 1, 16)

    def drop(self) -> list[Batch]:
        """Forget what was never sent; its sequence numbers were never given. One that was sent must come to an end:
        nobody could tell else which number is next."""
        kept = 1 if self._sealed is not None else 0
        dropped = [one.batch for one in list(self._waiting)[kept:]]
        while len(self._waiting) > kept:
            self._waiting.pop()
        return dropped
