"""Judges a run from outside the product: what is lost, twice, out of order, or other than a replay of the log says.

Two witnesses: the load generator, which knows what was acknowledged, and a pure replay of the log of activities.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from commonline import topics as table
from commonline.schemas.records import Activity, DeadLetter, Delivery
from tests.crash.evidence import SERDE, Evidence, Found, Place
from tests.crash.page import STEADY
from tests.crash.replay import Replayed, changelog_rows, differences, position_row
from tests.crash.traffic import WORKSPACES, Mark
from tests.crash.traffic import Delivery as Sent

NUMBER = re.compile(rb'"x_number": (\d+)')
BROKEN = re.compile(rb"broken (\d+)")
MOST_NOTES = 12


@dataclass(slots=True)
class Verdict:
    """Counts; all but `deliveries`, `events` and `dead` (the ones that had to die) must be 0.

    `lost`: acknowledged, and in no output. `duplicated`, `reordered`: in conversations.v1 and the feeds. `gaps`: in
    `seq`. `diverged`: records, and `state`: rows, other than a replay of the log gives. `buried`: good ones that became
    dead letters. `unaccounted`: what the product says of deliveries and the topics do not (`commonline status`).
    """

    deliveries: int = 0
    events: int = 0
    dead: int = 0
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    gaps: int = 0
    diverged: int = 0
    state: int = 0
    buried: int = 0
    unaccounted: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        wrong = (self.lost, self.duplicated, self.reordered, self.gaps, self.diverged, self.state)
        return not any((*wrong, self.buried, self.unaccounted))

    def note(self, text: str) -> None:
        """Say what is wrong, the first few times."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(text)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def mark_of(activity: Activity) -> Mark:
    """Which fact of the load generator an activity tells."""
    comment = activity.object.id.rpartition("/")[2]
    if activity.type == "Update":
        return "Update", comment, activity.object.text or ""
    if activity.type == "Like":
        return "Like", comment, (activity.edge or "").rpartition("/")[2]
    return activity.type, comment


def judge(evidence: Evidence, acknowledged: list[Sent], replayed: Replayed | None) -> Verdict:
    """Compare what was acknowledged, what lies in the topics, and what a replay says."""
    facts = {mark for sent in acknowledged for mark in sent.facts}
    verdict = Verdict(deliveries=len(acknowledged), events=len(facts))
    _deliveries(verdict, evidence, acknowledged)
    _dead(verdict, evidence, acknowledged)
    _conversations(verdict, evidence, facts)
    for workspace in WORKSPACES:
        mine = {mark for sent in acknowledged if sent.workspace == workspace for mark in sent.facts}
        for department in STEADY:
            _steady_feed(verdict, evidence.feed(workspace, department), mine, f"{workspace}/{department}")
    _numbers(verdict, evidence)
    if replayed is not None:
        compare(verdict, evidence, replayed)
    return verdict


def _deliveries(verdict: Verdict, evidence: Evidence, acknowledged: list[Sent]) -> None:
    """An acknowledged delivery is in the first topic, whatever becomes of it."""
    kept = set()
    for delivery in evidence.decoded(table.DELIVERIES):
        found = NUMBER.search(delivery.body or b"") if isinstance(delivery, Delivery) else None
        if found:
            kept.add(int(found[1]))
    missing = [sent.number for sent in acknowledged if sent.number not in kept]
    verdict.lost += len(missing)
    if missing:
        verdict.note(f"acknowledged, and not in deliveries.v1: {missing[:5]}")


def _dead(verdict: Verdict, evidence: Evidence, acknowledged: list[Sent]) -> None:
    """Dead letters: those that must be there, and no other."""
    buried: set[int] = set()
    for letter in evidence.decoded(table.DEAD_LETTERS):
        found = BROKEN.search(letter.value or b"") if isinstance(letter, DeadLetter) else None
        if found:
            buried.add(int(found[1]))
        else:
            verdict.buried += 1
            verdict.note(f"dead letter of a good record: {letter.step} {letter.cause} {letter.message}")
    verdict.dead = len(buried)
    missing = [sent.number for sent in acknowledged if sent.dead and sent.number not in buried]
    verdict.lost += len(missing)
    if missing:
        verdict.note(f"malformed, and no dead letter: {missing[:5]}")


def _conversations(verdict: Verdict, evidence: Evidence, facts: set[Mark]) -> None:
    """Every fact once, in the order of the log, and in each thread in the order in which it was sent."""
    ids: Counter[str] = Counter()
    marks: Counter[Mark] = Counter()
    for number, records in evidence.told.items():
        accepted: dict[str, int] = {}
        for record in evidence.activities.get(number, []):
            if isinstance(record, Activity):
                accepted.setdefault(record.id, len(accepted))
        told = [record.activity for record in records if record.activity is not None]
        ids.update(activity.id for activity in told)
        marks.update(mark_of(activity) for activity in told)
        unknown = [activity.id for activity in told if activity.id not in accepted]
        verdict.diverged += len(unknown)
        verdict.reordered += _backwards(accepted[a.id] for a in told if a.id in accepted)
        verdict.reordered += _threads(told)
    missing = facts - marks.keys()
    verdict.lost += len(missing)
    if missing:
        known = {mark_of(a) for some in evidence.activities.values() for a in some if isinstance(a, Activity)}
        for mark in sorted(missing)[:3]:
            where = "it is in activities.v1" if mark in known else "it is not in activities.v1"
            verdict.note(f"lost: {' '.join(mark)}: {where}")
    twice = {one: count for one, count in marks.items() if count > 1}
    verdict.duplicated += sum(count - 1 for count in ids.values())
    for mark in list(twice)[:3]:
        verdict.note(f"twice in conversations.v1: {' '.join(mark)}")


