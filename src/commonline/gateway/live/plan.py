"""Where a stream begins, when its bytes are written, and when a listener must start over: decisions on values."""

from __future__ import annotations

from typing import Literal

from commonline import topics as table
from commonline.errors import MalformedPayloadError
from commonline.gateway.live.position import Position, Seal
from commonline.gateway.live.sight import HIGHEST
from commonline.kit import times

Start = Position | Literal["beginning", "now"] | int
"""A position, the beginning of what is kept, only what comes from now on, or a time in milliseconds since 1970."""
MOST_COALESCED_S = 0.1
COST_S = 50e-6
"""What one write to one listener takes, about; as much time is left between two rounds."""
COMPACTED_MS = int(table.FEED.extra["min.compaction.lag.ms"]) * 3 // 4
"""Of records younger than this, nothing earlier about the same object is lost to compaction; with a margin."""


def start(seal: Seal, *, last_event_id: str | None, after: str | None, begin: str | None) -> Start:
    """Where to begin: ``Last-Event-ID`` wins over ``after``, that over ``from``: what a reconnecting client sends last.

    Raises `MalformedPayloadError` naming the parameter.
    """
    for name, text in (("Last-Event-ID", last_event_id), ("after", after)):
        if text:
            try:
                return seal.open(text)
            except MalformedPayloadError as error:
                raise MalformedPayloadError(str(error), name) from error
    if begin in (None, "", "now"):
        return "now"
    if begin == "beginning":
        return "beginning"
    moment_us = times.from_text(begin or "")
    if moment_us is None:
        raise MalformedPayloadError(
            f"is {begin!r}: give beginning, now, or a time such as 2026-01-31T09:00:00Z", "from"
        )
    return moment_us // 1000


def delay(listeners: int, since_last_s: float) -> float:
    """How long to wait before what has come is written: nothing after a quiet time, else so that records that come
    close to one another go out together, at most `MOST_COALESCED_S` late."""
    apart = min(MOST_COALESCED_S, listeners * COST_S)
    return max(0.0, apart - since_last_s)


def starts_over(*, rank: int, clearance: int, first_at_ms: int, now_ms: int) -> bool:
    """Whether a listener that comes back must forget what it has and begin anew.

    Only one below the feed's clearance, and only if what it missed is so old that compaction may have taken the looser
    versions of what it may no longer see: then nobody can tell what is to be taken back from it.
    """
    return rank < min(clearance, HIGHEST) and first_at_ms < now_ms - COMPACTED_MS
