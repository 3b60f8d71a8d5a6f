"""Records of the log to a batch for the stage: older schemas, poison, rows and activities that are too large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from commonline import topics as table
from commonline.bus.batch import AgainError, Batch, Record
from commonline.bus.store import LocalStore
from commonline.errors import StateError
from commonline.metrics import Metrics
from commonline.schemas import cloudevents
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, Control, DeadLetter, FeedActivity, Ledger
from commonline.schemas.serde import Serde
from commonline.streams.unify.keys import WORKSPACE
from commonline.streams.unify.stored import ROW_LIMIT, ROW_VERSION
from commonline.streams.unify.task import KILLS_WORKER, Surroundings, UnifyTask
from commonline.topics import Topics
from tests.streams.unify.world import START, UNIFIER, activity, configuration, party

IDS = SchemaIds.bundled()
SERDE = Serde(IDS)


@dataclass
class Read:
    """A record of the log."""

    at: int
    said: bytes

    def offset(self) -> int:
        return self.at

    def value(self) -> bytes:
        return self.said

    def topic(self) -> str:
        return "activities.v1"

    def timestamp(self) -> tuple[int, int]:
        return (1, START // 1000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    made = LocalStore(tmp_path / "3")
    yield made
    made.close()


@pytest.fixture
def task(store: LocalStore) -> UnifyTask:
    return UnifyTask(3, store, Surroundings(Topics("t-"), IDS, UNIFIER, Metrics(), "test", clock=lambda: START))


def reads(*records: Activity | Control | bytes) -> Any:
    return [Read(n, one if isinstance(one, bytes) else SERDE.encode(one)) for n, one in enumerate(records)]


def dead(batch: Batch) -> list[DeadLetter]:
    topic = Topics("t-").name(table.DEAD_LETTERS)
    return [SERDE.decode_as(DeadLetter, one.value or b"") for one in batch.records if one.topic == topic]


def test_records_go_to_the_partition_of_their_input_and_feeds_to_their_own(task: UnifyTask) -> None:
    batch = task.process(reads(configuration(), activity("test:a", actor=party("test:ana", "Ana"))), frozenset())
    where = {(record.topic, record.partition) for record in batch.records}
    assert where == {
        ("t-conversations.v1", 3),
        ("t-persons.v1", 3),
        ("t-unify-ledger.v1", 3),
        *((f"t-feeds.acme.{name}.v1", 0) for name in ("marketing", "pr", "service")),
    }
    record = next(one for one in batch.records if one.topic == "t-feeds.acme.pr.v1")
    attributes = cloudevents.attributes(record.headers)
    assert (attributes["id"], attributes["type"], attributes["source"]) == (
        "pr/1",
        "commonline.feed.entered.v1",
        "/acme/page",
    )
    assert SERDE.decode_as(FeedActivity, record.value or b"").seq == 1
    assert batch.rows


def told(batch: Batch) -> list[Ledger]:
    topic = Topics("t-").name(table.UNIFY_LEDGER)
    return [SERDE.decode_as(Ledger, one.value or b"") for one in batch.records if one.topic == topic]


def test_every_record_of_the_input_is_in_one_line_of_the_ledger(task: UnifyTask) -> None:
    first, second = activity("test:a"), activity("test:b", source="desk")
    batch = task.process(reads(configuration(), first, second, first, b"junk"), frozenset())
    lines = {(line.workspace, line.source): line for line in told(batch)}
    assert {(line.stage, line.topic, line.partition, line.first, line.last) for line in lines.values()} == {
        ("unify", "t-activities.v1", 3, 0, 4)
    }
    assert sum(line.read for line in lines.values()) == 5
    page, desk = lines["acme", "page"], lines["acme", "desk"]
    assert (page.read, page.activities, page.ignored, page.quiet) == (2, 1, {"repeat": 1}, 1)
    assert page.sum == UUID(first.id).bytes
    assert (desk.activities, desk.sum) == (1, UUID(second.id).bytes)
    assert (lines["acme", ""].ignored, lines["", ""].dead) == ({"control": 1}, 1)
    assert [line.feeds for line in told(batch)] == [{}, dict.fromkeys(("marketing", "pr", "service"), 4), {}, {}]
    again = task.process(reads(activity("test:c")), frozenset())
    assert [(line.read, line.feeds["pr"]) for line in told(again)] == [(1, 6)]


def test_a_record_that_is_decided_again_counts_once(task: UnifyTask) -> None:
    large = configuration()
    large.body = large.body + " " * ROW_LIMIT
    batch = task.process(reads(configuration(), activity("test:a"), large, activity("test:b")), frozenset())
    assert sum(line.read for line in told(batch)) == 4
    assert sum(line.dead for line in told(batch)) == 1


def test_counts_become_visible_with_the_commit(task: UnifyTask) -> None:
    task.process(reads(configuration(), activity("test:a"), activity("test:a")), frozenset())
    metrics = task._around.metrics
    outcomes = {"source": "page", "outcome": "repeat"}
    assert metrics.counter("commonline_unify_outcomes_total", outcomes)._value.get() == 0
    task.committed()
    assert metrics.counter("commonline_unify_outcomes_total", outcomes)._value.get() == 1
    labels = {"workspace": "acme", "department": "pr", "event": "activity"}
    assert metrics.counter("commonline_feed_records_total", labels)._value.get() == 1


@pytest.mark.parametrize("junk", [b"", b"\x00", b"\x00\x00\x00\x00\x01junk", b"{}", b"\x00\xff\xff\xff\xffxx"])
def test_junk_is_a_dead_letter_and_the_others_are_decided(task: UnifyTask, junk: bytes) -> None:
    batch = task.process(reads(configuration(), junk, activity("test:a")), frozenset())
    (letter,) = dead(batch)
    assert (letter.offset, letter.value, letter.step) == (1, junk, "unify")
    assert any(record.topic == "t-conversations.v1" for record in batch.records)


def test_condemned_records_are_not_read(task: UnifyTask) -> None:
    batch = task.process(reads(configuration(), activity("test:a")), frozenset({1}))
    (letter,) = dead(batch)
    assert (letter.cause, letter.source) == (KILLS_WORKER, "page")
    assert not any(record.topic == "t-conversations.v1" for record in batch.records)


def test_a_too_large_activity_is_a_dead_letter(task: UnifyTask) -> None:
    batch = task.process(reads(configuration(), activity("test:a", text="x" * 300_000)), frozenset())
    assert [letter.cause for letter in dead(batch)] == ["too-large"]


def test_a_row_that_grew_too_large_is_its_records_fault_alone(task: UnifyTask) -> None:
    large = configuration()
    large.body = large.body + " " * ROW_LIMIT
    before, after = activity("test:a"), activity("test:b")
    batch = task.process(reads(configuration(), before, large, after), frozenset())
    assert [(letter.cause, letter.offset) for letter in dead(batch)] == [("too-large", 2)]
    assert sum(record.topic == "t-conversations.v1" for record in batch.records) == 2


class Huge(Read):
    """A record that there is no memory for."""

    def value(self) -> bytes:
        raise MemoryError


def test_lack_of_memory_is_no_records_fault(task: UnifyTask) -> None:
    huge: Any = [Huge(0, b"")]
    with pytest.raises(MemoryError):
        task.process(huge, frozenset())


def test_an_aborted_batch_never_was(task: UnifyTask) -> None:
    first = task.process(reads(configuration(), activity("test:a")), frozenset())
    task.aborted()
    again = task.process(reads(configuration(), activity("test:a")), frozenset())
    assert [(one.topic, one.key, one.value) for one in first.records] == [
        (one.topic, one.key, one.value) for one in again.records
    ]
    assert first.rows == again.rows


def test_rows_of_a_newer_program_are_not_taken_over(store: LocalStore) -> None:
    store.apply({WORKSPACE + b"eight.by" + b"0" * 16: bytes([ROW_VERSION + 1]) + b"\x90"}, 1)
    with pytest.raises(StateError, match="run the newer one"):
        UnifyTask(3, store, Surroundings(Topics(), IDS, UNIFIER, Metrics(), "test"))


def test_records_that_are_sent_early_are_those_of_the_batch(task: UnifyTask, monkeypatch: pytest.MonkeyPatch) -> None:
    some = reads(configuration(), *(activity(f"test:{n}") for n in range(5)))
    whole = task.process(some, frozenset())
    task.aborted()
    sent: list[Record] = []

    def send(records: list[Record]) -> bool:
        sent.extend(records)
        return True

    monkeypatch.setattr("commonline.streams.unify.task.SENT_TOGETHER", 3)
    rest = task.process(some, frozenset(), send)
    assert len(sent) > 10
    assert ([*sent, *rest.records], rest.rows) == (whole.records, whole.rows)


def test_a_transaction_that_has_lasted_long_enough_ends(task: UnifyTask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonline.streams.unify.task.SENT_TOGETHER", 1)
    some = reads(configuration(), activity("test:a"), activity("test:b"))
    assert task.process(some, frozenset(), lambda _records: False).taken == 2
    task.committed()
    assert task.process(some[2:], frozenset(), lambda _records: False).taken == 1


def test_poison_behind_what_was_sent_takes_it_back(task: UnifyTask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonline.streams.unify.task.SENT_TOGETHER", 1)
    some = reads(configuration(), activity("test:a"), b"junk", activity("test:b"))
    with pytest.raises(AgainError):
        task.process(some, frozenset(), lambda _records: True)
    task.aborted()
    batch = task.process(some, frozenset())
    assert [letter.cause for letter in dead(batch)] == ["SchemaError"] or len(dead(batch)) == 1
