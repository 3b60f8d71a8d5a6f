"""Batches of a feed, as the broker hands them over, to numbers: whatever lies in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from commonline.audit.feedlog import NumberOf, feed_batch
from commonline.audit.numbers import FeedBatch
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import FeedActivity, FeedEvent
from commonline.schemas.serde import Serde
from commonline.topics import Topics

NAMES, IDS = Topics("p-"), SchemaIds.bundled()
TOPIC = NAMES.feed("acme", "pr")
SERDE = Serde(IDS)
LZ4 = 3


def record(seq: int, *, event: FeedEvent = "left", feed: str = "pr") -> bytes:
    return SERDE.encode(
        FeedActivity(
            event=event,
            workspace="acme",
            feed=feed,
            seq=seq,
            conversation=str(UUID(int=seq)),
            policy="full",
            visibility="public",
            known=seq,
        )
    )


def read(*values: bytes | None, compression: int = 0) -> FeedBatch:
    builder: Any = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=compression,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 20,
    )
    for number, value in enumerate(values):
        builder.append(
            number, timestamp=1000 + number, key=b"k" * 24 if value != b"no key" else None, value=value, headers=[]
        )
    return feed_batch(TOPIC, 0, DefaultRecordBatch(bytes(builder.build())), NumberOf(NAMES, IDS)(TOPIC))


@given(st.lists(st.integers(1, (1 << 63) - 1), min_size=1, max_size=20), st.sampled_from([0, LZ4]))
def test_any_number(numbers: list[int], compression: int) -> None:
    events: tuple[FeedEvent, ...] = ("activity", "tombstone", "merged", "split", "entered", "left")
    found = read(*(record(one, event=events[one % 6]) for one in numbers), compression=compression)
    assert list(found.numbers) == numbers
    assert list(found.places) == list(range(len(numbers)))
    assert (found.base, found.offset, found.newest) == (0, len(numbers) - 1, 1000 + len(numbers) - 1)


@pytest.mark.parametrize("value", [None, b"", b"junk", b"no key", SERDE.header("FeedActivity"), record(2)[:9]])
def test_what_has_no_number(value: bytes | None) -> None:
    assert list(read(record(1), value, record(2)).numbers) == [1, 0, 2]


def test_a_record_that_names_another_feed_is_decoded() -> None:
    assert list(read(record(7, feed="hr")).numbers) == [7]
