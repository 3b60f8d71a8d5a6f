"""What exists for a viewer: feeds and the departments that they are of."""

from __future__ import annotations

from sqlalchemy import Connection

from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import FeedName, Viewer


def feeds_of(database: Connection, viewer: Viewer) -> list[FeedName]:
    """All feeds that the viewer reads, of those that have been projected."""
    rows = database.execute(Sight(viewer).names()).mappings()
    return sorted(FeedName(row["workspace"], row["department"]) for row in rows)


def departments_of(feeds: list[FeedName]) -> list[str]:
    """Their departments, each once."""
    return sorted({one.department for one in feeds})
