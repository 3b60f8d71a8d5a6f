"""History of a source, by the same ``read`` that polls it: kept, resumable, and paced by what waits in the line.

A connector needs nothing of its own for it but a ``read`` that keeps `Context.since_us` in mode ``backfill``, and
``backfill = true`` in its manifest. Deliveries are those that a poll would have made, so activities have the ids that
they have live, and what the line knows already is a repeat. The position lies in cursors.v1 beside the live one.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from commonline.clock import now_us
from commonline.errors import ConfigurationError
from commonline.kit import catalogue, cursors
from commonline.kit.instance import Instance
from commonline.kit.mapping import Dead, Mapped
from commonline.kit.readers import is_read, reader
from commonline.kit.runner import Keeper, Place, Runner
from commonline.metrics import Metrics
from commonline.schemas.records import Cursor, Delivery

APART = "/backfill"
"""Ends the name under which a source's back-fill keeps its position; no source's name holds a slash."""
MOST_FAULTS = 20
Turn = Callable[[int], Awaitable[int]]
"""Waits until some deliveries, at most so many, may be written; returns how many."""


@dataclass(slots=True)
class Told:
    """What has been read: deliveries, the activities they map to by type, what is ignored or dies, and from when to
    when (`published`, microseconds)."""

    deliveries: int = 0
    activities: Counter[str] = field(default_factory=Counter)
    ignored: int = 0
    dead: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """The first of what dies: where it stands, and what is wrong."""
    oldest: int | None = None
    newest: int | None = None

    def share(self, since_us: int, now: int) -> float:
        """How much of the time since then has been seen, from 0 to 1, in whichever direction the source is read."""
        if self.oldest is None or self.newest is None or now <= since_us:
            return 0.0
        return min(max((self.newest - max(self.oldest, since_us)) / (now - since_us), 0.0), 1.0)


def able(instance: Instance) -> None:
    """Raises `ConfigurationError` where a source has no history to read, saying why."""
    manifest = instance.manifest
    name = f"source {instance.name!r}"
    if not manifest.backfill:
        why = f": {manifest.second_path}" if manifest.second_path else ""
        raise ConfigurationError(f"{name} cannot be back-filled: {manifest.title} gives no history{why}")
    if not is_read(instance):
        needed = ", ".join(
            key for key in (manifest.poll.requires if manifest.poll else []) if not instance.settings[key]
        )
        raise ConfigurationError(f"{name} cannot be asked for its history: set {needed}")


def begun(found: Cursor | None) -> tuple[int, int, Any] | None:
    """Since when an unfinished back-fill reads, its generation and its position; None if there is none."""
    said = cursors.position(found)
    if found is None or said is None or said.get("done"):
        return None
    return int(said["since_us"]), found.generation, said.get("position")


class Backfill:
    """One run. `turn` paces it; `told` grows while it goes on; `sink` None keeps nothing (a dry run)."""

    def __init__(
        self,
        instance: Instance,
        sink: Keeper | None,
        since_us: int,
        *,
        turn: Turn,
        generation: int = 1,
        position: Any = None,
        on_delivery: Callable[[Told], None] = lambda _told: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        metrics: Metrics | None = None,
    ) -> None:
        self.told = Told()
        self.since_us = since_us
        self._instance, self._sink, self._turn, self._on_delivery = instance, sink, turn, on_delivery
        self._connector = catalogue.connector(instance.manifest.name)
        self._room = 0
        self._one_at_a_time = asyncio.Lock()
        self._generation = generation
        place = Place(generation, position)
        read = reader(instance.manifest.name)
        self._runner = Runner(instance, read, self, place, metrics or Metrics(), sleep=sleep)

    async def run(self) -> Told:
        """Read it all. Raises `AuthenticationError`, `ConfigurationError`, and `StalledError` of the pace."""
        await self._runner.history(self.since_us)
        await self._mark(None, done=True)
        return self.told

    async def keep(self, delivery: Delivery) -> None:
        """See `Keeper`: when it is its turn."""
        async with self._one_at_a_time:
            if self._room <= 0:
                self._room = await self._turn(100)
            self._room -= 1
        if self._sink is not None:
            await self._sink.keep(delivery)
        self._count(delivery)
        self._on_delivery(self.told)

    async def bury(self, delivery: Delivery, limit: int) -> None:
        """See `Keeper`."""
        self.told.dead["TooLargeError"] += 1
        if self._sink is not None:
            await self._sink.bury(delivery, limit)

    async def keep_cursor(self, cursor: Cursor) -> None:
        """See `Keeper`: beside the live one."""
        await self._mark(json.loads(cursor.position), done=False)

    async def _mark(self, position: Any, *, done: bool) -> None:
        if self._sink is None:
            return
        said = {"since_us": self.since_us, "position": position, "done": done}
        name, workspace = self._instance.name + APART, self._instance.workspace
        await self._sink.keep_cursor(cursors.record(name, workspace, self._generation, now_us(), said))

    def _count(self, delivery: Delivery) -> None:
        told = self.told
        told.deliveries += 1
        if delivery.body is None:
            return
        for outcome in self._connector.map(delivery, self._instance.mapping_settings):
            if isinstance(outcome, Mapped):
                told.activities.update(draft.type for draft in outcome.drafts)
                for moment in (draft.published for draft in outcome.drafts):
                    if moment is not None:
                        told.oldest = moment if told.oldest is None else min(told.oldest, moment)
                        told.newest = moment if told.newest is None else max(told.newest, moment)
            elif isinstance(outcome, Dead):
                told.dead[outcome.cause] += 1
                if len(told.faults) < MOST_FAULTS:
                    told.faults.append(f"{outcome.path}: {outcome.message}")
            else:
                told.ignored += 1
