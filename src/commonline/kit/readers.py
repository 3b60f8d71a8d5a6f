"""All poll and stream sources of this process: started where owned and not paused, stopped where not."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import cast

from commonline.errors import ConfigurationError, PlatformError, RetryLaterError
from commonline.kit import catalogue, cursors, leases
from commonline.kit.backoff import Backoff
from commonline.kit.control import Control
from commonline.kit.instance import Instance
from commonline.kit.runner import Keeper, Place, Runner
from commonline.kit.source import Reader, Renewer
from commonline.metrics import Metrics
from commonline.schemas.records import Cursor

log = logging.getLogger(__name__)
ReadCursors = Callable[[], Awaitable[Mapping[str, Cursor]]]
PartitionOf = Callable[[str], int | None]


def is_read(instance: Instance) -> bool:
    """Whether this source is polled or streamed: its connector can, and what it needs for that is set."""
    manifest = instance.manifest
    if not {"poll", "stream"} & set(manifest.transports):
        return False
    folder = catalogue.folders()[manifest.name]
    required = manifest.poll.requires if manifest.poll else []
    return (folder / "source.py").is_file() and all(instance.settings.get(key) for key in required)


def reader(connector: str) -> Reader:
    """A connector's ``read``. Raises `ConfigurationError` if ``source.py`` has none."""
    try:
        return cast("Reader", _source(connector).read)
    except AttributeError:
        raise ConfigurationError(f"connectors/{connector}/source.py: has no read") from None


def renewer(connector: str) -> Renewer | None:
    """A connector's ``renew``, if ``source.py`` has one."""
    return cast("Renewer | None", getattr(_source(connector), "renew", None))


def _source(connector: str) -> ModuleType:
    return importlib.import_module(f"{catalogue.PACKAGE}.{connector}.source")


@dataclass(slots=True)
class _Running:
    instance: Instance
    tasks: list[asyncio.Task[None]]


class Readers:
    """Reconciles what runs with what should: configuration, ownership, pauses. An `Owner` for `Ownership`."""

    def __init__(self, sink: Keeper, metrics: Metrics, read_cursors: ReadCursors, partition_of: PartitionOf) -> None:
        self._sink, self._metrics = sink, metrics
        self._read_cursors, self._partition_of = read_cursors, partition_of
        self._configured: dict[str, Instance] = {}
        self._public_url: str | None = None
        self._paused: set[str] = set()
        self._partitions: set[int] = set()
        self._places: dict[str, Place] = {}
        self._placed: set[int] = set()
        self._running: dict[str, _Running] = {}
        self._changed = asyncio.Event()
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to reconcile."""
        self._task = asyncio.create_task(self._reconcile_for_ever(), name="readers")

    async def stop(self) -> None:
        """Stop everything; what was read and not kept is read again by the next."""
        if self._task is not None:
            await _end([self._task])
        async with self._lock:
            await self._stop(set(self._running))

    def configure(self, instances: Mapping[str, Instance], public_url: str | None = None) -> None:
        """The sources that are to be read. Those that changed are restarted where they were."""
        self._public_url = public_url.rstrip("/") if public_url else None
        self._configured = {name: one for name, one in instances.items() if is_read(one)}
        self._changed.set()

    @property
    def running(self) -> frozenset[str]:
        """The sources that are read in this process now."""
        return frozenset(name for name, one in self._running.items() if not one.tasks[0].done())

    async def owned(self, partitions: frozenset[int]) -> None:
        """See `Owner`."""
        self._partitions |= partitions
        self._changed.set()

    async def lost(self, partitions: frozenset[int]) -> None:
        """See `Owner`. Places are forgotten: who owns them next may move on."""
        async with self._lock:
            self._partitions -= partitions
            self._placed -= partitions
            gone = {name for name in self._running if self._partition_of(name) in partitions}
            await self._stop(gone)
            self._places = {n: p for n, p in self._places.items() if self._home_of(n) not in partitions}

    async def ordered(self, control: Control) -> None:
        """See `Owner`."""
        (self._paused.add if control.paused else self._paused.discard)(control.source)
        self._metrics.gauge("commonline_source_paused", {"source": control.source}).set(control.paused)
        log.info("source=%s %s by=%s", control.source, "paused" if control.paused else "resumed", control.by)
        self._changed.set()

    async def _reconcile_for_ever(self) -> None:
        patience = Backoff(0.5, 15.0)
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._reconcile()
                patience.reset()
            except Exception as error:
                log.warning("sources wait: %s", error, exc_info=not isinstance(error, (PlatformError, RetryLaterError)))
                await asyncio.sleep(patience.wait_s())
                self._changed.set()

    async def _reconcile(self) -> None:
        async with self._lock:
            wanted = self._wanted()
            await self._stop({n for n, one in self._running.items() if n not in wanted or one.instance != wanted[n]})
            unplaced = self._partitions - self._placed
        if unplaced and wanted:
            found = await self._read_cursors()
            async with self._lock:
                self._place(found, unplaced & self._partitions)
        async with self._lock:
            for name, instance in self._wanted().items():
                if name not in self._running and self._partition_of(name) in self._placed:
                    self._start(name, instance)

    def _wanted(self) -> dict[str, Instance]:
        return {
            name: instance
            for name, instance in self._configured.items()
            if name not in self._paused and self._partition_of(name) in self._partitions
        }

    def _place(self, found: Mapping[str, Cursor], partitions: set[int]) -> None:
        """Take over: where the log says that a source is, with the next generation."""
        self._placed |= partitions
        for name, cursor in found.items():
            if self._home_of(name) in partitions:
                self._places[name] = Place(cursor.generation + 1, cursors.position(cursor))

    def _start(self, name: str, instance: Instance) -> None:
        place = self._places.setdefault(name, Place(1, None))
        connector = instance.manifest.name
        try:
            runner = Runner(instance, reader(connector), self._sink, place, self._metrics)
            renew = renewer(connector)
        except ConfigurationError as error:
            log.error("source=%s is not read: %s", name, error)
            return
        tasks = [asyncio.create_task(runner.run(), name=f"source {name}")]
        if renew is not None:
            lease = self._places.setdefault(name + leases.SUFFIX, Place(1, None))
            callback = f"{self._public_url}/in/{name}" if self._public_url else None
            keeper = leases.LeaseKeeper(instance, renew, self._sink, lease, self._metrics, callback=callback)
            tasks.append(asyncio.create_task(keeper.run(), name=f"lease of source {name}"))
        for task in tasks:
            task.add_done_callback(_told)
        self._running[name] = _Running(instance, tasks)

    async def _stop(self, names: set[str]) -> None:
        await _end([task for name in names for task in self._running.pop(name).tasks])

    def _home_of(self, place: str) -> int | None:
        """The partition of a source, or of its lease."""
        return self._partition_of(place.removesuffix(leases.SUFFIX))


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _told(task: asyncio.Task[None]) -> None:
    """A reader must not end unheard."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended; it is read again after a change or restart", task.get_name(), exc_info=error)
