"""Feeds, and sources as feeds show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, select

from commonline.configuration.model import Configuration
from commonline.gateway.queries.inventory import Feed
from commonline.gateway.store.tables import FOREVER, feeds, summaries, versions
from commonline.gateway.store.visible import Sight, present_or_at


def listed(connection: Connection, sight: Sight, configured: Configuration | None) -> list[Feed]:
    """Feeds of the departments that exist for the viewer, with what it sees in them."""
    names = sight.names().subquery()
    counted = _counted(connection, sight)
    rows = connection.execute(select(names).order_by(names.c.workspace, names.c.department)).mappings()
    return [_feed(row, counted.get(row["id"], {}), sight, configured) for row in rows]


def _counted(connection: Connection, sight: Sight) -> dict[int, dict[str, Any]]:
    s = summaries.c
    ids = select(sight.names().subquery().c.id)
    asked = (
        select(
            s.feed,
            func.count().label("conversations"),
            func.count(s.waits_since).label("waiting"),
            func.sum(s.entries).label("entries"),
            func.max(s.moved).label("moved"),
        )
        .where(s.feed.in_(ids), s.least <= sight.ceiling, s.most >= sight.ceiling)
        .group_by(s.feed)
    )
    return {row["feed"]: dict(row) for row in connection.execute(asked).mappings()}


def _feed(row: Any, counted: dict[str, Any], sight: Sight, configured: Configuration | None) -> Feed:
    workspace, department = row["workspace"], row["department"]
    spec = configured.departments_of(workspace).get(department) if configured is not None else None
    whole = sight.viewer.administrator and spec is not None
    exact = row["exact_since"]
    return Feed(
        workspace=workspace,
        department=department,
        title=spec.title if spec else None,
        clearance=spec.clearance if spec else None,
        conversations=counted.get("conversations", 0),
        waiting=counted.get("waiting", 0),
        entries=int(counted.get("entries", 0)),
        moved=counted.get("moved"),
        seq=row["seq"] if sight.everything else 0,
        known=row["known"],
        exact_since=None if exact == 0 else row["known"] if exact == FOREVER else exact,
        rules=tuple(spec.rules) if whole and spec else None,
        policy=spec.policy if whole and spec else None,
    )


def sources(connection: Connection, sight: Sight) -> Iterable[Any]:
    """Workspace, source, connector, entries and newest entry of each source of which the viewer sees something."""
    v = versions.c
    asked = (
        select(
            feeds.c.workspace,
            v.source,
            func.max(v.connector).label("connector"),
            func.count(v.object.distinct()).label("entries"),
            func.max(v.moved).label("moved"),
        )
        .join(feeds, feeds.c.id == v.feed)
        .where(sight.rows(versions), present_or_at(versions, None))
        .group_by(feeds.c.workspace, v.source)
        .order_by(feeds.c.workspace, v.source)
    )
    return connection.execute(asked).mappings().all()
