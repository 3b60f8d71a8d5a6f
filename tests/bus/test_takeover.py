"""Where a partition is gone on with: group offset and state must agree."""

from __future__ import annotations

import pytest

from commonline.bus.takeover import input_offset
from commonline.errors import EXIT_STATE, StateError

EXPIRED = -1001


@pytest.mark.parametrize(
    ("committed", "position", "expected"),
    [(EXPIRED, None, 0), (EXPIRED, 12, 12), (12, 12, 12), (0, None, 0), (0, 0, 0)],
)
def test_they_agree_or_one_is_missing(committed: int, position: int | None, expected: int) -> None:
    assert input_offset(committed, "activities.v1", 3, position) == expected


@pytest.mark.parametrize(("committed", "position"), [(12, 11), (11, 12), (0, 5), (5, None)])
def test_they_differ(committed: int, position: int | None) -> None:
    with pytest.raises(StateError, match=rf"activities\.v1\[3\]: the group is at offset {committed}") as caught:
        input_offset(committed, "activities.v1", 3, position)
    assert caught.value.exit_code == EXIT_STATE
    assert (str(position) if position is not None else "empty") in str(caught.value)
