"""Records to changes and summaries, as values; and what a batch's size must not change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select

from commonline.gateway.project import shown, whole
from commonline.gateway.project.batch import Input
from commonline.gateway.project.change import Move, Version
from commonline.gateway.project.feeds import Feed
from commonline.gateway.project.plan import Plan
from commonline.gateway.project.summary import Entry, state_of, summaries, waits_since
from commonline.gateway.store import tables
from commonline.gateway.store.engine import Store
from commonline.gateway.store.tables import FOREVER, WHOLE
from commonline.schemas.records import Activity, ConversationActivity, FeedActivity
from tests.gateway.filled import ANA, busy_day, fill, inputs, rows, told
from tests.streams.unify.world import HOUR, START, activity, configuration


def entry(moved: int, direction: str = "inbound", **more: Any) -> Entry:
    made = Entry(moved, 0, moved, moved, "t", "comment", direction, "unknown", 1)
    return made._replace(**more)


def whole_of(*records: Activity) -> list[Version]:
    """What conversations.v1 makes of the whole."""
    known: dict[str, Any] = {}
    made = []
    for one in inputs(told(configuration(), *records).outputs):
        if isinstance(one.record, ConversationActivity):
            change, row = whole.change_of(one.record, 1, one.key, known.get(one.key))
            known[one.key] = row
            assert isinstance(change, Version)
            made.append(change)
    return made


def test_an_edit_tells_what_changed_and_is_shown_whole() -> None:
    *_, last = whole_of(
        activity("facebook:1/c1", text="leaks", title="Kettle", actor=ANA),
        activity("facebook:1/c1", text="leaks!", kind="Update", revision="2", actor=ANA, at=1),
    )
    assert last.activity is not None
    assert (last.activity.object.title, last.activity.object.text) == ("Kettle", "leaks!")


def test_what_is_deleted_stays_deleted_when_an_edit_comes_late() -> None:
    versions = whole_of(
        activity("facebook:1/c1", actor=ANA),
        activity("facebook:1/c1", kind="Delete", text=None, revision="3", at=3),
        activity("facebook:1/c1", kind="Update", text="late", revision="2", at=2),
    )
    assert [one.removed for one in versions] == [False, True, True]


def test_a_reaction_that_was_taken_back_counts_no_more() -> None:
    records = (
        activity("facebook:1/c1", actor=ANA),
        activity("facebook:1/c1", kind="Like", edge="facebook:1/l1", actor=ANA, at=1),
        activity("facebook:1/c1", kind="Undo", undoes="Like", edge="facebook:1/l1", actor=ANA, at=2),
    )
    assert [one.removed for one in whole_of(*records)] == [False, False, True]
    feed = [shown.change_of(one, 1) for one in told(configuration(), *records).feed("service")]
    assert [one.removed for one in feed if isinstance(one, Version)] == [False, False, True]


def test_a_conversation_that_comes_into_a_feed_changes_nothing_by_itself() -> None:
    first, *_ = told(configuration(), activity("facebook:1/c1", actor=ANA)).feed("service")
    assert (first.event, shown.change_of(first, 1)) == ("entered", None)


def test_a_merge_moves_what_the_absorbed_conversation_has() -> None:
    record = FeedActivity("merged", "acme", "service", 7, "kept", "p", "public", 5, other="gone")
    change = shown.change_of(record, 1)
    assert isinstance(change, Move)
    assert (change.source, change.target, change.merged) == ("gone", "kept", True)


def test_a_version_that_ends_in_its_own_batch_is_written_once() -> None:
    feed = told(
        configuration(),
        activity("facebook:1/c1", actor=ANA),
        activity("facebook:1/c1", text="again", kind="Update", revision="2", actor=ANA, at=1),
    ).feed("service")
    changes = [one for record in feed if isinstance(one := shown.change_of(record, 1), Version)]
    plan = Plan({}).take(changes)
    assert [(one["began_seq"], one["ended_seq"]) for one in plan.versions] == [(2, 3), (3, FOREVER)]
    assert plan.ends == []


def test_what_was_never_shown_is_not_taken_back() -> None:
    record = FeedActivity("tombstone", "acme", "service", 1, "c", "p", "internal", 5, object="00")
    change = shown.change_of(record, 1)
    assert isinstance(change, Version)
    assert Plan({}).take([change]).versions == []


def test_who_sees_less_has_a_summary_of_less() -> None:
    rows = summaries(1, "c", [entry(1), entry(2, tightness=3), entry(3, tightness=1)])
    assert [(row["least"], row["most"], row["entries"], row["moved"]) for row in rows] == [
        (0, 0, 1, 1),
        (1, 2, 2, 3),
        (3, 4, 3, 3),
    ]


@pytest.mark.parametrize(
    ("messages", "since"),
    [
        ([entry(1), entry(2)], 1),
        ([entry(1), entry(2, "outbound")], None),
        ([entry(1), entry(2, "outbound"), entry(3), entry(4)], 3),
        ([entry(1), entry(2, "internal")], 1),
        ([], None),
    ],
)
def test_somebody_waits_since_the_first_message_that_has_no_answer(messages: list[Entry], since: int | None) -> None:
    assert waits_since(messages) == since


def test_who_writes_after_it_was_closed_waits_again() -> None:
    closed = [entry(1), entry(2, "observed", message=0, state="closed")]
    (row,) = summaries(1, "c", closed)
    assert (row["state"], row["waits_since"]) == ("closed", None)
    (row,) = summaries(1, "c", [*closed, entry(3)])
    assert row["waits_since"] == 3


def test_a_conversation_is_open_while_any_thread_is() -> None:
    assert state_of([entry(1, thread="a", state="open"), entry(2, thread="b", state="closed")]) == "open"
    assert state_of([entry(1, thread="a", state="open"), entry(2, thread="a", state="closed")]) == "closed"
    assert state_of([entry(1)]) == "unknown"


def test_a_feed_without_gaps_is_exact_ever_since() -> None:
    feed = Feed(1, "acme", "service")
    assert [feed.advance(one, one * 10) for one in (1, 2, 2, 3)] == [True, True, False, True]
    feed.settle()
    assert feed.exact_since == 0


def test_a_feed_with_a_gap_is_exact_from_the_logs_end_on() -> None:
    feed = Feed(1, "acme", "service")
    for seq in (1, 4, 5):
        feed.advance(seq, seq * 10)
    assert feed.exact_since == FOREVER
    feed.settle()
    assert feed.exact_since == 50


def test_the_whole_is_exact_from_its_first_record_on() -> None:
    feed = Feed(1, "acme", WHOLE)
    feed.advance(9, 90)
    assert feed.exact_since == 90


def day() -> list[Input]:
    return inputs(told(configuration(), *busy_day(0, 120)).outputs)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_rows_do_not_depend_on_batches(tmp_path: Any, size: int) -> None:
    found = []
    for name, batch in (("one", 10_000), ("many", size)):
        store = Store(f"sqlite:///{tmp_path / name}.db")
        store.migrate()
        fill(store, day(), batch=batch)
        found.append(rows(store))
        store.close()
    assert found[0]["merges"]
    assert found[0] == found[1]


def compacted(found: Iterable[Input]) -> list[Input]:
    """As feeds look when Kafka has compacted all of them: the last record of each key."""
    last: dict[tuple[str, str], int] = {}
    records = list(found)
    for number, one in enumerate(records):
        if isinstance(one.record, FeedActivity):
            last[one.record.feed, one.key] = number
    kept = set(last.values())
    return [one for number, one in enumerate(records) if number in kept or not isinstance(one.record, FeedActivity)]


def test_a_compacted_log_gives_the_same_present(tmp_path: Any) -> None:
    found = []
    for name, records in (("full", day()), ("compacted", compacted(day()))):
        store = Store(f"sqlite:///{tmp_path / name}.db")
        store.migrate()
        fill(store, records)
        with store.reading() as connection:
            found.append(sorted(map(repr, connection.execute(select(tables.summaries)).all())))
            exact = dict(connection.execute(select(tables.feeds.c.department, tables.feeds.c.exact_since)).all())
        assert exact[WHOLE] == 0
        assert (exact["service"] == 0) is (name == "full")
        store.close()
    assert found[0] == found[1]


def test_times_are_the_earlier_of_said_and_received() -> None:
    (version,) = whole_of(activity("facebook:1/c1", actor=ANA, at=1))
    plan = Plan({}).take([version])
    assert plan.versions[0]["moved"] == START + HOUR
