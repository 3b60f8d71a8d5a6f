"""normalize as a process: configuration, loop, metrics, health, reload, watchdog, a clean stop."""

from __future__ import annotations

import faulthandler
import logging
import signal
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from commonline import topics as table
from commonline.bus.process import ProcessSettings
from commonline.bus.serve import MetricsServer
from commonline.bus.wire import choice
from commonline.clock import Clock, now_us
from commonline.configuration.load import load
from commonline.configuration.model import Configuration
from commonline.errors import CommonlineError, PlatformError
from commonline.kit.blobs import BlobStore
from commonline.kit.declared import engine
from commonline.metrics import Metrics
from commonline.schemas.serde import Serde
from commonline.secrets import installation_key
from commonline.streams.normalize.batch import STAGE, Batches
from commonline.streams.normalize.decide import Normalizer, sources
from commonline.streams.normalize.flight import Flight
from commonline.streams.normalize.outbox import Outbox
from commonline.streams.normalize.publish import publish
from commonline.streams.normalize.runner import Runner
from commonline.streams.normalize.tally import Tally

log = logging.getLogger(__name__)
SOFTWARE = f"commonline {version('commonline')}"
HANGS_S = 60.0
"""One delivery that takes so long is poison: the process is ended, and the record has one death more."""
PATIENCE_S = 300.0
AGAIN_S = 1.0


