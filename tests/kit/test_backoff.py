from __future__ import annotations

import pytest

from commonline.kit.backoff import Backoff


@pytest.mark.parametrize(("chance", "waits"), [(0.0, [0.5, 1, 2, 4, 5, 5]), (1.0, [1, 2, 4, 8, 10, 10])])
def test_waits_double_up_to_the_most_and_begin_anew(chance: float, waits: list[float]) -> None:
    backoff = Backoff(1, 10, lambda: chance)
    assert [backoff.wait_s() for _ in waits] == waits
    backoff.reset()
    assert backoff.wait_s() == waits[0]
