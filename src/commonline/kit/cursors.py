"""Positions of poll and stream sources, read back from the compacted topic (protocol F8).

A cursor is written after the deliveries up to it were acknowledged, so any of them is safe to go on from:
the worst that an older one does is repeat items whose ids are known. Each takeover of a source writes with
the next generation; of what is in the log the highest generation counts, and of that the last record.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Message

from commonline import topics as table
from commonline.bus.reader import Reader
from commonline.kit import source as kit
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import Cursor
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics

log = logging.getLogger(__name__)


def newest(cursors: Iterable[Cursor]) -> dict[str, Cursor]:
    """By source, of records in the order of the log: the last one of the highest generation."""
    found: dict[str, Cursor] = {}
    for cursor in cursors:
        known = found.get(cursor.source)
        if known is None or cursor.generation >= known.generation:
            found[cursor.source] = cursor
    return found


def position(cursor: Cursor | None) -> kit.Cursor | None:
    """What `read` gets: the JSON of the record, None at the very beginning."""
    if cursor is None:
        return None
    found: Any = json.loads(cursor.position)
    return found if isinstance(found, dict) else None


def record(source: str, workspace: str, generation: int, at_us: int, value: kit.Cursor) -> Cursor:
    """The record to write."""
    text = json.dumps(value, separators=(",", ":"))
    return Cursor(source=source, workspace=workspace, generation=generation, position=text, at=at_us)


def read_back(kafka: KafkaSettings, topics: Topics, serde: Serde) -> dict[str, Cursor]:
    """All sources' cursors, up to the end of the topic as it is now. Blocks; the topic is compacted and small.

    Raises `PlatformError` when the broker does not answer.
    """
    with Reader(kafka, [topics.name(table.CURSORS)]) as reader:
        return newest(_decoded(reader.until_end(), serde))


def _decoded(messages: Iterable[Message], serde: Serde) -> Iterable[Cursor]:
    for message in messages:
        value = message.value()
        if value is not None:
            try:
                yield serde.decode_as(Cursor, value)
            except SchemaError as fault:
                log.error("cursor not read offset=%s: %s", message.offset(), fault)
