"""The Faust app of our streams, and the process that runs one.

Faust serves streams on top of the spine. Measured, it loses records where an agent raises, where a send fails, where
a stop cuts an event short, and behind a table's recovery. So `StreamApp` has no tables and no web server, and a
stream keeps three rules: decode inside the agent, through `guard`; write through `write`, which returns when the record
is acknowledged; make every output's key say what it is about, so that a record that is written again changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, cast

import faust
from aiokafka.errors import KafkaError
from faust.exceptions import ProducerSendError
from faust.types import TP

from commonline.bus.process import ProcessSettings
from commonline.bus.serve import MetricsServer
from commonline.errors import EXIT_RESTART, CommonlineError, PlatformError, RestartError, TooLargeError
from commonline.metrics import Metrics
from commonline.schemas.cloudevents import Headers
from commonline.schemas.serde import Serde
from commonline.streams.transport import NAME, Consumer, Resume

log = logging.getLogger(__name__)
MOST_BYTES = 4 * 1024 * 1024
WRITE_S = 60.0
AGAIN_S = 0.5
STOP_S = 5.0
PATIENCE_S = 300.0
QUIET = {
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "aiokafka": logging.WARNING,
    "kafka.net.selector": logging.ERROR,  # it tells each pause of a busy machine
}


class StreamApp(faust.App):
    """A Faust app for one stream. Make it inside the running event loop.

    `name` is the stream's: its consumer group is ``<prefix>commonline-<name>``. `resume` says where to begin, for
    streams that keep state of their own.
    """

    logger = logging.getLogger("faust.app")

    def __init__(self, name: str, settings: ProcessSettings, metrics: Metrics, *, resume: Resume | None = None) -> None:
        self.kafka = settings.kafka
        self.names = settings.topics
        self.serde = Serde(settings.ids)
        self.metrics = metrics
        self.resume = resume
        self.ending = False
        group = self.names.identifier(name)
        super().__init__(group, **_settings(settings, f"{group}-{settings.slot}"))

    def records(self, topic: str) -> Any:
        """A topic whose keys and values stay bytes: what cannot be decoded must not be lost on the way to the agent."""
        return self.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    def not_ready(self) -> str | None:
        """What is still waited for, for /readyz."""
        return "waiting for partitions" if self._assignment is None else None

    async def guard(self, work: Awaitable[None]) -> None:
        """Await `work`; whatever it raises ends the process, before Faust can count the record as done."""
        try:
            await work
        except Exception as error:
            self.fail(error)

    def fail(self, error: BaseException) -> NoReturn:
        """End the process at once: no offset is committed any more, the supervisor starts it anew."""
        if isinstance(error, CommonlineError):
            log.error("%s ends: %s", self.conf.id, error)
        else:
            log.error("%s ends", self.conf.id, exc_info=error)
        _exit(error.exit_code if isinstance(error, CommonlineError) else EXIT_RESTART)

    async def write(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes,
        partition: int | None = None,
        headers: Headers | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        """Write one record; returns when all in-sync replicas have it.

        A failure is tried again, so the record may be written twice. Raises `TooLargeError`, and `RestartError` after
        `WRITE_S`.
        """
        if value is not None and len(value) > MOST_BYTES - 4096:
            raise TooLargeError(f"a record for {topic}, in bytes", MOST_BYTES - 4096)
        give_up = time.monotonic() + WRITE_S
        timestamp = None if timestamp_ms is None else timestamp_ms / 1000
        while True:
            try:
                sent = await self.records(topic).send(
                    key=key, value=value, partition=partition, headers=headers, timestamp=timestamp
                )
                await sent  # the first await only hands the record to the producer
                return
            except (KafkaError, ProducerSendError, TimeoutError) as error:
                if time.monotonic() > give_up:
                    raise RestartError(f"{topic} takes no record for {WRITE_S:.0f} s: {error}") from error
            await asyncio.sleep(AGAIN_S)

    async def still_owns(self, tp: TP, position: int) -> bool:
        """Whether the group's coordinator says so, now: it takes no offset from one that it has shut out."""
        if self.ending or self.rebalancing:
            return False
        return await cast("Consumer", self.consumer).confirm(tp, position)

    async def behind(self, tp: TP) -> int:
        """Records not fetched yet. Behind them up to 4,096 more may wait in Faust's buffer."""
        return await cast("Consumer", self.consumer).behind(tp)

    def _create_directories(self) -> None:
        """None: there are no tables."""

    def _crash(self, reason: BaseException) -> None:
        """A service of the app has failed."""
        if not self.ending:
            self.fail(reason)
        super()._crash(reason)


