"""What a run is made of: its size, how often something goes wrong, and which kinds of fault it has.

Each run has some of the kinds only: together they would hide one another.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.model.admin import ENDED
from tests.model.choices import Choices
from tests.model.consumer import NOT_READY, STALE
from tests.model.context import KILL, LOST, UNANSWERED
from tests.model.producer import ABORTABLE_ANSWER, FULL, HANGS, UNDELIVERABLE
from tests.model.unrest import ACTIONS
from tests.model.workload import AGAIN, MORE, SLOW

AT_POINTS = (
    KILL,
    LOST,
    UNANSWERED,
    ABORTABLE_ANSWER,
    FULL,
    HANGS,
    UNDELIVERABLE,
    NOT_READY,
    STALE,
    HANGS,
    ENDED,
    SLOW,
    AGAIN,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """`rate`, `unrest`, `idle`: in a thousand. `jumps`: at one of so many points a process does not give way."""

    partitions: int
    workers: int
    inputs: int
    batch: int
    jumps: int
    lean: int
    """One step in so many is the cluster's rather than a process's."""
    idle: int
    pace: int
    """An input may come at every so many steps."""
    steps: int
    rate: int
    unrest: int
    calm: int
    """Steps before the first fault."""
    faults: int
    together: int
    """So many records of a transaction are handed over while the rest is decided."""
    restored_here: int
    """Up to so many offsets of a changelog are restored in the process, more by a child."""
    own_ids: bool
    """Each worker has a transactional prefix of its own, as while a changed one is rolled out: no fencing by id."""
    markers: int
    """Markers arrive at every so many steps, or when nothing else happens."""
    late_offsets: bool
    """The group's coordinator reads markers in the background, as brokers before 4.0 do."""
    kinds: frozenset[str]

    @classmethod
    def drawn(cls, choices: Choices, only: frozenset[str] = frozenset()) -> Plan:
        """A plan. `only`: these kinds of fault and no others."""
        often = choices.pick([2, 6])
        return cls(
            partitions=choices.pick([1, 2, 3]),
            workers=choices.pick([2, 1, 3]),
            inputs=4 + choices.draw(9),
            batch=choices.pick([3, 1, 2, 10]),
            jumps=choices.pick([1, 2, 3, 6]),
            lean=choices.pick([2, 3, 5]),
            idle=choices.pick([0, 30, 100]),
            pace=choices.pick([1, 4, 12]),
            steps=400 + 200 * choices.draw(4),
            rate=choices.pick([10, 20, 40, 80]),
            unrest=choices.pick([4, 10, 25]),
            calm=choices.pick([0, 40, 80, 120]),
            faults=1 + choices.draw(12),
            together=choices.pick([2, 1, 100]),
            restored_here=choices.pick([20_000, 2]),
            own_ids=choices.draw(4) == 3,
            markers=choices.pick([1, 5, 25]),
            late_offsets=choices.draw(4) == 3,
            kinds=only or frozenset(kind for kind in (*AT_POINTS, *ACTIONS) if choices.draw(often) == 1),
        )

    def input(self, choices: Choices, number: int) -> tuple[bytes, bytes, int]:
        """The next input: (value, workspace, partition); some come again, some will be continued."""
        place = choices.draw(self.partitions)
        workspace = b"w%d%s" % (place, choices.pick([b"a", b"b"]))
        known = choices.draw(6) == 5 and number > 0
        name = choices.draw(number) if known else number
        kind = MORE if name % 5 == 4 else b"fact"
        return b"%s %d" % (kind, name), workspace, place