def _backwards(positions: Iterable[int]) -> int:
    return sum(after < before for before, after in pairwise(positions))


def _threads(told: list[Activity]) -> int:
    """A lane numbers the comments of a post upwards, and sends one after another."""
    last: dict[str, int] = {}
    wrong = 0
    for activity in told:
        if activity.type == "Create" and activity.thread is not None:
            number = int(activity.object.id.rpartition("_")[2])
            wrong += number < last.get(activity.thread.id, -1)
            last[activity.thread.id] = number
    return wrong


def _steady_feed(verdict: Verdict, records: list[Any], facts: set[Mark], name: str) -> None:
    """A feed that no configuration changed: every comment is there, no version of an object twice."""
    shown = {r.item.object.id.rpartition("/")[2] for r in records if r.item is not None}
    missing = {mark[1] for mark in facts if mark[0] == "Create"} - shown
    verdict.lost += len(missing)
    if missing:
        verdict.note(f"{name}: not in the feed: {sorted(missing)[:3]}")
    twice = _shown_twice(records)
    verdict.duplicated += len(twice)
    if twice:
        verdict.note(f"{name}: twice in the feed: {twice[:3]}")


def _shown_twice(records: list[Any]) -> list[str]:
    """Activities that a feed has twice. What was taken back, has another visibility, or was split off into another
    conversation may come again."""
    seen: set[str] = set()
    last: dict[str, tuple[str, str, str]] = {}
    twice = []
    for record in records:
        if record.event == "tombstone":
            last.pop(record.object, None)
        elif record.item is not None:
            before, now = last.get(record.object), (record.item.id, record.visibility, record.conversation)
            if now[0] in seen and before is not None and (before == now or before[0] != now[0]):
                twice.append(now[0])
            seen.add(now[0])
            last[record.object] = now
    return twice


def _numbers(verdict: Verdict, evidence: Evidence) -> None:
    """`seq` counts 1, 2, 3 … for each workspace in conversations.v1, and in each feed."""
    for records in evidence.told.values():
        by: dict[str, list[int]] = {}
        for record in records:
            by.setdefault(record.workspace, []).append(record.seq)
        for workspace, sequence in by.items():
            _count(verdict, sequence, f"{workspace}: conversations.v1")
    for (topic, _), found in evidence.records.items():
        if topic.startswith("feeds."):
            _count(verdict, [getattr(SERDE.decode(one.value), "seq", 0) for one in found if one.value], topic)


def _count(verdict: Verdict, sequence: list[int], name: str) -> None:
    wrong = [at for at, seq in enumerate(sequence, 1) if seq != at]
    verdict.gaps += len(wrong)
    if wrong:
        verdict.note(f"{name}: seq is {sequence[wrong[0] - 1]} where {wrong[0]} should stand")


def compare(verdict: Verdict, evidence: Evidence, replayed: Replayed) -> None:
    """Topics and state against a replay of the log."""
    for place in sorted({*evidence.records, *replayed.records}):
        if not _written_by_unify(place):
            continue
        missing, surplus, moved, where = differences(_own(evidence, place), replayed.records.get(place, []))
        verdict.diverged += missing + surplus + moved
        if where:
            told = f"{missing} missing, {surplus} too many, {moved} elsewhere than a replay, {where}"
            verdict.note(f"{place[0]}[{place[1]}]: {told}")
    for (topic, number), found in evidence.records.items():
        if topic == table.STATE.name:
            _rows(verdict, evidence, number, found, replayed)


def _rows(verdict: Verdict, evidence: Evidence, number: int, found: list[Found], replayed: Replayed) -> None:
    expected = dict(replayed.rows.get(number, {}))
    if expected:
        expected |= position_row(evidence.group.get(number, -1))
    rows = changelog_rows(found)
    wrong = [key for key in rows.keys() | expected.keys() if rows.get(key) != expected.get(key)]
    verdict.state += len(wrong)
    if wrong:
        verdict.note(f"state of partition {number}: {len(wrong)} of {len(expected)} rows differ from a replay's")


def _written_by_unify(place: Place) -> bool:
    names = {
        one.name for one in (table.CONVERSATIONS, table.LINKS, table.PERSONS, table.ACTIVITIES, table.DEAD_LETTERS)
    }
    return place[0].startswith("feeds.") or place[0] in names


def _own(evidence: Evidence, place: Place) -> list[Found]:
    """What unify wrote there: to its own input only continuations, to the dead letters its own."""
    found = evidence.records.get(place, [])
    if place[0] == table.ACTIVITIES.name:
        records = evidence.activities[place[1]]
        pairs = zip(found, records, strict=True)
        return [one for one, record in pairs if not isinstance(record, Activity) and record.kind == "continue"]
    if place[0] == table.DEAD_LETTERS.name:
        return [one for one in found if getattr(SERDE.decode(one.value or b""), "step", "") == "unify"]
    return found
