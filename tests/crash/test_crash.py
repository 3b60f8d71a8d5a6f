"""A short selection of what `make crash` does by seed: every process dies, workers come and go, the broker restarts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commonline.testing.plugin import cache_folder
from tests.crash.broker import CutBroker
from tests.crash.campaign import Trial, repeat
from tests.crash.ledger import remove_topics
from tests.crash.schedule import Blow, Schedule
from tests.crash.worker import HOLD

EVENTS = 2000
BLOWS = (
    Blow(0.04, "rule-join", number=11),
    Blow(0.08, "kill", "unify"),
    Blow(0.12, "rule-join", number=12),
    Blow(0.15, "kill", "normalize"),
    Blow(0.22, "point", "unify", 0.004, "inside-commit"),
    Blow(0.25, "configure", "hr-comments"),
    Blow(0.30, "point", "unify", 2.0, HOLD),
    Blow(0.30, "join", "unify", after_s=0.5),
    Blow(0.36, "kill", "connect"),
    Blow(0.42, "rule-part", number=13),
    Blow(0.45, "point", "unify", 0.0, "after-commit"),
    Blow(0.45, "join", "normalize"),
    Blow(0.55, "broker-kill", seconds=0.5),
    Blow(0.62, "rule-hide", number=14),
    Blow(0.65, "cut", "unify", 2.0, "reset"),
    Blow(0.72, "point", "normalize", 0.0, "after-flush"),
    Blow(0.76, "configure", "plain"),
    Blow(0.80, "pause", "unify", 4.0),
    Blow(0.86, "leave", "unify"),
    Blow(0.90, "point", "unify", 0.002, "inside-store"),
    Blow(0.94, "leave", "normalize"),
)


@pytest.fixture(scope="module")
def broker(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CutBroker]:
    """One of our own: it is killed, and processes reach it through proxies."""
    own = CutBroker(tmp_path_factory.mktemp("broker"), cache_folder(pytestconfig))
    own.start()
    yield own
    own.remove()


@pytest.mark.broker
@pytest.mark.crash
@pytest.mark.timeout(900)
def test_nothing_is_lost_and_nothing_twice_whatever_dies(broker: CutBroker, prefix: str, tmp_path: Path) -> None:
    schedule = Schedule(0, EVENTS, 3000, compaction=True, blows=BLOWS, epilogue="unify")
    trial = Trial(broker, schedule, tmp_path / "run", prefix, lambda _part: None)
    run = trial.run()
    remove_topics(broker.settings, prefix)
    assert run.clean, "\n".join([*run.verdict.notes, run.stopped, *map(repeat, BLOWS)])
    assert run.verdict.events == 18 * (EVENTS // 18)
    assert len(run.recovery_s) > 5
