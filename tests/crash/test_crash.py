"""Every process is killed in turn under load, a worker joins and leaves, the broker restarts: nothing lost or twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from commonline.testing.kafka import KafkaUnderTest
from tests.crash.load import Load
from tests.crash.oracle import Verdict, judge
from tests.crash.page import CONFIGURATION, ENVIRON, SOURCE
from tests.plant import Plant

EVENTS, POSTS = 5000, 40
FEEDS = ("marketing", "pr", "service")
SETTLE_S = 120.0


def await_progress(plant: Plant, load: Load, part: float) -> None:
    deadline = time.monotonic() + SETTLE_S
    while load.progress < part and not load.done:
        plant.tend()
        assert time.monotonic() < deadline, f"stuck at {load.progress:.0%}\n{plant.log('connect')}"
        time.sleep(0.05)


def settle(plant: Plant, acknowledged: set[int]) -> Verdict:
    """Judge until everything has arrived or nothing more comes."""
    deadline = time.monotonic() + SETTLE_S
    while True:
        plant.tend()
        verdict = judge(plant.kafka, plant.topics, acknowledged, FEEDS)
        arrived = verdict.activities >= len(acknowledged) and verdict.lost == 0
        if arrived or time.monotonic() > deadline:
            return verdict
        time.sleep(1)


@pytest.mark.broker
@pytest.mark.crash
@pytest.mark.timeout(600)
def test_nothing_is_lost_and_nothing_twice_whatever_dies(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> None:
    plant = Plant(kafka.settings, prefix, tmp_path, CONFIGURATION, ENVIRON)
    try:
        for name in ("connect", "normalize", "unify"):
            plant.start(name)
        load = Load(plant.url(SOURCE), EVENTS, POSTS)
        await_progress(plant, load, 0.10)
        plant.kill("unify")
        await_progress(plant, load, 0.25)
        plant.kill("normalize")
        await_progress(plant, load, 0.40)
        plant.start("normalize-1", wait=False)
        await_progress(plant, load, 0.55)
        plant.kill("connect")
        await_progress(plant, load, 0.65)
        if kafka.kind != "given":
            kafka.restart()
        await_progress(plant, load, 0.80)
        plant.wait_ready("normalize-1")
        plant.leave("normalize-1")
        plant.kill("unify")
        acknowledged = load.result()
        verdict = settle(plant, acknowledged)
    finally:
        plant.stop()
    assert len(acknowledged) == EVENTS
    assert verdict == Verdict(activities=EVENTS, lost=0, duplicated=0, reordered=0, gaps=0, dead=0)
