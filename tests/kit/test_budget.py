"""Who may ask a vendor now: limits, what the vendor says of itself, and the order of right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.budget import LEAVES, LONGEST_S, Budget, Mode, retry_after_s
from commonline.kit.manifest import RateLimit

EPOCH = 1_764_000_000.0
TEN = RateLimit(requests=10, per_s=10)


def spend(budget: Budget, mode: Mode, now: float = 0.0) -> int:
    count = 0
    while budget.wait_s(mode, now) == 0 and count < 1000:
        budget.take()
        count += 1
    return count


def test_live_may_use_all_and_the_others_leave_their_part() -> None:
    assert spend(Budget([TEN], 0.0), "live") == 10
    assert spend(Budget([TEN], 0.0), "sweep") == 7
    budget = Budget([TEN], 0.0)
    assert spend(budget, "backfill") == 5
    assert spend(budget, "sweep") == 2
    assert spend(budget, "live") == 3


def test_a_bucket_fills_again() -> None:
    budget = Budget([TEN], 0.0)
    spend(budget, "live")
    assert budget.wait_s("live", 0.0) == pytest.approx(1.0)
    assert budget.wait_s("backfill", 0.0) == pytest.approx(6.0)
    assert budget.wait_s("live", 1.0) == 0


def test_every_limit_counts() -> None:
    budget = Budget([TEN, RateLimit(requests=3, per_s=86_400)], 0.0)
    assert spend(budget, "live") == 3
    assert budget.wait_s("live", 10.0) == LONGEST_S


def test_without_limits_nobody_waits() -> None:
    assert spend(Budget([], 0.0), "backfill") == 1000


@pytest.mark.parametrize(
    ("reset", "wait"),
    [("30", 30), (str(int(EPOCH) + 30), 30), (str((int(EPOCH) + 30) * 1000), 30), ("2025-11-24T16:00:30Z", 30)],
)
def test_the_vendor_says_when(reset: str, wait: float) -> None:
    budget = Budget([], 0.0)
    headers = {"x-ratelimit-remaining": "2", "x-ratelimit-limit": "100", "x-ratelimit-reset": reset}
    budget.told(headers, 0.0, EPOCH)
    assert budget.wait_s("backfill", 0.0) == pytest.approx(wait, abs=1)
    assert spend(budget, "live") == 2
    assert budget.wait_s("live", 0.0) == pytest.approx(wait, abs=1)
    assert budget.wait_s("live", wait + 1.0) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-remaining": "0"},
        {"x-ratelimit-reset": "30"},
        {"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "30"},
        {"x-ratelimit-remaining": "none", "x-ratelimit-reset": "30"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"},
    ],
)
def test_what_says_nothing_changes_nothing(headers: dict[str, str]) -> None:
    budget = Budget([], 0.0)
    budget.told(headers, 0.0, EPOCH)
    assert budget.wait_s("live", 0.0) == 0


def test_patience_that_was_asked_for() -> None:
    budget = Budget([], 0.0)
    budget.hold(20.0, 5.0)
    budget.hold(1.0, 5.0)
    assert budget.wait_s("live", 5.0) == 20.0
    assert budget.wait_s("live", 25.0) == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("999999", LONGEST_S),
        ("Mon, 24 Nov 2025 16:01:00 GMT", 60.0),
        ("Mon, 24 Nov 2025 15:01:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, EPOCH) == seconds


@given(st.lists(st.tuples(st.sampled_from(sorted(LEAVES)), st.floats(0, 3)), max_size=80))
def test_no_limit_is_ever_passed(calls: list[tuple[Mode, float]]) -> None:
    """Never more than twice the size within any span of the limit: a full bucket, and what runs in meanwhile."""
    budget, now, sent = Budget([TEN], 0.0), 0.0, []
    for mode, pause in calls:
        now += pause
        if budget.wait_s(mode, now) == 0:
            budget.take()
            sent.append(now)
    for at in sent:
        assert sum(at <= other < at + TEN.per_s for other in sent) <= 2 * TEN.requests
