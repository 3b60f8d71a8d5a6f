"""The feeds of an installation, read beside the comparison: every number once, and all that unify says it wrote."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from commonline import topics as table
from commonline.audit.feedlog import NumberOf, reading
from commonline.audit.findings import Finding
from commonline.audit.numbers import UNKNOWN, FeedBatch, FeedWalk
from commonline.audit.reader import PassedError, Place, TopicReader
from commonline.audit.sums import Source
from commonline.bus.process import ProcessSettings
from commonline.clock import Clock, now_us

log = logging.getLogger(__name__)
LOOK_S = 20.0
"""How often new feeds are looked for."""
SPARED_MS = int(table.FEED.extra["min.compaction.lag.ms"]) // 2
"""What is younger has certainly not been compacted; half, for clocks differ."""


class Feeds:
    """`compare` as often as wanted, after everything else was read; `close` at the end.

    Raises `RetryLaterError` when Kafka does not answer.
    """

    def __init__(self, settings: ProcessSettings, group: str | None, clock: Clock = now_us) -> None:
        self._settings, self._clock, self._resume = settings, clock, group is not None
        number_of = NumberOf(settings.topics, settings.ids)
        self._reader = TopicReader(settings.kafka, [], group, records=reading(number_of))
        self._walks: dict[str, FeedWalk] = {}
        self._kept: dict[str, int] = {}
        self._looked = float("-inf")
        self.reached = False
        """Whether the last `compare` could read everything."""
        self.read = 0
        """Records read."""

    def close(self) -> None:
        """End the connections."""
        self._reader.close()

    @property
    def compacted(self) -> int:
        """Numbers that are not there any more, as compaction may have it."""
        return sum(walk.compacted for walk in self._walks.values())

    def compare(self, written: Mapping[tuple[str, str], int]) -> list[Finding]:
        """Read on to the ends. `written`: the last number of feeds (workspace and department), as the ledger of unify
        told it before this call."""
        self._look()
        reader = self._reader
        ends = reader.ends(reader.places)
        for place, low in reader.lows(reader.places).items():
            self._turn(place, low, ends[place])
        now_ms = self._clock() // 1000
        try:
            for portion in reader.until(ends):
                for batch in portion:
                    self._take(batch, now_ms)
        except PassedError as error:
            log.warning("%s", error)  # the next comparison sees where they begin now
        self.reached = not reader.behind(ends)
        if self.reached:
            for topic, pair in self._settings.topics.feeds(self._walks).items():
                self._walks[topic].written(written.get(pair, 0))
        return [finding for walk in self._walks.values() for finding in walk.findings()]

    def _take(self, batch: Any, now_ms: int) -> None:
        assert isinstance(batch, FeedBatch)
        self.read += len(batch.numbers)
        self._walks[batch.topic].take(batch, now_ms)

    def _turn(self, place: Place, low: int, end: int) -> None:
        """Go on elsewhere if the log has changed its bounds."""
        walk = self._walks[place[0]]
        walk.ends(end)
        walk.begins(low)
        if self._reader.position(place) != walk.at:
            self._reader.seek(place, walk.at)

    def _look(self) -> None:
        """Take feeds in that are new; forget those whose topic is gone."""
        if time.monotonic() - self._looked < LOOK_S:
            return
        self._looked = time.monotonic()
        found = self._settings.topics.feeds(self._reader.known())
        for topic in set(self._walks) - set(found):
            log.warning("%s does not exist any more", topic)
            del self._walks[topic]
        new = sorted(set(found) - set(self._walks))
        if not new and len(found) == len(self._reader.places):
            return
        self._reader.watch([(topic, 0) for topic in sorted(found)])
        kept = self._reader.kept((topic, 0) for topic in new) if self._resume else {}
        for topic in new:
            at, word = kept.get((topic, 0), (0, ""))
            workspace, _ = found[topic]
            self._walks[topic] = _walk(topic, (workspace, ""), at, word)
            self._kept[topic] = at
            self._reader.seek((topic, 0), at)

    def keep(self) -> None:
        """Keep the places, so that a restart goes on there. Call it when what was found is published."""
        if not (self._resume and self.reached):
            return
        moved = {topic: walk for topic, walk in self._walks.items() if walk.at != self._kept.get(topic)}
        if moved:
            self._reader.keep({(topic, 0): (walk.at, f"{walk.number} {walk.low}") for topic, walk in moved.items()})
            self._kept |= {topic: walk.at for topic, walk in moved.items()}


def _walk(topic: str, source: Source, at: int, word: str) -> FeedWalk:
    """Where an earlier process was."""
    try:
        number, low = (int(part) for part in word.split())
    except ValueError:
        number, low = (UNKNOWN if at else 0), 0
    return FeedWalk(topic, source, SPARED_MS, at=at, number=number, low=low)
