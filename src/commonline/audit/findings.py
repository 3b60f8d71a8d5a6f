"""What the audit finds: where, how much, and what became of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from commonline.audit.sums import Source
from commonline.ids import uuid5
from commonline.schemas.records import Finding as FindingRecord
from commonline.schemas.records import FindingKind, FindingState

FEEDS = "feeds"
"""Stands where others have their stage: what is found concerns a feed's own log."""
UNSETTLED: frozenset[FindingState] = frozenset({"open", "reinjected"})
"""States in which something is still to be done."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Records of one source, in one partition of a stage's input, that do not add up.

    `offsets`: the input records that may be concerned. `ids`: numbers by which their way through the line is
    recognised once they are given to it again. `origins`: partition and offset of the deliveries concerned. `since`:
    oldest `received`, microseconds (0: not known).
    """

    kind: FindingKind
    stage: str
    source: Source
    topic: str
    partition: int
    first: int
    last: int
    count: int
    message: str
    since: int
    offsets: tuple[int, ...] = ()
    ids: frozenset[int] = frozenset()
    origins: tuple[tuple[int, int], ...] = ()
    state: FindingState = "open"
    found: int = 0
    changed: int = 0
    by: str | None = None
    id: str = field(default="")

    def __post_init__(self) -> None:
        if not self.id:
            place = (self.stage, self.topic, str(self.partition), str(self.first), self.kind, *self.source)
            object.__setattr__(self, "id", uuid5(*place))

    @property
    def about(self) -> str:
        """What does not add up, for people: a source, or a feed."""
        workspace, source = self.source
        return self.topic if self.stage == FEEDS else f"{workspace or '?'}/{source or '?'}"

    @property
    def unsettled(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state in UNSETTLED

    @property
    def holds(self) -> bool:
        """Whether it holds completeness back: something may be lost."""
        return self.unsettled and self.kind != "differs"

    def now(self, state: FindingState, at: int, *, by: str | None = None, message: str | None = None) -> Finding:
        """The same, in another state since `at` (microseconds)."""
        return replace(self, state=state, changed=at, by=by, message=message or self.message)

    def record(self) -> FindingRecord:
        """As it is published."""
        return FindingRecord(
            id=self.id,
            kind=self.kind,
            state=self.state,
            stage=self.stage,
            workspace=self.source[0],
            source=self.source[1],
            topic=self.topic,
            partition=self.partition,
            first=self.first,
            last=self.last,
            count=self.count,
            message=self.message,
            since=self.since,
            found=self.found,
            changed=self.changed,
            by=self.by,
        )


def from_record(record: FindingRecord) -> Finding:
    """As it was published. Offsets and ids are not kept: all records of its range and source are meant."""
    return Finding(
        kind=record.kind,
        stage=record.stage,
        source=(record.workspace, record.source),
        topic=record.topic,
        partition=record.partition,
        first=record.first,
        last=record.last,
        count=record.count,
        message=record.message,
        since=record.since,
        state=record.state,
        found=record.found,
        changed=record.changed,
        by=record.by,
        id=record.id,
    )
