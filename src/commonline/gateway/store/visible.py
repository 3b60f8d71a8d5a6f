"""Who may see which rows: a viewer as a where-clause. Nothing selects what somebody said but through here.

What a viewer may not see does not exist for it: not in lists, not in counts, not by its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, or_, select

from commonline.gateway.store.tables import FOREVER, WHOLE, feeds
from commonline.gateway.viewer import Viewer
from commonline.kit.place import TIGHTNESS


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer asks to see of what it may see: one workspace, one department, or all of its own.

    An administrator that names no department sees the whole, unredacted; with `each`, every department's feed.
    """

    viewer: Viewer
    workspace: str | None = None
    department: str | None = None
    each: bool = False

    @property
    def ceiling(self) -> int:
        """The tightest that the viewer sees, as `tightness` in the tables."""
        return max(TIGHTNESS.values()) if self.viewer.administrator else TIGHTNESS[self.viewer.visibility]

    @property
    def everything(self) -> bool:
        """Whether nothing of its feeds is hidden from the viewer. Else numbers of records would tell how much is."""
        return self.ceiling == max(TIGHTNESS.values())

    def feeds(self) -> Select[Any]:
        """Ids of the feeds that are read."""
        return select(feeds.c.id).where(self._feed())

    def _feed(self) -> ColumnElement[bool]:
        c, viewer = feeds.c, self.viewer
        if viewer.administrator:
            whole = c.department != WHOLE if self.each else c.department == WHOLE
            found: ColumnElement[bool] = whole if self.department is None else c.department == self.department
        else:
            own = [and_(c.workspace == one.workspace, c.department == one.department) for one in sorted(viewer.feeds)]
            found = or_(false(), *own)
            if self.department is not None:
                found = and_(found, c.department == self.department)
            found = and_(found, c.department != WHOLE)
        return and_(found, c.workspace == self.workspace) if self.workspace is not None else found

    def rows(self, table: FromClause) -> ColumnElement[bool]:
        """Of a table that has a column `feed`, and `tightness` or `least` and `most`: the rows that are seen."""
        c = table.c
        in_feed = c.feed.in_(self.feeds())
        if "least" in c:
            return and_(in_feed, c.least <= self.ceiling, c.most >= self.ceiling)
        return and_(in_feed, c.tightness <= self.ceiling)

    def names(self) -> Select[Any]:
        """Workspace and department of the feeds of all departments that exist for the viewer, whatever it asks."""
        return select(feeds).where(Sight(self.viewer, self.workspace, each=True)._feed())


def present_or_at(table: FromClause, at: int | None) -> ColumnElement[bool]:
    """Versions that are in force now, or were at a moment."""
    c = table.c
    if at is None:
        return and_(c.ended_seq == FOREVER, c.removed == 0)
    return and_(c.began <= at, c.ended > at, c.removed == 0)
