"""What does not come back in time is told of, once; what does is left alone."""

from __future__ import annotations

import threading

from commonline.bus.deadline import Deadline


def test_a_block_that_lasts_too_long_is_told_of_once() -> None:
    told: list[str] = []
    deadline = Deadline(10.0, lambda: told.append("late"))
    deadline.look(1e12)
    assert told == []
    with deadline:
        assert deadline._until is not None
        deadline.look(deadline._until - 1)
        assert told == []
        late = deadline._until + 1
        deadline.look(late)
        deadline.look(late + 1)
    deadline.look(late + 2)
    assert told == ["late"]


def test_a_thread_looks() -> None:
    late = threading.Event()
    with Deadline(0.0, late.set):
        assert late.wait(5)
