"""State on a real broker: what is unreadable stops the worker at once, the commands mend it, others go on meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from tests.integration.state_line import filled, quiet, some, some_row, upkeep
from tests.integration.unify_line import PATIENCE_S, WORKSPACES, Line, Worker, gap_free
from tests.streams.unify.world import HOUR

from commonline import topics as table
from commonline.bus import restore
from commonline.bus.store import LocalStore
from commonline.bus.writer import Writer
from commonline.errors import (
    BrokenChangelogError,
    BrokenStoreError,
    StateError,
    StoreInUseError,
)
from commonline.streams.unify.upkeep import Source
from commonline.testing.kafka import KafkaUnderTest

pytestmark = pytest.mark.broker
STOPS_WITHIN_S = 30.0


@pytest.fixture
def line(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Line]:
    made = Line(kafka.settings, prefix, tmp_path)
    yield made
    made.end()


def spoil(line: Line, key: bytes, value: bytes) -> None:
    """A record that is no row, at the end of the changelog."""
    writer = Writer(line.kafka, client_id="test")
    writer.write(line.names.name(table.STATE), value, key, partition=0)
    writer.flush()


def left_open(line: Line) -> Producer:
    """A transaction in the changelog of partition 0 that nobody ends."""
    settings = {"transactional.id": f"{line.prefix}left-open", "transaction.timeout.ms": 600_000}
    pending = Producer({**line.kafka.librdkafka(), **settings})
    pending.init_transactions(30)
    pending.begin_transaction()
    pending.produce(line.names.name(table.STATE), b"never seen", b"never committed", 0)
    pending.flush(30)
    return pending


def waits_for(worker: Worker) -> str | None:
    return worker.stage.waits_for


def stopped_by(line: Line, worker: Worker) -> tuple[BaseException | None, float]:
    """What a worker dies of, and after how many seconds."""
    began = time.monotonic()
    failure = worker.died_of()
    line.forget(worker)
    return failure, time.monotonic() - began


@pytest.mark.parametrize("source", ["activities", "local"])
def test_an_unreadable_changelog_stops_a_worker_and_is_mended(line: Line, source: Source) -> None:
    filled(line)
    before = upkeep(line).verify(0, quiet)
    key, _ = some_row(line, b"o")
    spoil(line, key, b"\x01\x93 not what unify wrote")
    failure, took = stopped_by(line, line.worker("1", "elsewhere"))
    assert isinstance(failure, BrokenChangelogError)
    assert took < STOPS_WITHIN_S
    assert f"commonline state rebuild --instance 1 --partition 0 --from {source}" in str(failure)
    line.left()
    with pytest.raises(BrokenChangelogError):
        upkeep(line).rebuild(0, "changelog", quiet)
    assert upkeep(line).rebuild(0, source, quiet) == before.rows
    after = upkeep(line).verify(0, quiet)
    assert after.equal
    assert (after.here, after.rows) == (before.here, before.rows)
    line.write(some(0, 60, later_us=31 * 24 * HOUR))
    line.write(some(60, 80))
    heir = line.worker("2", "a-third-place")
    found = line.until(80)
    assert heir.stop() is None
    assert heir.restored() > 0
    assert len(found) == 80
    assert gap_free(found)


def test_a_worker_behind_a_changelog_that_was_written_anew_begins_anew(line: Line) -> None:
    filled(line, 40)
    upkeep(line).rebuild(0, "local", quiet)
    old = upkeep(line, "elsewhere")
    line.write(some(40, 60))
    line.worker("0", "elsewhere")
    line.until(60)
    line.end()
    line.left()
    upkeep(line).rebuild(0, "changelog", quiet)
    upkeep(line).rebuild(0, "local", quiet)
    line.worker("0", "elsewhere")
    line.write(some(60, 70))
    found = line.until(70)
    line.end()
    assert gap_free(found)
    assert len(found) == 70
    assert old.verify(0, quiet).equal


def test_state_files_that_are_broken_stop_a_worker_and_are_mended(line: Line) -> None:
    filled(line, left=False)
    state = upkeep(line).stage.state / "0"
    store = LocalStore(state)
    store.flush()
    store.close()
    (file,) = state.glob("*.sst")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 8] + bytes(len(whole) // 2) + whole[len(whole) * 5 // 8 :])
    line.write(some(0, 60))
    failure, took = stopped_by(line, line.worker())
    assert isinstance(failure, BrokenStoreError)
    assert took < STOPS_WITHIN_S
    assert "mend it: commonline state rebuild --instance 0 --partition 0" in str(failure)
    with pytest.raises(BrokenStoreError):
        upkeep(line).verify(0, quiet)
    assert upkeep(line).rebuild(0, "changelog", quiet) > 60
    assert upkeep(line).verify(0, quiet).equal
    line.write(some(60, 70))
    line.worker()
    found = line.until(70)
    assert gap_free(found)
    assert len(found) == 70


def test_rows_that_are_not_the_changelogs_are_found_and_mended(line: Line) -> None:
    filled(line, left=False)
    (gone, _), (other, row) = some_row(line, b"o"), some_row(line, b"t")
    store = LocalStore(upkeep(line).stage.state / "0")
    foreign = b"o" + other[1:]
    store.apply({gone: None, other: row[:-1] + b"\x07", foreign: row}, store.changelog)
    store.close()
    found = upkeep(line).verify(0, quiet)
    assert not found.equal
    assert {(one.how, one.key) for one in found.first} == {
        ("missing", gone),
        ("differs", other),
        ("foreign", foreign),
    }
    upkeep(line).rebuild(0, "changelog", quiet)
    assert upkeep(line).verify(0, quiet).equal


def test_looking_is_allowed_beside_a_worker_and_rebuilding_is_not(line: Line) -> None:
    line.write(some(0, 50))
    line.worker()
    line.until(50)
    sources: tuple[Source, ...] = ("changelog", "activities", "local")
    for source in sources:
        with pytest.raises(StoreInUseError, match="in use by another process"):
            upkeep(line).rebuild(0, source, quiet)
    with pytest.raises(StoreInUseError, match="is worked on by"):
        upkeep(line, "elsewhere").rebuild(0, "activities", quiet)
    facts = upkeep(line).facts(0)
    assert facts.fault is None
    assert (facts.group, facts.position) == (51, 51)
    assert upkeep(line).kinds(0, quiet)["objects"] == 50
    assert upkeep(line).verify(0, quiet).equal
    line.write(some(50, 60))
    assert gap_free(line.until(60))


def test_a_log_without_its_beginning_gives_no_state(line: Line) -> None:
    filled(line, 20)
    line.cut(table.ACTIVITIES, 0, 5)
    with pytest.raises(StateError, match=r"begins at offset 5.*--from local"):
        upkeep(line).rebuild(0, "activities", quiet)
    assert upkeep(line).verify(0, quiet).equal
    line.cut(table.STATE, 0, 9)
    with pytest.raises(BrokenChangelogError, match="begins at offset 9, and nothing says"):
        upkeep(line).verify(0, quiet)
    upkeep(line).rebuild(0, "local", quiet)
    assert upkeep(line).verify(0, quiet).equal


def test_a_partition_that_restores_holds_up_no_other(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its restore waits for a transaction that somebody left open, in a child process; the neighbour is served."""
    monkeypatch.setattr(restore, "HERE_RECORDS", 0)
    filled(line, 50)
    pending = left_open(line)
    worker = line.worker("1", "elsewhere")
    line.write(some(0, 30, "globex"))
    line.write(some(50, 60))
    found = line.until(80)
    assert [sum(one.workspace == name for one in found) for name in WORKSPACES] == [50, 30]
    deadline = time.monotonic() + PATIENCE_S
    while waits_for(worker) != "restoring partition 0 (1 to go); serving 1":
        assert time.monotonic() < deadline, waits_for(worker)
        time.sleep(0.05)
    assert worker.left(0) == 1
    pending.abort_transaction(30)
    found = line.until(90)
    assert waits_for(worker) is None
    assert worker.stop() is None
    assert gap_free(found)
    assert len(found) == 90


def test_a_stop_ends_a_long_restore_at_once(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "HERE_RECORDS", 0)
    filled(line, 20)
    pending = left_open(line)
    worker = line.worker("1", "elsewhere")
    deadline = time.monotonic() + PATIENCE_S
    while worker.left(0) == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    began = time.monotonic()
    assert worker.stop() is None
    assert time.monotonic() - began < 10
    pending.abort_transaction(30)
