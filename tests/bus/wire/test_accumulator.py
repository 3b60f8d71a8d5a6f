"""Records by topic and partition: where they go, when a batch is full, what is taken."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.bus.batch import Record
from commonline.bus.partitions import partition_of
from tests.bus.wire.built import Given, Piece, functions, module, piece, read

HEADERS: list[tuple[str, bytes]] = [("ce_id", b"0b5c" * 9), ("content-type", b"application/avro")]
TOPICS = ("activities.v1", "conversations.v1", "feed.acme.support.v1")


def record(topic: str, partition: int, value: bytes | None, key: bytes = b"k", at: int = 9) -> Record:
    return Record(topic, partition, key, value, HEADERS, at)


def values(taken: list[Any]) -> dict[tuple[str, int], list[bytes | None]]:
    """By topic and partition, in order, batches put together."""
    found: dict[tuple[str, int], list[bytes | None]] = defaultdict(list)
    for topic, partition, batch in taken:
        found[topic, partition] += [one.value for one in read(batch.seal(1, 0, 0, transactional=True))]
    return dict(found)


RECORDS = st.lists(
    st.builds(record, st.sampled_from(TOPICS), st.integers(0, 40), st.none() | st.binary(max_size=200)), max_size=60
)


@given(RECORDS, st.integers(1, 2000), st.integers(0, 500))
def test_nothing_is_lost_and_order_is_kept(records: list[Record], batch_bytes: int, least: int) -> None:
    made = module().Accumulator(batch_bytes)
    half = len(records) // 2
    made.append_many(records[:half])
    taken = made.take(least)
    for one in records[half:]:
        made.append(one.topic, one.partition, one.value, one.key, one.headers, one.timestamp)
    assert made.count == len(records) - sum(batch.count for *_, batch in taken)
    taken += made.take(least) + made.take(0)
    assert made.count == made.size == 0
    assert made.take(0) == []
    wanted: dict[tuple[str, int], list[bytes | None]] = defaultdict(list)
    for one in records:
        wanted[one.topic, one.partition].append(one.value)
    assert values(taken) == wanted
    assert all(batch.size <= batch_bytes or batch.count == 1 for *_, batch in taken)


def test_bytes_held_are_told_and_small_batches_stay() -> None:
    made = module().Accumulator(1000)
    large = made.append("a", 0, b"x" * 500, None, None, 1)
    both = made.append("b", 0, b"x" * 10, None, None, 1)
    assert both == made.size > large > 500
    assert [(topic, number) for topic, number, _ in made.take(400)] == [("a", 0)]
    assert made.size == both - large
    assert made.append("a", 0, b"x", None, None, 1) > made.size - 20
    assert [(topic, number) for topic, number, _ in made.take(0)] == [("b", 0), ("a", 0)]


def test_a_full_batch_is_taken_whatever_is_asked_for() -> None:
    made = module().Accumulator(1000)
    made.append_many([record("a", 3, b"%d" % number) for number in range(100)])
    full = made.take(1 << 40)
    assert len(full) > 5
    assert all(900 < batch.size <= 1000 for *_, batch in full)
    assert values(full + made.take(0)) == {("a", 3): [b"%d" % number for number in range(100)]}


@given(st.binary(max_size=40), st.integers(1, 100))
def test_keys_go_where_every_client_puts_them(key: bytes, count: int) -> None:
    made = module().Accumulator(1000)
    made.partitions("t", count)
    made.append_many([record("t", -1, b"v", key)])
    made.append("t", -1, b"v", key.hex().encode(), None, 1)
    found = [number for _, number, batch in made.take(0) for _ in range(batch.count)]
    hashed = (module().murmur2(key) & 0x7FFFFFFF) % count
    assert sorted(found) == sorted([hashed, partition_of(key.hex(), count)])


def test_without_a_key_a_batch_goes_to_one_partition_and_the_next_by_chance() -> None:
    made = module().Accumulator(2000)
    made.partitions("t", 50)
    seen = set()
    for _ in range(40):
        for _ in range(20):
            made.append("t", -1, b"v", None, None, 1)
        ((_, number, batch),) = made.take(0)
        assert batch.count == 20
        seen.add(number)
    assert len(seen) > 10
    for _ in range(2000):
        made.append("t", -1, b"v" * 100, None, None, 1)
    assert len({number for _, number, _ in made.take(0)}) > 10


def test_an_unknown_number_of_partitions_stops_all_of_a_list() -> None:
    made = module().Accumulator(1000)
    records = [record("a", 0, b"1"), record("b", -1, b"2"), record("c", -1, b"3")]
    for topic in ("b", "c"):
        with pytest.raises(KeyError) as raised:
            made.append_many(records)
        assert raised.value.args == (topic,)
        assert made.count == 0
        made.partitions(topic, 1)
    made.append_many(records)
    assert values(made.take(0)) == {("a", 0): [b"1"], ("b", 0): [b"2"], ("c", 0): [b"3"]}
    with pytest.raises(KeyError):
        made.append("d", -1, b"", b"k", None, 1)
    with pytest.raises(KeyError):
        made.append_rows("d", -1, {b"k": b""})


def test_rows_of_a_changelog() -> None:
    made = module().Accumulator(1000)
    assert made.append_rows("log", 5, {b"a": b"1", b"b": None}) == made.size
    ((topic, number, batch),) = made.take(0)
    assert (topic, number) == ("log", 5)
    found = read(batch.seal(1, 0, 0, transactional=True))
    assert [(one.key, one.value, one.headers) for one in found] == [(b"a", b"1", []), (b"b", None, [])]
    assert found[0].timestamp == found[1].timestamp > 1_700_000_000_000
    with pytest.raises(TypeError, match="append_rows"):
        made.append_rows("log", 5, [(b"a", b"1")])
    with pytest.raises(TypeError, match="value: str"):
        made.append_rows("log", 5, {b"a": "1"})


class Like(msgspec.Struct, rename="camel"):
    """Another struct with the same fields, elsewhere."""

    timestamp: int
    topic: str
    headers: Any
    value: bytes
    key: bytes
    partition: int


class Plain:
    """Not a struct at all."""

    topic, partition, key, value, headers, timestamp = "t", 0, b"k", b"plain", None, 1


def test_any_object_with_these_fields_is_a_record() -> None:
    made = module().Accumulator(1000)
    made.append_many([Like(1, "t", HEADERS, b"like", b"k", 0), Plain(), record("t", 0, b"record")])
    assert values(made.take(0)) == {("t", 0): [b"like", b"plain", b"record"]}
    with pytest.raises(AttributeError):
        made.append_many([object()])


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ((b"t", 0, b"", None, None, 1), TypeError, "topic: bytes, where str"),
        (("t", -2, b"", None, None, 1), ValueError, "partition: -2 is none"),
        (("t", "0", b"", None, None, 1), ValueError, "partition: '0' is none"),
        (("t", 1 << 40, b"", None, None, 1), ValueError, "partition"),
        (("known", 4, b"", None, None, 1), ValueError, "known has no partition 4"),
        (("t", 0, b""), TypeError, "append"),
    ],
)
def test_what_is_no_place_is_refused(given: Any, error: type[Exception], words: str) -> None:
    made = module().Accumulator(1000)
    made.partitions("known", 4)
    with pytest.raises(error, match=words):
        made.append(*given)
    assert made.count == 0
    with pytest.raises(ValueError, match="at least 1"):
        made.partitions("known", 0)
    with pytest.raises(ValueError, match="at least 1"):
        module().Accumulator(0)
    with pytest.raises(TypeError, match="a list"):
        made.append_many(())


def test_cleared_as_if_nothing_had_been() -> None:
    made = module().Accumulator(1000)
    for _ in range(3):
        made.append_many([record("a", number % 3, b"%d" % number) for number in range(100)])
        made.clear()
        assert made.count == made.size == 0
        assert made.take(0) == []
    made.append("a", 1, b"last", None, None, 1)
    assert values(made.take(0)) == {("a", 1): [b"last"]}


def test_other_c_modules_append_too() -> None:
    api, made = functions(), module().Accumulator(1000)
    given = Given(piece(b"k"), (Piece * 1)(piece(b"v")), 1, None, 0, Piece(), 3)
    assert api.accumulate(made, "t", 2, given) == made.size
    with pytest.raises(KeyError):
        api.accumulate(made, "t", -1, given)
    with pytest.raises(TypeError, match="where a Accumulator"):
        api.accumulate(module().Batch(), "t", 1, given)
    assert values(made.take(0)) == {("t", 2): [b"v"]}
