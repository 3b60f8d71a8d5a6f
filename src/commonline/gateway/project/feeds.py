"""The feeds that the store holds: their numbers, how far each has come, and since when what it tells of the past is
exact. Pure but for loading and saving."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from commonline.gateway.store.tables import FOREVER, WHOLE
from commonline.gateway.store.tables import feeds as table

Name = tuple[str, str]
"""Workspace and department."""


@dataclass(slots=True)
class Feed:
    """One feed. `exact_since`: 0 ever; FOREVER while that is not known."""

    id: int
    workspace: str
    department: str
    seq: int = 0
    known: int = 0
    exact_since: int = 0
    changed: bool = True
    new: bool = True

    def advance(self, seq: int, known: int) -> bool:
        """Take the next record's number; False if it was taken in before.

        Where numbers are missing, compaction took away what was replaced since, and by what is only known when the
        log's end is reached: until then nothing is exact. The whole is not compacted, but cut by age.
        """
        if seq <= self.seq:
            return False
        if seq > self.seq + 1:
            self.exact_since = known if self.department == WHOLE else FOREVER
        self.seq, self.known, self.changed = seq, max(self.known, known), True
        return True

    def settle(self) -> None:
        """The log's end is reached: from now on every version is seen."""
        if self.exact_since == FOREVER:
            self.exact_since, self.changed = self.known, True


class Feeds:
    """All feeds by name, as one writing process has them."""

    def __init__(self, connection: Connection) -> None:
        self._by_name: dict[Name, Feed] = {}
        for row in connection.execute(select(table)).mappings():
            self._by_name[row["workspace"], row["department"]] = Feed(**row, changed=False, new=False)

    def of(self, workspace: str, department: str) -> Feed:
        """The feed of that name; a new one gets the next number."""
        feed = self._by_name.get((workspace, department))
        if feed is None:
            number = max((one.id for one in self._by_name.values()), default=0) + 1
            feed = self._by_name[workspace, department] = Feed(number, workspace, department)
        return feed

    def settle(self, name: Name) -> None:
        """As `Feed.settle`, for a feed that is there."""
        if name in self._by_name:
            self._by_name[name].settle()

    @property
    def all(self) -> list[Feed]:
        """Every feed."""
        return list(self._by_name.values())

    def save(self, connection: Connection) -> None:
        """Write those that have changed."""
        for feed in self._by_name.values():
            if not feed.changed:
                continue
            values = {"seq": feed.seq, "known": feed.known, "exact_since": feed.exact_since}
            if feed.new:
                names = {"id": feed.id, "workspace": feed.workspace, "department": feed.department}
                connection.execute(insert(table).values(**names, **values))
            else:
                connection.execute(update(table).where(table.c.id == feed.id).values(**values))
            feed.changed = feed.new = False
