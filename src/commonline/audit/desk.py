"""What becomes of findings: known ones are not told twice; repaired, mended, given up, accepted. Pure but its clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from commonline.audit.findings import Finding
from commonline.clock import Clock, now_us
from commonline.schemas.records import FindingKind

REPAIRABLE: frozenset[FindingKind] = frozenset({"skipped", "missing", "deleted"})
TRIES = 2
"""How often a record is given to the line again unasked."""
PATIENCE_US = 120_000_000
"""A record that was given to the line again and has not come through after this is not given up, but told."""
LEFT = "see docs/operations.md#commonlinemissing"
"""Ends the message of a finding that is left to a person."""


class Desk:
    """All findings by id. `changes` are to be published."""

    def __init__(self, known: Iterable[Finding] = (), clock: Clock = now_us) -> None:
        self._clock = clock
        self._by_id = {finding.id: finding for finding in known}
        self._left: dict[str, set[int]] = {}
        self._tries: dict[int, int] = {}
        self._changed: dict[str, Finding] = {}

    @property
    def all(self) -> list[Finding]:
        """Every finding, the oldest first."""
        return sorted(self._by_id.values(), key=lambda finding: (finding.found, finding.id))

    @property
    def unsettled(self) -> list[Finding]:
        """Those about which something is still to be done."""
        return [finding for finding in self.all if finding.unsettled]

    def changes(self) -> list[Finding]:
        """What has changed since the last call."""
        changed = list(self._changed.values())
        self._changed.clear()
        return changed

    def found(self, findings: Iterable[Finding]) -> list[Finding]:
        """Take findings in; returns those that are new. One that a restart tells again is the one that it was."""
        new = []
        for finding in findings:
            known = self._by_id.get(finding.id)
            if known is None:
                at = self._clock()
                fresh = replace(finding, found=at, changed=at)
                new.append(fresh)
                self._put(fresh)
            elif known.unsettled and not known.offsets:
                self._by_id[finding.id] = replace(finding, found=known.found, changed=known.changed, state=known.state)
        return new

    def to_repair(self) -> list[Finding]:
        """Open findings whose records may be given to the line again."""
        return [finding for finding in self.all if finding.state == "open" and self._may(finding)]

    def _may(self, finding: Finding) -> bool:
        if finding.kind not in REPAIRABLE or finding.message.endswith(LEFT):
            return False
        return all(self._tries.get(number, 0) < TRIES for number in finding.ids)

    def given(self, finding: Finding, numbers: Iterable[int]) -> Finding:
        """Its records were given to the line again: these ids are awaited."""
        awaited = {number for number in numbers if number}
        for number in awaited:
            self._tries[number] = self._tries.get(number, 0) + 1
        self._left[finding.id] = set(awaited)
        fresh = replace(finding.now("reinjected", self._clock()), ids=frozenset(awaited))
        self._put(fresh)
        return fresh

    def left(self, finding: Finding, why: str) -> None:
        """Nothing is given again unasked, and why."""
        self._put(finding.now("open", self._clock(), message=f"{finding.message}; {why}: {LEFT}"))

    def arrived(self, by_finding: dict[str, set[int]]) -> list[Finding]:
        """Ids that came through; returns the findings that are mended with them."""
        mended = []
        for identifier, numbers in by_finding.items():
            left = self._left.get(identifier)
            finding = self._by_id.get(identifier)
            if left is None or finding is None or not finding.unsettled:
                continue
            left -= numbers
            if not left:
                fresh = finding.now("mended", self._clock())
                mended.append(fresh)
                self._put(fresh)
        return mended

    def look(self, refused: Iterable[str] = ()) -> None:
        """Leave to a person what was given to the line again and did not come through: long ago, or `refused`, for
        unify takes it for a repeat."""
        now, repeats = self._clock(), set(refused)
        for finding in self.all:
            if finding.state != "reinjected":
                continue
            left = self._left.get(finding.id) or finding.ids
            rest = replace(finding, ids=frozenset(left), count=len(left) or finding.count)
            if finding.id in repeats:
                self.left(rest, "given to the line again, they were taken for repeats: the state of unify has them")
            elif now - finding.changed > PATIENCE_US:
                self.left(rest, "the records were given to the line again and did not come through")

    def settled(self, published: Finding) -> None:
        """Somebody else has published that a finding is mended or accepted."""
        finding = self._by_id.get(published.id)
        if finding is not None and finding.unsettled and not published.unsettled:
            self._by_id[published.id] = finding.now(published.state, published.changed, by=published.by)
            self._changed.pop(published.id, None)

    def _put(self, finding: Finding) -> None:
        self._by_id[finding.id] = self._changed[finding.id] = finding
