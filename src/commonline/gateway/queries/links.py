"""Links: why threads are one conversation and accounts one person. For administrators: they name accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, or_, select

from commonline.gateway.store.tables import WHOLE, feeds, links, versions
from commonline.schemas.models import Link

MOST = 200
"""Links that are told of one conversation or person."""


def threads_of(connection: Connection, workspace: str, conversation: str) -> list[str]:
    """Threads of a conversation, as the whole has them."""
    v, f = versions.c, feeds.c
    asked = (
        select(v.thread)
        .join(feeds, f.id == v.feed)
        .where(f.workspace == workspace, f.department == WHOLE, v.conversation == conversation, v.thread != "")
    )
    return sorted(connection.execute(asked.distinct()).scalars())


def between(connection: Connection, workspace: str, kind: str, ends: Sequence[str]) -> list[Link]:
    """Links of a kind with an end among these, those in force first."""
    found = []
    for part in _portions(sorted(set(ends))):
        c = links.c
        asked = select(c.record).where(c.workspace == workspace, c.kind == kind, or_(c.a.in_(part), c.b.in_(part)))
        found += [Link.model_validate_json(record) for record in connection.execute(asked.limit(MOST)).scalars()]
    once = {link.id: link for link in found}
    return sorted(once.values(), key=lambda link: (link.state != "active", -link.confidence, link.a, link.b))[:MOST]


def _portions(ends: list[str]) -> Iterable[list[str]]:
    return (ends[start : start + 200] for start in range(0, len(ends), 200))
