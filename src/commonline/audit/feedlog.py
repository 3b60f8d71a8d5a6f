"""Fetched batches of feeds to their records' numbers, a batch at a time: nothing else of a feed is compared.

Offsets that hold a mark or an aborted record are told as well: what is left is empty. See `numbers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from commonline.audit.lean import Lean, varint
from commonline.audit.numbers import FeedBatch
from commonline.schemas.errors import SchemaError
from commonline.schemas.framing import HEADER_SIZE
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import FeedActivity
from commonline.schemas.serde import Serde
from commonline.schemas.wire import encode_long
from commonline.topics import Topics

ReadNumber = Callable[[bytes, int, int], int]
"""(data, where a value begins, its size) -> the record's number; 0: it has none."""


class NumberOf:
    """Finds the numbers of the records of a feed, by topic."""

    def __init__(self, names: Topics, ids: SchemaIds) -> None:
        self._names = names
        self._serde = Serde(ids)
        self._frame = self._serde.header("FeedActivity")
        self._known: dict[str, ReadNumber] = {}

    def __call__(self, topic: str) -> ReadNumber:
        """How the numbers of a topic are read."""
        found = self._known.get(topic)
        if found is None:
            [pair] = self._names.feeds([topic]).values()
            found = self._known[topic] = self._reader(*pair)
        return found

    def _reader(self, workspace: str, department: str) -> ReadNumber:
        """A FeedActivity begins with its event (one byte), workspace and feed, then `seq`: in one topic the first
        three are known, and the rest need not be read."""
        frame = self._frame
        feed = b"".join(encode_long(len(name)) + name for name in (workspace.encode(), department.encode()))
        names, before = HEADER_SIZE + 1, HEADER_SIZE + 1 + len(feed)

        def number(data: bytes, at: int, size: int) -> int:
            if data.startswith(frame, at) and data.startswith(feed, at + names):
                return varint(data, at + before)[0]
            return self._slowly(data[at : at + size]) if size > 0 else 0

        return number

    def _slowly(self, value: bytes) -> int:
        """Written under another version of the schema; or none of ours, which has no number."""
        try:
            return self._serde.decode_as(FeedActivity, value).seq
        except SchemaError:
            return 0


class FeedRecords(Lean):
    """Fetched batches as `FeedBatch`, those too that hold nothing to see."""

    number_of: NumberOf

    def _unpack_records(self, tp: Any, records: Any, *_: Any) -> Iterator[Any]:
        topic, partition = tp.topic, tp.partition
        number = self.number_of(topic)
        batch = records.next_batch()
        while batch is not None:
            self.leader_epoch = batch.leader_epoch
            if self._passes(batch):
                found = feed_batch(topic, partition, batch, number)
            else:
                found = FeedBatch(topic, partition, batch.base_offset, batch.last_offset, whole=True)
            self.records_read += len(found.places)
            self.next_fetch_offset = batch.next_offset
            yield found
            batch = records.next_batch()
        self.drain()


def feed_batch(topic: str, partition: int, batch: Any, number: ReadNumber) -> FeedBatch:
    """A batch of committed records (kafka-python's, undecoded)."""
    batch._maybe_uncompress()
    data, at = bytes(batch._buffer), batch._pos
    base = batch.base_offset
    places, numbers = [], []
    for _ in range(batch.records_count):
        size, at = varint(data, at)
        end = at + size
        _, at = varint(data, at + 1)  # time, after a byte of attributes, which are unused
        place, at = varint(data, at)
        size, at = varint(data, at)
        size, at = varint(data, at + max(size, 0))
        places.append(base + place)
        numbers.append(number(data, at, size))
        at = end
    return FeedBatch(topic, partition, base, batch.last_offset, places, numbers, batch.max_timestamp)


def reading(number_of: NumberOf) -> type[FeedRecords]:
    """The reading of fetched batches for one connection."""
    return type("NumberedRecords", (FeedRecords,), {"number_of": staticmethod(number_of)})
