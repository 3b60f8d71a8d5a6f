"""Figures and charts of the command centre, made of counts. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commonline.console.view import times
from commonline.console.view.places import place
from commonline.gateway.queries.models import Volume, Volumes

MOST_LINES = 8
"""Lines of a chart; what moves least is left out, and stands in no table either: the page says so."""
Number = int | float | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted beside volumes. `longest`: since when whoever waits longest does."""

    hours: int
    conversations: int
    waiting: int
    longest: datetime | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A large number, and what it is."""

    word: str
    value: str
    more: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One part of the span, in words and numbers."""

    word: str
    values: list[Number]


@dataclass(frozen=True, slots=True)
class Chart:
    """`data` is what the script draws; `table` says the same to those who do not see it."""

    title: str
    data: dict[str, Any]
    table: list[TableRow]


def figures(counted: Counted, moved: Volumes, now: datetime) -> list[Figure]:
    """The row of large numbers."""
    inbound = sum(one.inbound for one in moved.items)
    outbound = sum(one.outbound for one in moved.items)
    replies = sum(one.replies for one in moved.items)
    seconds = sum(one.replies * (one.reply_s_mean or 0.0) for one in moved.items)
    mean = times.ago(seconds / replies).replace("now", "< 1 min") if replies else "–"
    waits = times.ago((now - counted.longest).total_seconds()) if counted.longest else ""
    span = f"in the last {counted.hours} h" if counted.hours > 1 else "in the last hour"
    return [
        Figure("Conversations that moved", f"{counted.conversations:,}", span),
        Figure("Messages to us", f"{inbound:,}", f"{outbound:,} from us"),
        Figure("Wait for an answer", f"{counted.waiting:,}", f"longest {waits}" if waits else "nobody waits"),
        Figure("Mean time to our answer", mean, f"of {replies:,} {'answer' if replies == 1 else 'answers'}"),
    ]


def volume(title: str, told: Volumes, zone: str, *, channels: bool = False) -> Chart:
    """How many entries each group had in each part of the span."""
    return _chart(title, told, zone, lambda one: one.entries, 0, "", channels)


def replies(title: str, told: Volumes, zone: str, *, channels: bool = False) -> Chart:
    """Median time to our answers, minutes; nothing where nothing was answered."""

    def minutes(one: Volume) -> Number:
        return None if one.reply_s_median is None else round(one.reply_s_median / 60, 1)

    return _chart(title, told, zone, minutes, None, " min", channels)


def _chart(
    title: str,
    told: Volumes,
    zone: str,
    value: Callable[[Volume], Number],
    nothing: Number,
    unit: str,
    channels: bool,
) -> Chart:
    found: dict[str, dict[datetime, Number]] = {}
    for one in told.items:
        if (number := value(one)) is not None:
            found.setdefault(one.group, {})[one.begin] = number
    groups = sorted(found, key=lambda group: (-sum(number or 0 for number in found[group].values()), group))
    groups = sorted(groups[:MOST_LINES])
    begins = _begins(told)
    series = [
        {
            "label": place(group).word if channels else group,
            "values": [found[group].get(begin, nothing) for begin in begins],
        }
        for group in groups
    ]
    table = [
        TableRow(times.moment(begin, zone)[:16], [found[group].get(begin, nothing) for group in groups])
        for begin in reversed(begins)
        if any(begin in found[group] for group in groups)
    ]
    moments = [int(begin.timestamp()) for begin in begins]
    return Chart(title, {"times": moments, "series": series, "unit": unit, "zone": zone}, table)


def _begins(told: Volumes) -> list[datetime]:
    length = timedelta(seconds=told.bucket_s)
    count = int((told.until - told.since) / length) + 1
    return [told.since + number * length for number in range(count) if told.since + number * length < told.until]
