"""unify on a real broker: takeovers, joins under load, restarts, and the cases in which it must refuse to go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient
from tests.integration.unify_line import WORKSPACES, Line, gap_free
from tests.streams.unify.world import activity, party

from commonline import topics as table
from commonline.errors import EXIT_STATE, StateError
from commonline.schemas.records import Activity
from commonline.testing.kafka import KafkaUnderTest

pytestmark = pytest.mark.broker


@pytest.fixture
def line(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Line]:
    made = Line(kafka.settings, prefix, tmp_path)
    yield made
    made.end()


def some(first: int, end: int, workspace: str = "acme") -> list[Activity]:
    """Comments of a few people in a few threads."""
    made = [
        activity(f"test:c{n}", thread=f"test:t{n % 5}", actor=party(f"test:p{n % 7}", f"P{n % 7}"), text=f"line {n}")
        for n in range(first, end)
    ]
    return [msgspec.structs.replace(one, workspace=workspace) for one in made]


def group_of(line: Line) -> str:
    return line.names.identifier("unify")


def test_another_worker_takes_over_on_an_empty_disk(line: Line) -> None:
    line.write(some(0, 300))
    first = line.worker("0", "home-a")
    line.until(300)
    assert first.stop() is None
    line.write(some(0, 300))
    line.write(some(300, 400))
    second = line.worker("1", "home-b")
    found = line.until(400)
    assert second.stop() is None
    assert second.restored() > 300
    assert gap_free(found)
    assert len({record.activity.id for record in found if record.activity}) == len(found) == 400
    assert [record.seq for record in line.feed("acme", "service")] == list(range(1, 405 + 1))


def test_a_clean_restart_in_place_restores_nothing(line: Line) -> None:
    line.write(some(0, 50))
    line.worker()
    line.until(50)
    line.end()
    line.write(some(20, 80))
    again = line.worker()
    assert gap_free(line.until(80))
    assert again.stop() is None
    assert again.restored() == 0


def test_a_worker_that_joins_and_leaves_under_load_loses_and_doubles_nothing(line: Line) -> None:
    count = 3000
    first = line.worker("0", "home-a")
    second = None
    for start in range(0, count, 200):
        for workspace in WORKSPACES:
            line.write(some(start, start + 200, workspace))
        if start == 600:
            second = line.worker("1", "home-b")
        if start == 2000:
            assert second is not None
            assert second.stop() is None
    found = line.until(count * len(WORKSPACES))
    assert first.stop() is None
    assert gap_free(found)
    for workspace in WORKSPACES:
        texts = [r.activity.object.text for r in found if r.activity and r.workspace == workspace]
        assert texts == [f"line {n}" for n in range(count)]
        sequence = [record.seq for record in line.feed(workspace, "marketing")]
        assert sequence == list(range(1, len(sequence) + 1))


def test_a_group_offset_that_is_not_the_states_is_refused(line: Line) -> None:
    line.write(some(0, 20))
    line.worker()
    line.until(20)
    line.end()
    where = TopicPartition(line.names.name(table.ACTIVITIES), 0, 5)
    _leave(line)
    admin = AdminClient(line.kafka.librdkafka())
    asked = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group_of(line), [where])])
    assert asked[group_of(line)].result(20).topic_partitions[0].error is None
    failure = line.worker().died_of()
    assert isinstance(failure, StateError)
    assert failure.exit_code == EXIT_STATE
    assert "at offset 5, the state at 21" in str(failure)


def test_expired_group_offsets_leave_the_states_position(line: Line) -> None:
    line.write(some(0, 20))
    line.worker()
    line.until(20)
    line.end()
    _leave(line)
    admin = AdminClient(line.kafka.librdkafka())
    admin.delete_consumer_groups([group_of(line)])[group_of(line)].result(20)
    line.write(some(10, 30))
    again = line.worker()
    found = line.until(30)
    assert again.stop() is None
    assert len(found) == 30
    assert gap_free(found)


def test_records_deleted_before_they_were_read_stop_the_stage(line: Line) -> None:
    line.write(some(0, 20))
    line.worker()
    line.until(20)
    line.end()
    line.write(some(20, 60))
    where = TopicPartition(line.names.name(table.ACTIVITIES), 0, 41)
    admin = AdminClient(line.kafka.librdkafka())
    next(iter(admin.delete_records([where]).values())).result(20)
    failure = line.worker().died_of()
    assert isinstance(failure, StateError)
    assert "nothing is skipped" in str(failure)


def test_a_changelog_of_another_topic_is_not_mixed_in(line: Line, prefix: str) -> None:
    line.write(some(0, 20))
    line.worker("0", "home-a")
    line.until(20)
    line.end()
    other = Line(line.kafka, f"{prefix}other-", line.folder)
    state = line.folder / "home-a" / "state"
    (state / f"{line.names.identifier('unify')}-0").rename(state / f"{other.names.identifier('unify')}-0")
    try:
        other.write(some(0, 10))
        worker = other.worker("0", "home-a")
        found = other.until(10)
        assert worker.stop() is None
        assert len(found) == 10
    finally:
        other.end()


def _leave(line: Line) -> None:
    """A static member stays in its group for a session after it stopped."""
    admin = AdminClient(line.kafka.librdkafka())
    deadline = time.monotonic() + 30
    while admin.describe_consumer_groups([group_of(line)])[group_of(line)].result(10).members:
        assert time.monotonic() < deadline
        time.sleep(0.3)
