"""What unify did with a batch, by source and hour: lines of unify-ledger.v1, in the batch's transaction (protocol F23).

Ranges follow one another: each begins at the first record behind the last of the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from commonline.bus.batch import Record
from commonline.schemas import cloudevents
from commonline.schemas.codec import encode_ledger
from commonline.schemas.records import Activity, Ledger
from commonline.streams.unify.chosen import add_id

STAGE = "unify"
HOUR_US = 3_600_000_000
Numbers = Callable[[str], Mapping[str, int]]
"""Workspace -> the number of the last record of each of its feeds."""


class _Line:
    """Counts of one source in one hour; `total` sums the ids of written activities, read as numbers."""

    __slots__ = ("dead", "ignored", "read", "total", "written")

    def __init__(self) -> None:
        self.read = self.written = self.dead = 0
        self.total = bytearray(16)
        self.ignored: dict[str, int] = {}


class BatchLedger:
    """Counts of one batch of one partition."""

    def __init__(self, topic: str, partition: int) -> None:
        self._topic, self._partition = topic, partition
        self._lines: dict[tuple[str, str, int], _Line] = {}

    def activity(self, activity: Activity, outcome: str, *, written: bool) -> None:
        """An activity that was decided. What stands in conversations.v1 is counted as written, a correction as the
        activity that it corrects."""
        line = self._line(activity.workspace, activity.source, activity.received)
        line.read += 1
        if written:
            line.written += 1
            add_id(line.total, activity.id)
        else:
            line.ignored[outcome] = line.ignored.get(outcome, 0) + 1

    def control(self, workspace: str, at: int) -> None:
        """A control record."""
        line = self._line(workspace, "", at)
        line.read += 1
        line.ignored["control"] = line.ignored.get("control", 0) + 1

    def dead(self, workspace: str, source: str, received: int) -> None:
        """A record that became a dead letter; names are empty where it cannot be read."""
        line = self._line(workspace, source, received)
        line.read += 1
        line.dead += 1

    def _line(self, workspace: str, source: str, us: int) -> _Line:
        key = (workspace, source, us - us % HOUR_US)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line()
        return line

    def lines(self, first: int, last: int, at: int, numbers: Numbers) -> list[Ledger]:
        """The lines of offsets `first` to `last`, sorted. `at` in microseconds. The first line of a workspace tells how
        far its feeds are."""
        feeds = {workspace: dict(numbers(workspace)) for workspace, _, _ in self._lines}
        return [
            Ledger(
                stage=STAGE,
                topic=self._topic,
                partition=self._partition,
                first=first,
                last=last,
                workspace=workspace,
                source=source,
                hour=hour,
                read=line.read,
                quiet=sum(line.ignored.values()),
                activities=line.written,
                ignored=line.ignored,
                dead=line.dead,
                sum=bytes(line.total),
                at=at,
                feeds=feeds.pop(workspace, {}),
            )
            for (workspace, source, hour), line in sorted(self._lines.items(), key=lambda pair: pair[0])
        ]

    def records(self, topic: str, frame: bytes, first: int, last: int, at: int, numbers: Numbers) -> list[Record]:
        """The lines as records of `topic`, in the partition of the input (protocol F4)."""
        key = f"{STAGE}/{self._partition}".encode()
        return [
            Record(
                topic,
                self._partition,
                key,
                frame + encode_ledger(line),
                cloudevents.headers(
                    cloudevents.LEDGER,
                    f"{STAGE}/{self._partition}/{first}-{last}/{line.source}/{line.hour}",
                    workspace=line.workspace,
                    source=line.source,
                    time_us=at,
                    partition_key=STAGE,
                ),
                at // 1000,
            )
            for line in self.lines(first, last, at, numbers)
        ]
