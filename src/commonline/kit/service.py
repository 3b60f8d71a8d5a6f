"""The process ``commonline connect``: server, readers, producer and configuration brought together."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from commonline import topics as table
from commonline.bus import durability
from commonline.bus.durability import Durability, Found
from commonline.bus.producer import AsyncProducer
from commonline.bus.serve import MetricsServer
from commonline.configuration.addresses import Address, address
from commonline.configuration.load import load
from commonline.configuration.model import Configuration
from commonline.errors import ConfigurationError, PlatformError, RetryLaterError
from commonline.kit import cursors
from commonline.kit.backoff import Backoff
from commonline.kit.blobs import BlobStore
from commonline.kit.ingress.endpoint import Endpoint, endpoint, missing_secrets
from commonline.kit.ingress.handler import PREFIX, Ingress
from commonline.kit.ingress.limits import Limits
from commonline.kit.ingress.server import Listener, Server
from commonline.kit.instance import Instance, instances
from commonline.kit.ownership import Ownership
from commonline.kit.public_url import PublicUrl
from commonline.kit.readers import Readers, is_read
from commonline.kit.sink import Sink
from commonline.metrics import Metrics
from commonline.schemas.records import Cursor
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics

log = logging.getLogger(__name__)
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line and the environment say.

    `home` is the folder of all state, `key` the installation's key, `listen` None: as the configuration says.
    """

    config: Path
    home: Path
    key: bytes
    kafka: KafkaSettings
    serde: Serde
    metrics: Address
    topics: Topics = field(default_factory=Topics)
    listen: Address | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration whose every part was found to fit."""

    configuration: Configuration
    instances: dict[str, Instance]
    endpoints: dict[str, Endpoint]
    public_url: PublicUrl


def prepare(file: Path, body_limit: int) -> Loaded:
    """Read the file, resolve the secrets, prepare every source.

    Raises `ConfigurationError`, and changes nothing.
    """
    configuration = load(file)
    found = instances(configuration, file.absolute().parent)
    endpoints = {name: made for name, one in found.items() if (made := endpoint(one, body_limit)) is not None}
    for name, one in found.items():
        if name not in endpoints and not is_read(one):
            raise missing_secrets(one)
    general = configuration.commonline
    return Loaded(configuration, found, endpoints, PublicUrl(general.public_url, general.trusted_proxies))


class Connect:
    """One process of ``commonline connect``. `ingress_url` and `metrics_url` are known once it listens."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._loaded = prepare(options.config, options.limits.body)
        self.metrics = Metrics()
        self._ingress = Ingress(options.limits, self.metrics)
        self._listener: Listener | None = None
        self._producer = AsyncProducer(
            options.kafka,
            client_id="commonline-connect",
            max_bytes=table.DEAD_LETTERS.max_bytes,
            give_up_s=options.limits.acknowledge_s,
        )
        self._blobs = BlobStore(options.home / "blobs", options.key)
        self._sink = Sink(
            self._producer,
            options.topics,
            self._blobs,
            options.serde,
            self.metrics,
        )
        self._readers = Readers(self._sink, self.metrics, self._read_cursors, self._partition_of)
        self._ownership = Ownership(options.kafka, options.topics, self._readers)
        self._found: list[Found] = []
        self._waits_for = "the broker has not been asked yet"
        self._worth: Durability | None = None
        self._beat = time.monotonic()
        self._ended = asyncio.Event()
        self._failure: BaseException | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._server = MetricsServer(
            self.metrics,
            host=options.metrics.host,
            port=options.metrics.port,
            healthy=self._fault,
            ready=self._not_ready,
            about=self._about,
        )

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, or until something fails that a restart must not hide."""
        self._on_signals()
        self._apply(self._loaded)
        self._server.start()
        try:
            await self._listen()
            self._producer.start()
            self._tasks = [asyncio.create_task(self._open()), asyncio.create_task(self._tend())]
            for task in self._tasks:
                task.add_done_callback(self._on_done)
            await self._ended.wait()
        finally:
            await self._close()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End cleanly."""
        self._ended.set()

    def reload(self) -> None:
        """Read the configuration anew; refused whole if any part of it is wrong."""
        try:
            loaded = prepare(self._options.config, self._options.limits.body)
            if self._found:
                durability.judge(self._found, loaded.configuration.commonline.durability)
        except ConfigurationError as error:
            self.metrics.counter("commonline_configuration_reloads_total", {"result": "refused"}).inc()
            self.metrics.gauge("commonline_configuration_valid").set(0)
            log.error("the new configuration is refused, the old one stays in force: %s", error)
            return
        self.metrics.counter("commonline_configuration_reloads_total", {"result": "taken"}).inc()
        if loaded.configuration.commonline.listen != self._loaded.configuration.commonline.listen:
            log.warning("commonline.listen has changed: it takes effect at the next start")
        self._apply(loaded)

    @property
    def ingress_url(self) -> str:
        """Where the webhook server listens."""
        return self._listener.url if self._listener else ""

    @property
    def metrics_url(self) -> str:
        """Where metrics are served."""
        return self._server.url

    @property
    def reading(self) -> frozenset[str]:
        """The sources that this process polls or streams."""
        return self._readers.running

    def _on_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = error
            self._ended.set()

    def _apply(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._ingress.endpoints = loaded.endpoints
        self._ingress.public_url = loaded.public_url
        self._readers.configure(loaded.instances, loaded.configuration.commonline.public_url)
        self.metrics.gauge("commonline_configuration_valid").set(1)
        base = loaded.configuration.commonline.public_url or ""
        for name in loaded.endpoints:
            log.info("webhook source=%s at=%s%s%s", name, base.rstrip("/"), PREFIX, name)
        for name, one in loaded.instances.items():
            if is_read(one):
                log.info("read source=%s connector=%s", name, one.manifest.name)

    def _on_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGINT, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload)

    async def _listen(self) -> None:
        given = self._options.listen
        where = given or address("commonline.listen", self._loaded.configuration.commonline.listen)
        self._listener = Listener(Server(self._ingress), where)
        await self._listener.start()
        log.info("listening ingress=%s metrics=%s", self.ingress_url, self.metrics_url)

    async def _open(self) -> None:
        """Wait for the broker and its topics, judge what an acknowledgement is worth, then take deliveries."""
        patience = Backoff(0.25, 5.0)
        while not self._found:
            try:
                self._found = await asyncio.to_thread(durability.find, self._options.kafka, self._options.topics)
            except (PlatformError, RetryLaterError) as error:
                if str(error) != self._waits_for:
                    log.warning("not ready: %s", error)
                self._waits_for = str(error)
                await asyncio.sleep(patience.wait_s())
        self._worth = durability.judge(self._found, self._loaded.configuration.commonline.durability)
        self.metrics.gauge("commonline_durable").set(self._worth != "process")
        log.info("ready durability=%s", self._worth)
        self._ingress.keep, self._ingress.begin = self._sink.keep, self._sink.begin
        self._readers.start()
        self._ownership.start()

    async def _tend(self) -> None:
        """Show that the loop runs, and remove old blobs once an hour."""
        swept = time.monotonic()
        while True:
            self._beat = time.monotonic()
            await asyncio.sleep(1.0)
            if self._beat - swept > HOUR_S:
                swept = self._beat
                before_s = time.time() - table.DELIVERIES.retention_ms / 1000 - DAY_S
                try:
                    removed = await asyncio.to_thread(self._blobs.expire, before_s)
                    log.info("old blobs removed count=%d", removed)
                except OSError as error:
                    log.error("old blobs cannot be removed: %s", error)

    async def _close(self) -> None:
        """Take no more calls, finish those that run, stop reading, wait for what is in flight."""
        log.info("ending")
        if self._listener is not None:
            await self._listener.stop()
        await self._ingress.documents.close()
        await self._ownership.stop()
        await self._readers.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        left = await self._producer.stop()
        if left:
            log.error("records not acknowledged at the end count=%d", left)
        self._server.stop()
        log.info("ended")

    async def _read_cursors(self) -> Mapping[str, Cursor]:
        options = self._options
        return await asyncio.to_thread(cursors.read_back, options.kafka, options.topics, options.serde)

    def _partition_of(self, source: str) -> int | None:
        return self._ownership.partition_of(source)

    def _fault(self) -> str | None:
        silent_s = time.monotonic() - self._beat
        if silent_s > 15.0:
            return f"the event loop has not run for {silent_s:.0f} s"
        return None if self._producer.alive else "the producer's thread has ended"

    def _about(self) -> str:
        return (
            f"durability={self._worth} webhooks={len(self._loaded.endpoints)} "
            f"reading={','.join(sorted(self.reading)) or 'none'}"
        )

    def _not_ready(self) -> str | None:
        if self._ingress.keep is None:
            return self._waits_for
        if self._producer.stalled:
            return "the broker does not acknowledge records"
        return self._fault()
