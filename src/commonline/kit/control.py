"""Pausing and resuming sources: one record a source in the compacted topic ``sources.v1``.

The topic has a second use: the process that owns a partition of it, by the consumer group of all connect
processes, reads the sources whose names fall there (see `ownership`). So the order to pause reaches
the process that reads the source, wherever it runs, and outlives its restart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from commonline import topics as table
from commonline.bus.writer import Writer
from commonline.errors import RestartError, RetryLaterError
from commonline.settings import KafkaSettings
from commonline.topics import Topics


@dataclass(frozen=True, slots=True)
class Control:
    """Whether a source is paused, since when (microseconds), and who said so."""

    source: str
    paused: bool
    at: int
    by: str = ""

    def encode(self) -> bytes:
        """The record's value."""
        return json.dumps({"paused": self.paused, "at": self.at, "by": self.by}).encode()

    @classmethod
    def decode(cls, key: bytes, value: bytes | None) -> Control:
        """Read a record; a tombstone resumes. Raises ValueError for one that is none of ours."""
        source = key.decode()
        if value is None:
            return cls(source, paused=False, at=0)
        found = json.loads(value)
        if not isinstance(found, dict) or not isinstance(found.get("paused"), bool):
            raise ValueError(f"{source}: not a control record")
        return cls(source, found["paused"], int(found.get("at", 0)), str(found.get("by", "")))


def send(kafka: KafkaSettings, topics: Topics, control: Control, timeout_s: float = 10.0) -> None:
    """Write a record and wait for its acknowledgement. Raises `RetryLaterError`."""
    writer = Writer(kafka, client_id="commonline-control", give_up_s=timeout_s)
    try:
        writer.write(topics.name(table.SOURCES), control.encode(), control.source.encode())
        writer.flush()
    except RestartError as error:
        raise RetryLaterError(f"the order for {control.source} was not written: {error}") from error
