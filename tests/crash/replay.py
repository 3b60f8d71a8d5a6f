"""A pure replay: the log of activities through unify's decisions in one go, without broker, restarts or real batches.

What it writes and the rows that it ends with are what the topics and the state must hold (protocol F6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import zip_longest

from commonline import topics as table
from commonline.bus.store import POSITION_KEY, encode_position
from commonline.metrics import Metrics
from commonline.schemas.ids import SchemaIds
from commonline.streams.unify.service import unifier
from commonline.streams.unify.task import Surroundings, UnifyTask
from tests.crash.evidence import Evidence, Found, Place

BATCH = 997
"""Another size than the product's."""


class Rows:
    """State as a dictionary, by kind of row."""

    def __init__(self) -> None:
        self.kinds: dict[bytes, dict[bytes, bytes]] = {}

    def get(self, key: bytes) -> bytes | None:
        return self.kinds.get(key[:1], {}).get(key)

    def scan(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        rows = self.kinds.get(prefix[:1], {})
        return iter([(key, rows[key]) for key in sorted(rows) if key.startswith(prefix) and key > after])

    def update(self, rows: dict[bytes, bytes]) -> None:
        for key, row in rows.items():
            self.kinds.setdefault(key[:1], {})[key] = row

    def all(self) -> dict[bytes, bytes]:
        """Every row."""
        return {key: row for rows in self.kinds.values() for key, row in rows.items()}


class Replayed:
    """What should be there: `records` by place, `rows` by partition with the position row."""

    def __init__(self) -> None:
        self.records: dict[Place, list[Found]] = {}
        self.rows: dict[int, dict[bytes, bytes]] = {}


def replay(evidence: Evidence, key: bytes) -> Replayed:
    """Decide every record of the log again; condemned are those that the topics say were condemned."""
    replayed = Replayed()
    for number, found in evidence.of(table.ACTIVITIES).items():
        _partition(evidence, key, number, found, replayed)
    return replayed


def _partition(evidence: Evidence, key: bytes, number: int, found: list[Found], replayed: Replayed) -> None:
    names = evidence.names
    rows = Rows()
    around = Surroundings(names, SchemaIds.bundled(), unifier(key), Metrics(), f"commonline {version('commonline')}")
    task = UnifyTask(number, rows, around)  # type: ignore[arg-type]  # of the store it needs get and scan
    for begin in range(0, len(found), BATCH):
        some = found[begin : begin + BATCH]
        batch = task.process([one.message for one in some if one.message is not None], frozenset())
        rows.update(batch.rows)
        task.committed()
        for record in batch.records:
            place = (record.topic.removeprefix(names.prefix), record.partition)
            one = Found(0, record.key, record.value, dict(record.headers))
            replayed.records.setdefault(place, []).append(one)
    if found:
        replayed.rows[number] = rows.all()


def differences(written: Iterable[Found], expected: Iterable[Found]) -> tuple[int, int, int, str]:
    """Records that are missing, too many, or elsewhere in the order; and the first place where they part."""
    mine, theirs = [one.same() for one in written], [one.same() for one in expected]
    if mine == theirs:
        return 0, 0, 0, ""
    first = next(at for at, (one, other) in enumerate(zip_longest(mine, theirs)) if one != other)
    counts: dict[object, int] = {}
    for one in theirs:
        counts[one] = counts.get(one, 0) + 1
    for one in mine:
        counts[one] = counts.get(one, 0) - 1
    missing = sum(count for count in counts.values() if count > 0)
    surplus = -sum(count for count in counts.values() if count < 0)
    moved = 0 if missing or surplus else sum(one != other for one, other in zip_longest(mine, theirs))
    return missing, surplus, moved, f"from record {first + 1} of {len(mine)} (replay: {len(theirs)})"


def changelog_rows(found: Iterable[Found]) -> dict[bytes, bytes]:
    """The state as a restore would read it."""
    rows: dict[bytes, bytes] = {}
    for one in found:
        if one.value is None:
            rows.pop(one.key, None)
        else:
            rows[one.key] = one.value
    return rows


def position_row(end: int) -> dict[bytes, bytes]:
    """The state's own row of how far it is."""
    return {POSITION_KEY: encode_position(end)}
