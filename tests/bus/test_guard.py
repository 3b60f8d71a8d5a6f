"""Poison that kills the process: ever smaller transactions after each death, and a verdict at the third alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from commonline.bus.guard import DEATHS, Guard


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


def test_without_a_death_all_goes_in_one_transaction(tmp_path: Path) -> None:
    guard = Guard(tmp_path / "0.json", 0)
    assert sizes(guard, 0, 1000) == [1000]
    assert list(guard.portions([])) == []


def test_each_death_cuts_what_is_in_flight_to_an_eighth(tmp_path: Path) -> None:
    path, found = tmp_path / "0.json", []
    end = 640
    Guard(path, 0).enter(0, end)
    while end > 1:
        guard = Guard(path, 0)
        portions = list(guard.portions(records(0, 700)))
        assert sum(map(len, portions)) == 700
        end = len(portions[0])
        found.append(end)
        guard.enter(0, end)
    assert found == [80, 10, 1]


def test_a_record_alone_at_three_deaths_is_condemned(tmp_path: Path) -> None:
    path = tmp_path / "0.json"
    for death in range(DEATHS):
        guard = Guard(path, 7)
        assert guard.condemned == frozenset(), death
        guard.enter(7, 8)
    assert Guard(path, 7).condemned == frozenset({7})


def test_deaths_of_records_that_are_done_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "0.json"
    for _ in range(DEATHS):
        Guard(path, 7).enter(7, 8)
    condemned = Guard(path, 7)
    condemned.enter(8, 9)
    assert Guard(path, 8).condemned == frozenset()


def test_care_ends_where_the_death_was(tmp_path: Path) -> None:
    path = tmp_path / "0.json"
    Guard(path, 0).enter(0, 8)
    guard = Guard(path, 3)
    assert sizes(guard, 3, 20) == [1, 1, 1, 1, 1, 12]
    guard.enter(3, 4)
    assert sizes(Guard(path, 3), 3, 20) == [1, 1, 1, 1, 1, 12]


@pytest.mark.parametrize("position", [0, 10, 11])
def test_another_place_in_the_log_needs_no_care(tmp_path: Path, position: int) -> None:
    path = tmp_path / "0.json"
    Guard(path, 1).enter(1, 10)
    assert sizes(Guard(path, position), position, position + 5) == [5]


@pytest.mark.parametrize("left", ["", "{", "[]", "null", "{}", '{"first": 0, "end": 5, "deaths": 3}'])
def test_a_broken_file_counts_as_none(tmp_path: Path, left: str) -> None:
    path = tmp_path / "0.json"
    path.write_text(left)
    assert sizes(Guard(path, 0), 0, 5) == [5]


def test_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "0.json"
    guard = Guard(path, 0)
    guard.enter(0, 5)
    assert json.loads(path.read_text())["end"] == 5
    guard.clear()
    guard.clear()
    assert not path.exists()
