"""Moments and spans of time in words, in the viewer's zone."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

NOW_S = 45
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400
PATIENCE_S: tuple[int, int] = (HOUR_S, 8 * HOUR_S)
"""How long somebody waits before it is worth a look, and before it is bad."""
Level = Literal["good", "warn", "bad"]


def ago(seconds: float) -> str:
    """``now``, ``4 min``, ``3 h``, ``12 d``. The script of the pages has the same words, so that times move on."""
    if seconds < NOW_S:
        return "now"
    if seconds < HOUR_S:
        return f"{max(1, int(seconds / MINUTE_S + 0.5))} min"
    if seconds < DAY_S:
        return f"{int(seconds // HOUR_S)} h"
    return f"{int(seconds // DAY_S)} d"


def waiting(seconds: float) -> Level:
    """How bad it is that somebody waits so long."""
    patient, at_most = PATIENCE_S
    return "good" if seconds < patient else "warn" if seconds < at_most else "bad"


def moment(when: datetime, zone: str) -> str:
    """``2026-11-29 14:05:07`` there."""
    return when.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def clock(when: datetime, zone: str) -> str:
    """``14:05`` there."""
    return when.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def day(when: datetime, zone: str, today: datetime) -> str:
    """``Today``, ``Yesterday``, ``Thursday, 26 November 2026``."""
    there = when.astimezone(ZoneInfo(zone)).date()
    days = (today.astimezone(ZoneInfo(zone)).date() - there).days
    if days in (0, 1):
        return ("Today", "Yesterday")[days]
    return f"{there:%A}, {there.day} {there:%B %Y}"
