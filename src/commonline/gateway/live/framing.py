"""The bytes of Server-Sent Events (WHATWG HTML, 9.2) and of WebSocket messages.

SSE: a record is a message without an event name (``onmessage``), its data the record's JSON as docs/reference/schema.md
has it; ``reset`` and ``error`` are events of their own. WebSocket: a text message is a JSON array of
``{"id", "event", "data"}``, where ``event`` is ``record``, ``position``, ``reset`` or ``error``.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Literal

import msgspec

from commonline.schemas import models
from commonline.schemas.records import FeedActivity

RETRY_MS = 2000
Notice = Literal["reset", "error"]


class Transport(Enum):
    """How frames are written and joined."""

    SSE = "sse"
    WEBSOCKET = "websocket"

    def record(self, event_id: str, json: bytes) -> bytes:
        """A record with its id."""
        if self is Transport.SSE:
            return b"id: %b\ndata: %b\n\n" % (event_id.encode(), json)
        return b'{"id":"%b","event":"record","data":%b}' % (event_id.encode(), json)

    def position(self, event_id: str) -> bytes:
        """Where the stream stands, without a record: keeps the connection alive, and a resume short.

        An SSE block with an id and no data sets the client's last event id and is not dispatched.
        """
        if self is Transport.SSE:
            return b": here\nid: %b\n\n" % event_id.encode()
        return b'{"id":"%b","event":"position"}' % event_id.encode()

    def opening(self, event_id: str) -> bytes:
        """The first frame of a stream."""
        prefix = b"retry: %d\n" % RETRY_MS if self is Transport.SSE else b""
        return prefix + self.position(event_id)

    def pause(self) -> bytes:
        """A piece that says nothing but that the connection lives."""
        return b": wait\n\n" if self is Transport.SSE else b"[]"

    def notice(self, notice: Notice, text: str) -> bytes:
        """What a listener must know of its stream: plain text for people, the name for programs."""
        data = msgspec.json.encode({"detail": text})
        if self is Transport.SSE:
            return b"event: %b\ndata: %b\n\n" % (notice.encode(), data)
        return b'{"event":"%b","data":%b}' % (notice.encode(), data)

    def join(self, frames: Sequence[bytes]) -> bytes:
        """Several frames as what is written at once."""
        return b"".join(frames) if self is Transport.SSE else b"[" + b",".join(frames) + b"]"


def json_of(record: FeedActivity) -> bytes:
    """A record's JSON form: times in RFC 3339, as ``schemas/jsonschema`` says. One line."""
    return models.FeedActivity.model_validate(record).model_dump_json().encode()
