"""`commonline demo` as a user runs it: real broker, real services, the accounts must add up, twice on one home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from commonline.testing.plugin import cache_folder

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]
LONGEST_S = 240
"""A day takes some 30 seconds, and a busy machine its time."""


@pytest.fixture
def environ(pytestconfig: pytest.Config, tmp_path: Path) -> dict[str, str]:
    """A user with an empty home directory and no broker."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COMMONLINE_")}
    ours = {"COMMONLINE_CACHE": str(cache_folder(pytestconfig)), "COMMONLINE_HOME": str(tmp_path / "line")}
    return kept | ours | {"HOME": str(tmp_path / "user"), "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}


def play(environ: dict[str, str]) -> dict[str, Any]:
    """One day; its numbers. What went wrong is shown with all that was written."""
    argv = [sys.executable, "-m", "commonline", "demo", "--once", "--json"]
    with subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            out, err = process.communicate(timeout=LONGEST_S)
        finally:
            process.kill()
    assert process.returncode == 0, out + err
    told: dict[str, Any] = json.loads(out)
    return told


def test_two_days_on_one_home(environ: dict[str, str], tmp_path: Path) -> None:
    first = play(environ)
    _adds_up(first)
    assert (tmp_path / "line" / "demo" / "commonline.toml").is_file()
    assert not list((tmp_path / "line" / "demo" / "run").glob("*.json")), "a process was left behind"
    second = play(environ)
    _adds_up(second)
    same = ("activities", "ignored", "dead_letters")
    assert {key: second[key] for key in same} == {key: first[key] for key in same}


def _adds_up(told: dict[str, Any]) -> None:
    assert told["wrong"] == []
    assert told["adds_up"] is True
    counts = ("lost", "duplicated", "refused", "dead_letters")
    assert {key: told[key] for key in counts} == {
        "lost": 0,
        "duplicated": 0,
        "refused": 1,
        "dead_letters": 1,
    }
    assert told["redelivered"] >= 1, "the story repeats one webhook; a mailbox that is read again repeats more"
    assert told["deliveries"] == told["activities"] + told["dead_letters"] + told["redelivered"] + told["ignored"]
    assert set(told["feeds"]) == {"marketing", "pr", "service", "hr"}
    assert all(count > 0 for count in told["feeds"].values())
    assert told["redacted"]["marketing"] == told["feeds"]["marketing"], "marketing never knows who"
    assert told["latency_ms"]["p50"] <= told["latency_ms"]["p99"]
