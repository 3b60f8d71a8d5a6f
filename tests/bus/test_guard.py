"""Poison that kills the process: the record in hand is known, and condemned at its third death."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from commonline.bus.guard import DEATHS, MOST_REMEMBERED, Guard, in_flight
from commonline.bus.sheet import SIZE

DIES = """
import os, signal, sys
from pathlib import Path
from commonline.bus.guard import Guard

class Read:
    def __init__(self, at): self.at = at
    def offset(self): return self.at

guard = Guard(Path(sys.argv[1]), 0)
poison = int(sys.argv[2])
guard.enter(0, 500)
for message in guard.watched([Read(at) for at in range(500)]):
    if message.at == poison and poison not in guard.condemned:
        os.kill(os.getpid(), signal.SIGKILL)
guard.clear()
"""


@dataclass
class Read:
    """What of a consumed record the guard looks at."""

    at: int

    def offset(self) -> int:
        return self.at


def records(first: int, end: int) -> Any:
    return [Read(at) for at in range(first, end)]


def sizes(guard: Guard, first: int, end: int) -> list[int]:
    return [len(some) for some in guard.portions(records(first, end))]


def dies(guard: Guard, first: int, end: int, at: int | None = None) -> None:
    """A batch is begun, and the process ends: while a record is in hand, or else."""
    guard.enter(first, end)
    watched = iter(guard.watched(records(first, end)))
    for message in watched:
        if message.offset() == at:
            break
    guard.close()
    del watched


def noted(path: Path, at: int) -> None:
    """One record is in hand, far from the others."""
    guard = Guard(path, 0)
    guard.enter(0, 10**15 + 1)
    some: Any = [Read(at)]
    next(iter(guard.watched(some)))
    guard.close()


def test_without_a_death_all_goes_in_one_transaction(tmp_path: Path) -> None:
    guard = Guard(tmp_path / "0.guard", 0)
    assert sizes(guard, 0, 1000) == [1000]
    assert list(guard.portions([])) == []


def test_a_process_that_is_killed_leaves_what_was_in_hand(tmp_path: Path) -> None:
    path = tmp_path / "0.guard"
    for death in range(DEATHS):
        done = subprocess.run([sys.executable, "-c", DIES, str(path), "137"], check=False, timeout=60)
        assert (done.returncode, in_flight(path.read_bytes())) == (-signal.SIGKILL, (0, 500, 137)), death
    assert Guard(path, 0).condemned == frozenset({137})
    assert subprocess.run([sys.executable, "-c", DIES, str(path), "137"], check=False, timeout=60).returncode == 0
    assert not path.exists()


def test_a_record_in_hand_at_three_deaths_is_condemned_and_nothing_else_is_slower(tmp_path: Path) -> None:
    path = tmp_path / "0.guard"
    for death in range(DEATHS):
        guard = Guard(path, 0)
        assert guard.condemned == frozenset(), death
        assert sizes(guard, 0, 640) == [640]
        dies(guard, 0, 640, at=77)
    guard = Guard(path, 0)
    assert guard.condemned == frozenset({77})
    assert sizes(guard, 0, 640) == [640]


def test_records_that_die_in_turn_are_counted_each(tmp_path: Path) -> None:
    path = tmp_path / "0.guard"
    for at in (5, 9, 5, 9, 5):
        dies(Guard(path, 0), 0, 20, at=at)
    guard = Guard(path, 0)
    assert guard.condemned == frozenset({5})
    dies(guard, 0, 20, at=9)
    assert Guard(path, 0).condemned == frozenset({5, 9})


def test_a_death_outside_decisions_cuts_what_is_in_flight_to_an_eighth(tmp_path: Path) -> None:
    path, found = tmp_path / "0.guard", []
    end = 640
    dies(Guard(path, 0), 0, end)
    while end > 1:
        guard = Guard(path, 0)
        portions = list(guard.portions(records(0, 700)))
        assert sum(map(len, portions)) == 700
        end = len(portions[0])
        found.append(end)
        dies(guard, 0, end)
    assert found == [80, 10, 1]


def test_a_record_alone_at_three_deaths_is_condemned(tmp_path: Path) -> None:
    path = tmp_path / "0.guard"
    for death in range(DEATHS):
        guard = Guard(path, 7)
        assert guard.condemned == frozenset(), death
        dies(guard, 7, 8)
    assert Guard(path, 7).condemned == frozenset({7})


def test_deaths_of_records_that_are_done_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "0.guard"
    for _ in range(DEATHS):
        dies(Guard(path, 7), 7, 8, at=7)
    condemned = Guard(path, 7)
    dies(condemned, 8, 9)
    assert Guard(path, 8).condemned == frozenset()


def test_care_ends_where_the_death_was(tmp_path: Path) -> None:
    path = tmp_path / "0.guard"
    dies(Guard(path, 0), 0, 8)
    guard = Guard(path, 3)
    assert sizes(guard, 3, 20) == [1, 1, 1, 1, 1, 12]
    dies(guard, 3, 4)
    assert sizes(Guard(path, 3), 3, 20) == [1, 1, 1, 1, 1, 12]


@pytest.mark.parametrize("position", [0, 10, 11])
def test_another_place_in_the_log_needs_no_care(tmp_path: Path, position: int) -> None:
    path = tmp_path / "0.guard"
    dies(Guard(path, 1), 1, 10)
    assert sizes(Guard(path, position), position, position + 5) == [5]


@pytest.mark.parametrize("left", [b"", b"{", b"\x00" * 50, b"\xff" * SIZE, b"\x00" * SIZE])
def test_a_broken_file_counts_as_none(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "0.guard"
    path.write_bytes(left)
    guard = Guard(path, 0)
    assert sizes(guard, 0, 5) == [5]
    guard.enter(0, 5)
    assert path.stat().st_size == SIZE


def test_no_more_counts_are_kept_than_the_page_holds(tmp_path: Path) -> None:
    path = tmp_path / "0.guard"
    for at in range(MOST_REMEMBERED + 20):
        noted(path, 10**15 - at)
    assert len(Guard(path, 0)._deaths) <= MOST_REMEMBERED + 1


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "0.guard"
    guard = Guard(path, 0)
    guard.enter(0, 5)
    watched = guard.watched(records(0, 5))
    assert (len(watched), watched[1].offset(), len(watched[1:])) == (5, 1, 4)
    assert in_flight(path.read_bytes()) == (0, 5, -1)
    guard.clear()
    guard.clear()
    assert not path.exists()
