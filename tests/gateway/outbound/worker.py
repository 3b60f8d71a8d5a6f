"""Sends webhooks until it is ended: ``database``. Time-outs and waits are short, so that a test sees them pass."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from commonline import logs
from commonline.bus.process import ProcessSettings
from commonline.gateway.outbound.destination import Allowed
from commonline.gateway.outbound.schedule import Outcome, Verdict, decide
from commonline.gateway.outbound.service import Outbound
from commonline.gateway.store.engine import Store
from commonline.metrics import Metrics
from commonline.settings import KafkaSettings

HURRY = 20
"""How many times faster than three days; so often that the first wait takes a quarter of a second."""


def hurried(outcome: Outcome, attempts: int, first: int, now: int, chance: float) -> Verdict:
    """The schedule as it is, with waits that a test can wait for."""
    verdict = decide(outcome, attempts, first, now, chance)
    return Verdict("pending", now + (verdict.due - now) // HURRY) if verdict.fate == "pending" else verdict


def outbound(store: Store, kafka: KafkaSettings, prefix: str) -> Outbound:
    process = ProcessSettings(kafka=kafka, home=Path(), prefix=prefix)
    allowed = Allowed(frozenset({"127.0.0.1"}))
    return Outbound(store, process, Metrics(), allowed, timeout_s=1.0, judge=hurried)


def main(database: str, prefix: str) -> None:
    logs.configure()
    kafka = KafkaSettings.from_environ()
    assert kafka is not None
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    running = outbound(Store(database), kafka, prefix)
    running.start()
    ending.wait()
    running.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
