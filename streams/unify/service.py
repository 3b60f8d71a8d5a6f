"""unify as a process: the transactional stage with its task, metrics, health and a clean stop."""

from __future__ import annotations

import gc
import logging
import signal
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from commonline import topics as table
from commonline.bus.process import ProcessSettings
from commonline.bus.serve import MetricsServer
from commonline.bus.stage import StageSettings, TransactionalStage
from commonline.bus.store import LocalStore
from commonline.ids import keyed_hash
from commonline.metrics import Metrics
from commonline.schemas.ids import SchemaIds
from commonline.settings import KafkaSettings
from commonline.streams.unify.decide import Unifier
from commonline.streams.unify.keys import Keys
from commonline.streams.unify.task import Surroundings, UnifyTask
from commonline.topics import Topics

log = logging.getLogger(__name__)
NAME = "unify"
CHECK = "commonline.streams.unify.readable:fault"


@dataclass(frozen=True, slots=True)
class UnifySettings:
    """What a unify process needs. `instance`: its slot; two processes never share one."""

    kafka: KafkaSettings
    key: bytes
    home: Path
    ids: SchemaIds
    prefix: str = ""
    instance: str = "0"
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    batch_records: int = 10_000
    batch_wait_ms: int = 0
    session_ms: int = 6000

    @classmethod
    def of(cls, process: ProcessSettings, key: bytes) -> UnifySettings:
        """The settings of a process, with the installation's key."""
        return cls(
            kafka=process.kafka,
            key=key,
            home=process.home,
            ids=process.ids,
            prefix=process.prefix,
            instance=process.slot,
            metrics_host=process.metrics_host,
            metrics_port=process.metrics_port,
            batch_records=process.batch_records,
            batch_wait_ms=process.batch_wait_ms,
            session_ms=process.session_ms,
        )


def mend(instance: str) -> str:
    """The command that rebuilds the state of a worker."""
    return f"commonline state rebuild --instance {instance}"


def unifier(key: bytes) -> Unifier:
    """The decision with the installation's key."""
    return Unifier(Keys(key), keyed_hash(key, "pseudonyms", size=32))


def described(settings: UnifySettings) -> StageSettings:
    """Names, places and limits of the stage."""
    names = Topics(settings.prefix)
    instance = f"{names.identifier(NAME)}-{settings.instance}"
    return StageSettings(
        name=NAME,
        topic=names.name(table.ACTIVITIES),
        changelog=names.name(table.STATE),
        group=names.identifier(NAME),
        transactional_prefix=names.identifier(NAME),
        state=settings.home / "state" / instance,
        instance=instance,
        batch_records=settings.batch_records,
        batch_wait_ms=settings.batch_wait_ms,
        session_ms=settings.session_ms,
        check=CHECK,
        mend=mend(settings.instance),
    )


def surroundings(settings: UnifySettings, metrics: Metrics) -> Surroundings:
    """What the work on every partition shares."""
    names = Topics(settings.prefix)
    return Surroundings(names, settings.ids, unifier(settings.key), metrics, f"commonline {version('commonline')}")


def stage(settings: UnifySettings, metrics: Metrics) -> TransactionalStage:
    """The stage, not running yet."""
    around = surroundings(settings, metrics)

    def make_task(partition: int, store: LocalStore) -> UnifyTask:
        return UnifyTask(partition, store, around)

    return TransactionalStage(settings.kafka, described(settings), make_task, metrics)


def run(settings: UnifySettings) -> None:
    """Run until SIGINT or SIGTERM. Raises `RestartError` or `StateError` where the process must end."""
    gc.disable()  # decisions leave no cycles (tested), and what they keep in memory need not be walked
    metrics = Metrics()
    running = stage(settings, metrics)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        running.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # `up` passes it to all; a new configuration comes through the log

    def ready() -> str | None:
        return running.waits_for

    with MetricsServer(metrics, port=settings.metrics_port, host=settings.metrics_host, ready=ready):
        running.run()
    log.info("unify stopped")
