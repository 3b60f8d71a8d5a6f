"""How far a viewer has read: what came later is unread."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert

from commonline.gateway.queries.models import Conversation
from commonline.gateway.store.tables import read_marks
from commonline.gateway.viewer import Viewer
from commonline.schemas.model import microseconds


def mark(connection: Connection, viewer: Viewer, read: Conversation) -> None:
    """The viewer has seen the conversation as it is told here. `connection` is one that writes."""
    forget(connection, viewer, read)
    connection.execute(insert(read_marks).values(**_key(viewer, read), until=microseconds(read.known)))


def forget(connection: Connection, viewer: Viewer, read: Conversation) -> None:
    """All of it is unread again. `connection` is one that writes."""
    c = read_marks.c
    connection.execute(delete(read_marks).where(*(c[name] == value for name, value in _key(viewer, read).items())))


def _key(viewer: Viewer, read: Conversation) -> dict[str, str]:
    return {"viewer": viewer.name, "workspace": read.workspace, "conversation": str(read.id)}
