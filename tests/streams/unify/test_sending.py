"""Outputs that go straight into batches are the records that Python's form makes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.bus.batch import AgainError, Batch, Record
from commonline.bus.store import LocalStore
from commonline.bus.wire.records import NAME, found
from commonline.compiled import PURE
from commonline.metrics import Metrics
from commonline.schemas import cloudevents
from commonline.streams.unify import chosen, outputs
from commonline.streams.unify.envelopes import envelopes
from commonline.streams.unify.outputs import Output
from commonline.streams.unify.stored import ROW_LIMIT
from commonline.streams.unify.task import SENT_TOGETHER, Surroundings, UnifyTask
from commonline.topics import Topics
from tests.bus.wire.built import module as builder
from tests.bus.wire.built import read
from tests.schemas.compiling import module
from tests.streams.unify.test_outputs import ADDRESSES, OUTPUTS, department_of_feeds_only
from tests.streams.unify.test_task import IDS, Read, reads
from tests.streams.unify.world import START, UNIFIER, activity, configuration


@pytest.fixture(scope="module")
def compiled() -> Any:
    found, why = module(chosen.NAME)
    if found is None:
        pytest.skip(why)
    builder()
    return chosen.bound(found)


def held(accumulator: Any) -> dict[tuple[str, int], list[Any]]:
    """What lies in the batches, by topic and partition."""
    return {
        (topic, number): [(*one[1:4], one.headers) for one in read(batch.seal(1, 0, 0, transactional=True))]
        for topic, number, batch in accumulator.take(0)
    }


def wanted(records: list[Record]) -> dict[tuple[str, int], list[Any]]:
    found: dict[tuple[str, int], list[Any]] = {}
    for one in records:
        kept = found.setdefault((one.topic, one.partition), [])
        kept.append((one.timestamp, one.key, one.value, one.headers))
    return found


def sent(form: Any, some: list[Output], turns: int = 1) -> tuple[Any, Any, dict[Any, int]]:
    envelope, accumulator = envelopes(ADDRESSES, form), builder().Accumulator(1 << 30)
    for _ in range(turns):
        bytes_held = envelope.send(some, accumulator, builder().api)
        assert bytes_held == (accumulator.size if some else 0)
    return held(accumulator), envelope, dict(envelope.measured())


@given(st.lists(OUTPUTS.filter(lambda one: one.at // 1000 != 0), max_size=8).map(department_of_feeds_only))
def test_the_same_records_as_pythons_form(compiled: Any, some: list[Output]) -> None:
    python, records = envelopes(ADDRESSES, outputs), list[Record]()
    python.add(some * 2, records)
    assert sent(compiled, some, turns=2)[::2] == (wanted(records), python.measured())


def test_ids_and_times_of_other_lengths_follow_one_another(compiled: Any) -> None:
    far = 300_000_000_000_000_000  # beyond the year 9999: no ce_time
    some = [
        Output("feed", b"k", b"%d" % n, "FeedActivity", "left", f"pr/{n}", "page", at, "acme", "pr")
        for n in (9, 10, 11, 100_000, 7)
        for at in (START, far, START + 1, -START)
    ]
    python, records = envelopes(ADDRESSES, outputs), list[Record]()
    python.add(some, records)
    assert sent(compiled, some)[0] == wanted(records)
    assert {len(one.headers) for one in records} == {6, 7}


@pytest.mark.parametrize(
    ("name", "value"), [("value", None), ("key", "text"), ("at", "x"), ("id", 7), ("id", "\ud800"), ("source", None)]
)
def test_what_is_no_output_is_refused(compiled: Any, name: str, value: Any) -> None:
    good = Output("links", b"", b"", "Link", "link", "1", "page", START, "acme")
    bad = Output(**{one: getattr(good, one) for one in Output.__struct_fields__} | {name: value})
    accumulator = builder().Accumulator(1000)
    with pytest.raises((TypeError, UnicodeEncodeError)):
        envelopes(ADDRESSES, compiled).send([bad], accumulator, builder().api)
    assert accumulator.count == 0


def test_what_is_not_asked_rightly_is_refused(compiled: Any) -> None:
    envelope, accumulator, api = envelopes(ADDRESSES, compiled), builder().Accumulator(1000), builder().api
    good = Output("links", b"", b"", "Link", "link", "1", "page", START, "acme")
    for asked in ((None, accumulator, api), ([None], accumulator, api), ([good], None, api), ([good], accumulator)):
        with pytest.raises(TypeError):
            envelope.send(*asked)
    with pytest.raises((TypeError, ValueError)):
        envelope.send([good], accumulator, None)


@pytest.mark.parametrize(
    "head",
    [
        ("t", -1, b"", ("a", b""), ("b", b""), ("c", b"")),
        ("t", "0", b"", ("a", b""), ("b", b""), ("c", b"")),
        (7, 0, b"", ("a", b""), ("b", b""), ("c", b"")),
        ("t", 0, b"", ("a", "b"), ("b", b""), ("c", b"")),
        ("t", 0, b"", ("a", b""), (b"b", b""), ("c", b"")),
        ("t", 0, b"", ("a", b""), ("b", b""), "cc"),
    ],
)
def test_what_is_no_head_is_refused(compiled: Any, head: Any) -> None:
    heads = compiled.Heads(lambda _: head, cloudevents.moment, Record, cloudevents.FIRST, cloudevents.LAST, 10)
    accumulator = builder().Accumulator(1000)
    with pytest.raises((TypeError, ValueError)):
        heads.send([Output("links", b"", b"", "Link", "link", "1", "page", START, "acme")], accumulator, builder().api)
    assert accumulator.count == 0


@pytest.fixture
def tasks(compiled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[UnifyTask, UnifyTask, Any]]:
    """One that gives records; one that puts what it says into batches, and these."""
    monkeypatch.setitem(sys.modules, NAME, builder())
    monkeypatch.delenv(PURE, raising=False)
    found.cache_clear()
    stores = [LocalStore(tmp_path / name) for name in ("listing", "placing")]
    around = Surroundings(Topics("t-"), IDS, UNIFIER, Metrics(), "test", clock=lambda: START)
    listing, placing = (UnifyTask(3, store, around) for store in stores)
    listing._envelopes, placing._envelopes = envelopes(ADDRESSES, outputs), envelopes(ADDRESSES, compiled)
    accumulator = builder().Accumulator(1 << 30)
    placing.write_to(accumulator)
    yield listing, placing, accumulator
    found.cache_clear()
    for store in stores:
        store.close()


def merged(batch: Batch, accumulator: Any) -> dict[tuple[str, int], list[Any]]:
    """What was placed, and what is left to write."""
    accumulator.append_many(batch.records)
    return held(accumulator)


def test_a_task_places_what_it_would_list(tasks: tuple[UnifyTask, UnifyTask, Any]) -> None:
    listing, placing, accumulator = tasks
    large = configuration()
    large.body = large.body + " " * ROW_LIMIT  # all are decided again, for this one's row is too large
    some = reads(configuration(), activity("test:a"), b"junk", large, activity("test:b", text="x" * 300_000))
    listed, placed = listing.process(some, frozenset()), placing.process(some, frozenset())
    assert {one.topic for one in placed.records} == {"t-dead-letters.v1", "t-unify-ledger.v1"}
    assert merged(placed, accumulator) == wanted(listed.records)
    assert placed.rows == listed.rows
    for task in (listing, placing):
        task.committed()
    more = reads(activity("test:c"), activity("test:a"))
    listed, placed = listing.process(more, frozenset()), placing.process(more, frozenset())
    assert merged(placed, accumulator) == wanted(listed.records)


def test_what_is_placed_is_told_of_as_what_is_listed(tasks: tuple[UnifyTask, UnifyTask, Any]) -> None:
    _, placing, accumulator = tasks
    sent: list[int] = []

    def send(records: list[Record]) -> bool:
        assert records == []
        sent.append(accumulator.count)
        return len(sent) < 2

    many = reads(configuration(), *(activity(f"test:{number}") for number in range(1500)))
    batch = placing.process(many, frozenset(), send)
    assert SENT_TOGETHER <= sent[0] < 2 * SENT_TOGETHER < sent[1] + SENT_TOGETHER
    assert batch.taken is not None
    assert batch.taken < 1500
    placing.aborted()
    assert accumulator.count == 0


def test_what_is_taken_back_lies_in_no_batch(tasks: tuple[UnifyTask, UnifyTask, Any]) -> None:
    _, placing, accumulator = tasks
    some = [*reads(configuration(), *(activity(f"test:{number}") for number in range(500))), Read(501, b"junk")]
    with pytest.raises(AgainError):
        placing.process(some, frozenset(), lambda _: True)
    placing.aborted()
    assert accumulator.count == 0
