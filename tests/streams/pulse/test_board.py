"""Gauges show the last full minute, and zero after a silent one."""

from __future__ import annotations

from commonline.metrics import Metrics
from commonline.schemas.records import Pulse
from commonline.streams.pulse.board import FADES_US, Board
from tests.streams.pulse.story import MINUTE, START


def pulse(minute: int, count: int, replies: int = 0) -> Pulse:
    return Pulse(
        workspace="acme",
        topic="comment",
        minute=minute,
        count=count,
        inbound=count - 1,
        outbound=0,
        replies=replies,
        reply_ms_sum=replies * 1500,
        reply_ms_max=replies * 1700,
    )


def test_the_newest_minute_is_shown_until_a_silent_one() -> None:
    metrics = Metrics()
    board = Board(metrics)

    def volume(direction: str) -> float | None:
        labels = {"workspace": "acme", "topic": "comment", "direction": direction}
        return metrics.registry.get_sample_value("commonline_pulse_activities", labels)

    def replies(name: str) -> float | None:
        return metrics.registry.get_sample_value(name, {"workspace": "acme", "topic": "comment"})

    board.show([pulse(START, 5), pulse(START + MINUTE, 3, replies=1), pulse(START, 5)])
    assert (volume("inbound"), volume("outbound"), volume("other")) == (2, 0, 1)
    board.fade(START + MINUTE + FADES_US - 1)
    assert volume("inbound") == 2
    board.fade(START + MINUTE + FADES_US)
    assert (volume("inbound"), volume("other")) == (0, 0)
    assert replies("commonline_pulse_reply_seconds") == 1.5
    assert replies("commonline_pulse_longest_reply_seconds") == 1.7
