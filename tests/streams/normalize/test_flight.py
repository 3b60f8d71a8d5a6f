"""A record that was in flight at three deaths is condemned; others never are."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from commonline.errors import PlatformError
from commonline.streams.normalize.flight import MOST_REMEMBERED, Flight

DIE = """
import os, signal, sys
from pathlib import Path
from commonline.streams.normalize.flight import Flight
flight = Flight(Path(sys.argv[1]))
for offset in range(5, int(sys.argv[2]) + 1):
    flight.enter(3, offset)
if sys.argv[3] == "idle":
    flight.leave()
os.kill(os.getpid(), signal.SIGKILL)
"""


def die(folder: Path, offset: int, how: str = "flying") -> None:
    """A process that is killed with the record in flight."""
    done = subprocess.run([sys.executable, "-c", DIE, str(folder), str(offset), how], check=False)
    assert done.returncode == -signal.SIGKILL


def test_three_deaths_condemn(tmp_path: Path) -> None:
    for deaths in (1, 2, 3):
        die(tmp_path, 9)
        flight = Flight(tmp_path)
        assert flight.deaths == {(3, 9): deaths}
        assert flight.condemned == (frozenset({(3, 9)}) if deaths == 3 else frozenset())
        flight.close()


def test_deaths_between_records_condemn_nothing(tmp_path: Path) -> None:
    for _ in range(3):
        die(tmp_path, 9, "idle")
    flight = Flight(tmp_path)
    assert flight.deaths == {}
    flight.close()


def test_what_passed_is_forgotten(tmp_path: Path) -> None:
    die(tmp_path, 9)
    flight = Flight(tmp_path)
    flight.passed(3, 9)
    assert flight.deaths == {(3, 9): 1}
    flight.passed(2, 100)
    assert flight.deaths == {(3, 9): 1}
    flight.passed(3, 10)
    flight.close()
    again = Flight(tmp_path)
    assert again.deaths == {}
    again.close()


def test_a_slot_has_one_process(tmp_path: Path) -> None:
    flight = Flight(tmp_path)
    with pytest.raises(PlatformError, match="in use: another normalize"):
        Flight(tmp_path)
    flight.close()


def test_a_broken_file_of_counts_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "deaths.json").write_text('{"broken')
    flight = Flight(tmp_path)
    assert flight.deaths == {}
    flight.close()


def test_the_memory_of_deaths_is_bounded(tmp_path: Path) -> None:
    for offset in range(MOST_REMEMBERED + 5):
        flight = Flight(tmp_path)
        flight.enter(0, offset)
        flight._lock.close()  # as the kernel does when a process is killed
    flight = Flight(tmp_path)
    assert len(flight.deaths) == MOST_REMEMBERED
    flight.close()
