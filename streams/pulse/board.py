"""The pulse as gauges: the last full minute of each workspace and topic."""

from __future__ import annotations

from collections.abc import Iterable

from commonline.metrics import Metrics
from commonline.schemas.records import Pulse
from commonline.streams.pulse.decide import MINUTE_US

FADES_US = 2 * MINUTE_US + 5_000_000
"""A minute's figures are shown for the minute that follows it, and a little longer, so that every scrape meets them."""


class Board:
    """Gauges of one process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._shown: dict[tuple[str, str], int] = {}

    def show(self, pulses: Iterable[Pulse]) -> None:
        """Show these minutes, unless newer ones are shown."""
        for pulse in pulses:
            pair = (pulse.workspace, pulse.topic)
            if pulse.minute >= self._shown.get(pair, 0):
                self._shown[pair] = pulse.minute
                self._volume(pair, pulse.inbound, pulse.outbound, pulse.count - pulse.inbound - pulse.outbound)
                if pulse.replies:
                    self._reply(pair, pulse.reply_ms_sum / pulse.replies / 1000, pulse.reply_ms_max / 1000)

    def fade(self, now_us: int) -> None:
        """Where nothing came in the last full minute, the volume is zero."""
        for pair, minute in list(self._shown.items()):
            if minute and now_us - minute >= FADES_US:
                self._shown[pair] = 0
                self._volume(pair, 0, 0, 0)

    def _volume(self, pair: tuple[str, str], inbound: int, outbound: int, other: int) -> None:
        for direction, count in (("inbound", inbound), ("outbound", outbound), ("other", other)):
            labels = {"workspace": pair[0], "topic": pair[1], "direction": direction}
            self._metrics.gauge("commonline_pulse_activities", labels).set(count)

    def _reply(self, pair: tuple[str, str], mean_s: float, longest_s: float) -> None:
        labels = {"workspace": pair[0], "topic": pair[1]}
        self._metrics.gauge("commonline_pulse_reply_seconds", labels).set(mean_s)
        self._metrics.gauge("commonline_pulse_longest_reply_seconds", labels).set(longest_s)
