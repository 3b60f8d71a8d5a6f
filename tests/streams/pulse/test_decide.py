"""Minutes, volume and reply time, decided from records alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonline.errors import StateError
from commonline.schemas.records import ConversationActivity, Pulse
from commonline.streams.pulse.decide import decide, follows
from commonline.streams.pulse.state import State, Waiting, restored
from tests.streams.pulse.story import MINUTE, START, joined, minutes, numbered, oracle, parted, said, stories


def run(records: Iterable[ConversationActivity], state: State | None = None) -> tuple[State, list[Pulse]]:
    """All minutes, the open one included."""
    state = state or State()
    found: list[Pulse] = []
    for offset, record in enumerate(numbered(records)):
        closed = decide(state, record, offset)
        found += closed.pulses if closed else []
    return state, found + state.pulses()


def only(records: Iterable[ConversationActivity]) -> Pulse:
    """The one minute that has replies."""
    (pulse,) = [pulse for pulse in run(records)[1] if pulse.replies]
    return pulse


def test_volume_by_workspace_channel_and_minute() -> None:
    _, pulses = run(
        [
            said("a", "inbound", 0),
            said("a", "internal", 59.9),
            said("b", "outbound", 30, workspace="bolt", channel="ticket"),
            said("a", "inbound", 60),
        ]
    )
    assert [(p.workspace, p.topic, p.minute, p.count, p.inbound, p.outbound) for p in pulses] == [
        ("acme", "comment", START, 2, 1, 0),
        ("bolt", "ticket", START, 1, 0, 1),
        ("acme", "comment", START + MINUTE, 1, 1, 0),
    ]


def test_a_correction_is_no_volume_and_what_was_replayed_for_the_first_time_is() -> None:
    corrected, late = said("a", "inbound", 1, kind="Update"), said("a", "inbound", 2)
    assert corrected.activity is not None
    assert late.activity is not None
    corrected.activity.origin.mode = late.activity.origin.mode = "replay"
    corrected.supersedes = "test:a"
    _, pulses = run([said("a", "inbound", 0), corrected, late])
    assert [pulse.count for pulse in pulses] == [2]


def test_a_minute_is_closed_by_the_first_record_behind_it_with_a_checkpoint() -> None:
    state = State()
    first, second, third = numbered([said("a", "inbound", 0), said("a", "inbound", 10), said("a", "outbound", 61)])
    assert (closed := decide(state, first, 7)) is not None
    assert closed.pulses == []
    assert decide(state, second, 8) is None
    assert (closed := decide(state, third, 12)) is not None
    assert [pulse.count for pulse in closed.pulses] == [2]
    assert restored(closed.checkpoint).position == 12


def test_what_another_workspace_brings_late_counts_in_the_open_minute() -> None:
    _, pulses = run([said("a", "inbound", 120), said("b", "inbound", 10, workspace="bolt")])
    assert {pulse.minute for pulse in pulses} == {START + 2 * MINUTE}


def test_reply_time_runs_from_the_first_unanswered_message() -> None:
    pulse = only(
        [said("a", "inbound", 0), said("a", "inbound", 20), said("a", "outbound", 90), said("a", "outbound", 95)]
    )
    assert (pulse.minute, pulse.replies, pulse.reply_ms_sum, pulse.reply_ms_max) == (START + MINUTE, 1, 90_000, 90_000)


def test_reply_time_is_of_publishing_not_of_arrival() -> None:
    pulse = only([said("a", "inbound", 60, published_s=0), said("a", "outbound", 200, published_s=30)])
    assert pulse.reply_ms_sum == 30_000


def test_an_answer_counts_in_its_own_channel() -> None:
    pulse = only([said("a", "inbound", 0, channel="comment"), said("a", "outbound", 5, channel="ticket")])
    assert pulse.topic == "ticket"


@pytest.mark.parametrize(
    "answer",
    [
        said("a", "outbound", 30, kind="Like"),
        said("a", "outbound", 30, kind="Update"),
        said("a", "outbound", 30, automated=True),
        said("b", "outbound", 30),
        said("a", "internal", 30),
        said("a", "outbound", 30, published_s=5),
    ],
    ids=["like", "edit", "machine", "elsewhere", "internal", "written before"],
)
def test_no_answer(answer: ConversationActivity) -> None:
    assert only([said("a", "inbound", 10), answer, said("a", "outbound", 40)]).reply_ms_sum == 30_000


def test_merged_conversations_wait_together() -> None:
    assert only(
        [said("a", "inbound", 0), said("b", "inbound", 5), joined("b", "a", 9), said("b", "outbound", 10)]
    ).replies
    assert len(run([said("a", "inbound", 0), joined("b", "a", 9), said("b", "outbound", 10)])[0].waiting) == 0


def test_split_conversations_wait_apart() -> None:
    records = [
        said("a", "inbound", 0, thread="post"),
        said("a", "inbound", 10, thread="mail"),
        parted("a", "b", ["mail"], 15),
        said("b", "outbound", 20, thread="mail"),
    ]
    state, pulses = run(records)
    assert [pulse.reply_ms_sum for pulse in pulses] == [10_000]
    assert len(state.waiting) == 1


def test_an_answer_after_a_fortnight_is_none() -> None:
    _, pulses = run(
        [said("a", "inbound", 0), said("b", "inbound", 86_400 * 14 + 60), said("a", "outbound", 86_400 * 14 + 61)]
    )
    assert sum(pulse.replies for pulse in pulses) == 0


def test_memory_is_bounded_and_the_longest_waiting_go_first() -> None:
    waiting = Waiting(most=3)
    for number in range(5):
        waiting.ask(f"c{number}", "t", number)
    waiting.ask("c4", "u", 9)
    assert [(conversation, since) for conversation, _, since in waiting] == [("c3", 3), ("c4", 4), ("c4", 9)]
    assert len(waiting) == 3


def test_missing_records_are_noticed() -> None:
    state = State()
    first, second, third = numbered([said("a", "inbound", 0), said("a", "inbound", 1), said("a", "inbound", 2)])
    assert follows(state, first)
    assert not follows(state, second)
    decide(state, first, 0)
    assert follows(state, second)
    assert not follows(state, third)


def test_a_checkpoint_keeps_what_waits_and_where_each_workspace_is() -> None:
    asked, quiet, answer = numbered([said("a", "inbound", 0), said("b", "internal", 70), said("a", "outbound", 90)])
    state = State()
    decide(state, asked, 4)
    closed = decide(state, quiet, 5)
    assert closed is not None
    again = restored(closed.checkpoint)
    assert (again.position, again.minute, again.seqs) == (5, START + MINUTE, {"acme": 1})
    decide(again, quiet, 5)
    decide(again, answer, 6)
    (pulse,) = again.pulses()
    assert (pulse.count, pulse.replies, pulse.reply_ms_sum) == (2, 1, 90_000)


@pytest.mark.parametrize("checkpoint", [b"", b"\x95\x02\x00\x00\x80\x90", b'{"format":1}'])
def test_a_foreign_checkpoint_is_refused(checkpoint: bytes) -> None:
    with pytest.raises(StateError):
        restored(checkpoint)


@given(stories())
def test_minutes_are_those_of_the_plain_computation(records: list[ConversationActivity]) -> None:
    assert minutes(run(records)[1]) == oracle(records)


@settings(max_examples=200)
@given(stories(), st.data())
def test_going_on_from_any_checkpoint_gives_equal_minutes(
    records: list[ConversationActivity], data: st.DataObject
) -> None:
    """Kill it anywhere, any number of times, with any checkpoint not newer than the kill: every rewrite is equal."""
    checkpoints: list[bytes | None] = [None]
    written: list[Pulse] = []
    for _ in range(data.draw(st.integers(0, 4))):
        state = restored(data.draw(st.sampled_from(checkpoints)))
        stop = data.draw(st.integers(state.position, len(records)))
        for offset in range(state.position, stop):
            closed = decide(state, records[offset], offset)
            if closed is not None:
                written += closed.pulses
                checkpoints.append(closed.checkpoint)
    state = restored(data.draw(st.sampled_from(checkpoints)))
    for offset in range(state.position, len(records)):
        closed = decide(state, records[offset], offset)
        written += closed.pulses if closed else []
    expected = oracle(records)
    for pulse in written:
        assert pulse == expected[pulse.workspace, pulse.topic, pulse.minute]
    assert minutes(written + state.pulses()) == expected