class Watchdog:
    """Ends the process, with a trace of all threads on stderr, when nothing beats for `HANGS_S`.

    It works while the interpreter is stuck inside one call (an endless regular expression): faulthandler's timer
    is a thread of its own that needs no lock of Python's.
    """

    def __init__(self, hangs_s: float = HANGS_S) -> None:
        self._hangs_s = hangs_s
        self._next = 0.0

    def beat(self) -> None:
        """Life. Cheap enough for every record."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + 1.0
            faulthandler.dump_traceback_later(self._hangs_s, exit=True, file=sys.stderr)

    def rest(self) -> None:
        """No beat is expected until the next one."""
        self._next = 0.0
        faulthandler.cancel_dump_traceback_later()


class Normalize:
    """One process of ``commonline normalize``."""

    def __init__(
        self, file: Path, settings: ProcessSettings, *, clock: Clock = now_us, watchdog: Watchdog | None = None
    ) -> None:
        self._file, self._settings, self._clock, self._watchdog = file, settings, clock, watchdog
        self.metrics = Metrics()
        self._ended = threading.Event()
        self._waits_for: str | None = "starting"
        self.runner: Runner | None = None
        self.server = MetricsServer(
            self.metrics,
            port=settings.metrics_port,
            host=settings.metrics_host,
            ready=self._not_ready,
        )

    def run(self) -> None:
        """Work until `stop`. Raises `CommonlineError`: its exit code says what the supervisor does."""
        configuration = load(self._file)
        key = installation_key(self._settings.home)
        self.server.start()
        try:
            partitions = self._publish_patiently(configuration)
            if self._ended.is_set():
                return
            self.runner = self._runner(configuration, key, partitions)
            self._valid(True)
            if self._ended.is_set():
                self.runner.stop()
            self.runner.run()
        finally:
            self.server.stop()
            if self._watchdog is not None:
                self._watchdog.rest()
        log.info("%s stopped", STAGE)

    def stop(self) -> None:
        """End cleanly; safe from a signal handler."""
        self._ended.set()
        if self.runner is not None:
            self.runner.stop()

    def reload(self) -> None:
        """Take the configuration file anew between two batches; safe from a signal handler."""
        if self.runner is not None:
            self.runner.between_batches(self._reload)

    def _beat(self) -> None:
        if self._watchdog is not None:
            self._watchdog.beat()

    def _rest(self) -> None:
        if self._watchdog is not None:
            self._watchdog.rest()

    def _not_ready(self) -> str | None:
        if self.runner is None:
            return self._waits_for
        return None if self.runner.assigned else "waiting for partitions"

    def _publish_patiently(self, configuration: Configuration) -> dict[str, int]:
        """A cluster that does not answer yet is waited for; anything else ends the process."""
        deadline = time.monotonic() + PATIENCE_S
        while not self._ended.is_set():
            try:
                return publish(configuration, self._settings, self._clock).partitions
            except PlatformError as error:
                if time.monotonic() > deadline:
                    raise
                self._waits_for = str(error)
                log.warning("%s", error)
                self._ended.wait(AGAIN_S)
        return {}

    def _normalizer(self, configuration: Configuration, partitions: dict[str, int]) -> Normalizer:
        blobs = BlobStore(self._settings.home / "blobs", installation_key(self._settings.home))
        known = sources(configuration, self._file.absolute().parent)
        ours = {name: partitions[name] for name in configuration.workspaces}
        return Normalizer(known, ours, blobs.get, SOFTWARE)

    def _runner(self, configuration: Configuration, key: bytes, partitions: dict[str, int]) -> Runner:
        settings, metrics = self._settings, self.metrics
        names = settings.topics
        topic = names.name(table.DELIVERIES)
        group = names.identifier(STAGE)
        writer = choice.writer(settings.kafka, client_id=f"commonline-{STAGE}", beat=self._beat)
        normalizer = self._normalizer(configuration, partitions)
        outbox = Outbox(settings, writer, key, normalizer.workspaces)
        batches = Batches(
            normalizer,
            outbox,
            Tally(topic),
            Flight(settings.home / STAGE / settings.slot),
            Serde(settings.ids),
            metrics,
            self._clock,
            time.monotonic,
            _say,
            outbox.compiled_mappings(normalizer.sources, topic, engine.module().module),
        )
        return Runner(
            settings.kafka,
            topic,
            group,
            f"{group}-{settings.slot}",
            batches,
            writer,
            metrics,
            session_ms=settings.session_ms,
            batch_records=settings.batch_records,
            clock=self._clock,
            beat=self._beat,
            rest=self._rest,
        )

    def _reload(self) -> None:
        """All of the new file, or nothing of it."""
        if self.runner is None:
            return
        try:
            configuration = load(self._file)
            partitions = publish(configuration, self._settings, self._clock).partitions
            normalizer = self._normalizer(configuration, partitions)
        except CommonlineError as error:
            self._valid(False)
            self.metrics.counter("commonline_configuration_reloads_total", {"result": "refused"}).inc()
            log.error("the new configuration is refused, the old one stays in force: %s", error)
            return
        batches, topic = self.runner.batches, self._settings.topics.name(table.DELIVERIES)
        batches.changed(normalizer, batches.outbox.compiled_mappings(normalizer.sources, topic, engine.module().module))
        self._valid(True)
        self.metrics.counter("commonline_configuration_reloads_total", {"result": "taken"}).inc()
        log.info("configuration reloaded")

    def _valid(self, valid: bool) -> None:
        self.metrics.gauge("commonline_configuration_valid").set(int(valid))


def _say(source: str, opened: bool) -> None:
    if opened:
        log.error(
            "source %s: most of its deliveries are dead letters; the next ones are parked. See: commonline dead list "
            "--source %s; when it is mended: commonline dead replay --parked --source %s",
            source,
            source,
            source,
        )
    else:
        log.warning("source %s: deliveries pass again; replay what was parked: commonline dead replay --parked", source)


def run(file: Path, settings: ProcessSettings) -> None:
    """Run in the main thread until SIGINT or SIGTERM; SIGHUP reloads the configuration.

    Raises `ConfigurationError` (2), `PlatformError` (3), `RestartError` (75), `StateError` (76).
    """
    service = Normalize(file, settings, watchdog=Watchdog())

    def stop(_signal: int, _frame: FrameType | None) -> None:
        service.stop()

    def reload(_signal: int, _frame: FrameType | None) -> None:
        service.reload()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, reload)
    service.run()