def _settings(settings: ProcessSettings, instance: str) -> dict[str, Any]:
    session_s = settings.session_ms / 1000
    return {
        "broker": f"{NAME}://{settings.kafka.bootstrap.split(',')[0]}",
        "store": "memory://",
        "web_enabled": False,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "table_standby_replicas": 0,
        "stream_wait_empty": False,
        "consumer_auto_offset_reset": "earliest",
        "consumer_group_instance_id": instance,
        "broker_client_id": instance,
        "broker_commit_interval": 1.0,
        "broker_session_timeout": session_s,
        "broker_heartbeat_interval": session_s / 3,
        "broker_request_timeout": max(30.0, session_s),
        "producer_request_timeout": 15.0,
        "producer_max_request_size": MOST_BYTES,
    }


def run(make: Callable[[], StreamApp], settings: ProcessSettings, before: Callable[[], object] | None = None) -> None:
    """Run a stream in the main thread until SIGINT or SIGTERM.

    `make` is called inside the event loop. `before` is called in a thread, before the app starts, again and again
    while it raises `PlatformError`. Raises what it raises then, and `PlatformError` where metrics cannot be served.
    """
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("aiokafka.consumer.group_coordinator").addFilter(_worth_saying)
    asyncio.run(_serve(make, settings, before))


async def _serve(make: Callable[[], StreamApp], settings: ProcessSettings, before: Callable[[], object] | None) -> None:
    ended = _on_signals()
    app = make()
    server = MetricsServer(app.metrics, port=settings.metrics_port, host=settings.metrics_host, ready=app.not_ready)
    with server:
        log.info("listening metrics=%s", server.url)
        if before is not None:
            await _patiently(before, ended)
        if not ended.is_set():
            app.finalize()
            started = asyncio.create_task(_start(app))
            await ended.wait()
            app.ending = True
            await app.stop()
            started.cancel()
    log.info("%s stopped", app.conf.id)


def _on_signals() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set. What has not stopped `STOP_S` later is cut off: nothing depends on it."""
    ended = asyncio.Event()

    def end() -> None:
        ended.set()
        timer = threading.Timer(STOP_S, _exit, (0,))
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # `up` passes it to all services; a stream has no file to read again
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    return ended


async def _start(app: StreamApp) -> None:
    try:
        await app.start()
    except Exception as error:
        app.fail(error)


async def _patiently(before: Callable[[], object], ended: asyncio.Event) -> None:
    """A cluster that does not answer yet is waited for."""
    give_up = time.monotonic() + PATIENCE_S
    while not ended.is_set():
        try:
            await asyncio.to_thread(before)
            return
        except PlatformError as error:
            if time.monotonic() > give_up:
                raise
            log.warning("%s", error)
        await asyncio.sleep(AGAIN_S)


def _worth_saying(record: logging.LogRecord) -> bool:
    """A broker that makes its first group says so for a second, and is asked again."""
    return "GroupCoordinatorNotAvailable" not in record.getMessage()


def _exit(code: int) -> NoReturn:
    """End without clean-up: no commit, no flush of what was not awaited."""
    logging.shutdown()
    os._exit(code)
