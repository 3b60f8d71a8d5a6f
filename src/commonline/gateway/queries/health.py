"""Sources and their health: what the viewer sees of them, what the audit says, and what became of deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from commonline.audit.board import Told
from commonline.audit.counts import Count
from commonline.gateway.queries import feeds
from commonline.gateway.queries.inventory import Deliveries, Source, Sources
from commonline.gateway.store.visible import Sight
from commonline.schemas.model import moment
from commonline.schemas.records import Completeness

if TYPE_CHECKING:
    from commonline.audit.report import Report

Name = tuple[str, str]


def sources(connection: Connection, sight: Sight, told: Told, report: Report | None) -> Sources:
    """Those of which the viewer sees something; for administrators also those of which nothing has come yet."""
    seen: dict[Name, Any] = {(row["workspace"], row["source"]): row for row in feeds.sources(connection, sight)}
    counts = {(one.workspace, one.source): one for one in report.sources} if report else {}
    names = set(seen)
    if sight.viewer.administrator and sight.department is None:
        names |= {one for one in {*told.complete, *counts} if sight.workspace in (None, one[0])}
    items = [
        _source(
            name,
            seen.get(name, {}),
            told.complete.get(name),
            _deliveries(counts[name], report) if report and name in counts else None,
        )
        for name in sorted(names)
    ]
    shown = [told.complete[name].at for name in names if name in told.complete]
    return Sources(items=tuple(items), audited=moment(max(shown)) if shown else None)


def _source(name: Name, seen: Any, complete: Completeness | None, deliveries: Deliveries | None) -> Source:
    return Source(
        workspace=name[0],
        source=name[1],
        connector=seen.get("connector"),
        entries=seen.get("entries", 0),
        moved=seen.get("moved"),
        complete_until=moment(complete.until) if complete else None,
        on_their_way=complete.open if complete else None,
        deliveries=deliveries,
    )


def _deliveries(count: Count, report: Report) -> Deliveries:
    return Deliveries(
        received=count.received,
        replayed=count.replayed,
        activities=count.activities,
        ignored=dict(sorted(count.ignored.items())),
        dead=count.dead + count.elsewhere,
        parked=count.parked,
        waiting=count.waiting,
        last=moment(count.last) if count.last else None,
        paused=count.source in report.paused,
        breaker_open=count.breaker,
    )
