from __future__ import annotations

import pytest

from commonline.errors import MalformedPayloadError
from commonline.gateway.live import plan
from commonline.gateway.live.position import Position, Seal
from commonline.gateway.viewer import FeedName

SEAL = Seal(bytes(32))
HERE, THERE = (Position({FeedName("acme", "service"): at}) for at in (7, 9))
HOUR_MS = 3_600_000


def start(last: str | None = None, after: str | None = None, begin: str | None = None) -> plan.Start:
    return plan.start(SEAL, last_event_id=last, after=after, begin=begin)


def test_what_a_reconnecting_client_sends_last_wins() -> None:
    assert start(SEAL.close(HERE), SEAL.close(THERE), "beginning") == HERE
    assert start(None, SEAL.close(THERE), "beginning") == THERE
    assert start("", "", "beginning") == "beginning"
    assert start() == start(begin="now") == "now"
    assert start(begin="2026-01-31T09:00:00Z") == 1_769_850_000_000


@pytest.mark.parametrize(
    ("asked", "named"), [({"last": "7"}, "Last-Event-ID"), ({"after": "7"}, "after"), ({"begin": "yesterday"}, "from")]
)
def test_what_cannot_be_read_is_named(asked: dict[str, str], named: str) -> None:
    with pytest.raises(MalformedPayloadError) as refused:
        start(**asked)
    assert refused.value.path == named


@pytest.mark.parametrize(
    ("listeners", "since_last_s", "wait_s"),
    [(1, 10.0, 0.0), (2000, 10.0, 0.0), (2000, 0.03, 0.07), (50_000, 0.0, 0.1), (10, 0.0, 0.0005)],
)
def test_writes_are_coalesced_by_how_many_listen(listeners: int, since_last_s: float, wait_s: float) -> None:
    assert plan.delay(listeners, since_last_s) == pytest.approx(wait_s)


@pytest.mark.parametrize(
    ("rank", "clearance", "age_ms", "over"),
    [(1, 3, HOUR_MS, True), (1, 3, HOUR_MS // 2, False), (3, 3, HOUR_MS * 99, False), (4, 4, HOUR_MS * 99, False)],
)
def test_who_may_hold_what_compaction_took_starts_over(rank: int, clearance: int, age_ms: int, over: bool) -> None:
    assert plan.starts_over(rank=rank, clearance=clearance, first_at_ms=10**12 - age_ms, now_ms=10**12) is over
