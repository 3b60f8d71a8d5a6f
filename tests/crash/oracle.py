"""Looks at the topics from outside the product: what is lost, twice, out of order, or has a gap in `seq`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from commonline import topics as table
from commonline.bus.reader import Reader
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, ConversationActivity, DeadLetter, FeedActivity
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics
from tests.plant import WORKSPACE

SERDE = Serde(SchemaIds.bundled())


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts; all must be 0 but `activities`."""

    activities: int
    lost: int
    duplicated: int
    reordered: int
    gaps: int
    dead: int


def records(kafka: KafkaSettings, topic: str) -> list[tuple[int, object]]:
    """All committed records of a topic with their partitions, in order."""
    with Reader(kafka, [topic]) as reader:
        return [(m.partition() or 0, SERDE.decode(m.value() or b"")) for m in reader.until_end() if m.value()]


def number_of(activity: Activity) -> int:
    """The number that the load generator gave a comment."""
    return int(activity.object.id.rpartition("_")[2])


def judge(kafka: KafkaSettings, names: Topics, acknowledged: set[int], departments: tuple[str, ...]) -> Verdict:
    """Compare what was acknowledged with what every reader of the outputs sees."""
    written = [r for _, r in records(kafka, names.name(table.CONVERSATIONS)) if isinstance(r, ConversationActivity)]
    feeds = [
        [r for _, r in records(kafka, names.feed(WORKSPACE, department)) if isinstance(r, FeedActivity)]
        for department in departments
    ]
    # Read last: whatever stands in the outputs above stands in here.
    accepted: dict[str, int] = {}
    for _, record in records(kafka, names.name(table.ACTIVITIES)):
        if isinstance(record, Activity):
            accepted.setdefault(record.id, len(accepted))
    told = [r.activity for r in written if r.activity is not None]
    counts = Counter(activity.id for activity in told)
    lost = len(acknowledged - {number_of(activity) for activity in told})
    duplicated = sum(count - 1 for count in counts.values())
    reordered = _out_of_order([accepted[activity.id] for activity in told])
    gaps = _gaps([record.seq for record in written])
    for feed in feeds:
        items = [r.item for r in feed if r.event == "activity" and r.item is not None]
        lost += len(acknowledged - {number_of(item) for item in items})
        duplicated += len(items) - len({item.id for item in items})
        reordered += _out_of_order([accepted[item.id] for item in items])
        gaps += _gaps([record.seq for record in feed])
    dead = sum(isinstance(r, DeadLetter) for _, r in records(kafka, names.name(table.DEAD_LETTERS)))
    return Verdict(len(told), lost, duplicated, reordered, gaps, dead)


def _out_of_order(positions: list[int]) -> int:
    return sum(1 for before, after in pairwise(positions) if after < before)


def _gaps(sequence: list[int]) -> int:
    return sum(1 for at, seq in enumerate(sequence, 1) if seq != at)
