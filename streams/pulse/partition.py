"""One partition of conversations.v1: counts its records, and writes what is final before the checkpoint behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from commonline.ids import uuid5
from commonline.schemas import cloudevents
from commonline.schemas.records import ConversationActivity, Pulse
from commonline.streams.pulse.decide import MINUTE_US, decide, follows
from commonline.streams.pulse.state import restored

CHECKPOINT_S = 5.0
GRACE_US = 2_000_000
"""So long after its end by the clock on the wall, a minute that no record has closed is written as it is."""


class Outside(Protocol):
    """What a partition needs of the world. Each method returns when the broker has acknowledged."""

    async def pulses(self, pulses: Sequence[Pulse]) -> None:
        """Write records of minutes."""

    async def checkpoint(self, partition: int, checkpoint: bytes) -> None:
        """Write a checkpoint."""

    async def still_owns(self, partition: int, position: int) -> bool:
        """Whether the partition is ours, by the group's coordinator."""

    async def complete(self, partition: int, after: int, before: int) -> bool:
        """Whether no committed record lies at offsets from `after` to `before`."""


class Partition:
    """Use from one event loop. `checkpoint`: what the last owner left. Raises `StateError` for an unreadable one."""

    def __init__(self, number: int, checkpoint: bytes | None, outside: Outside) -> None:
        self.number = number
        self.state = restored(checkpoint)
        self.next = self.state.position
        self._outside = outside
        self._outbox: list[Pulse] = []
        self._checkpoint: bytes | None = None
        self._checkpoint_due = 0.0
        self._unwritten = False
        self._quiet = False
        self._lock = asyncio.Lock()

    async def take(self, record: ConversationActivity, offset: int) -> bool:
        """Count a record. False: records before it are missing from this run, and it is not counted."""
        if offset < self.next:
            return True
        async with self._lock:
            if not follows(self.state, record) and not await self._outside.complete(self.number, self.next, offset):
                return False
            closed = decide(self.state, record, offset)
            self.next = offset + 1
            self._unwritten, self._quiet = True, False
            if closed is not None:
                self._outbox += closed.pulses
                self._checkpoint = closed.checkpoint
            await self._flush()
        return True

    def skip(self, offset: int) -> None:
        """Go past a record that cannot be read."""
        self.next = max(self.next, offset + 1)

    async def tick(self, now_us: int) -> None:
        """Called every second: writes what is due, and the open minute when time has passed it and nothing comes.

        The open minute is written again under the same key, with the same or greater counts, when it is closed.
        """
        async with self._lock:
            await self._flush()
            passed = now_us >= self.state.minute + MINUTE_US + GRACE_US
            if self._quiet and self._unwritten and passed and await self._outside.still_owns(self.number, self.next):
                await self._outside.pulses(self.state.pulses())
                self._unwritten = False
            self._quiet = True

    async def _flush(self) -> None:
        """Cut short at any point, it is done again by the next call."""
        if self._outbox:
            await self._outside.pulses(self._outbox)
            self._outbox = []
        if self._checkpoint is not None and time.monotonic() >= self._checkpoint_due:
            await self._outside.checkpoint(self.number, self._checkpoint)
            self._checkpoint, self._checkpoint_due = None, time.monotonic() + CHECKPOINT_S


def key(pulse: Pulse) -> bytes:
    """Record key: the same minute replaces itself."""
    return f"{pulse.workspace}|{pulse.topic}|{pulse.minute}".encode()


def headers(pulse: Pulse) -> cloudevents.Headers:
    """CloudEvents headers of a record of pulse.v1."""
    return cloudevents.headers(
        cloudevents.PULSE,
        uuid5(pulse.workspace, "pulse", pulse.topic, str(pulse.minute)),
        workspace=pulse.workspace,
        source="pulse",
        time_us=pulse.minute,
        partition_key=pulse.workspace,
    )
