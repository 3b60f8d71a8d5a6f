"""``commonline state`` as a process: what it says, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.state_line import filled, some_row, upkeep
from tests.integration.unify_line import Line

from commonline.bus.store import LocalStore
from commonline.errors import EXIT_STATE, EXIT_USAGE
from commonline.testing.kafka import KafkaUnderTest

pytestmark = pytest.mark.broker


@pytest.fixture
def line(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Line]:
    made = Line(kafka.settings, prefix, tmp_path)
    yield made
    made.end()


def call(line: Line, *arguments: str) -> tuple[int, str]:
    """``commonline state …``: exit code, and what it says."""
    environ = {
        **os.environ,
        **line.kafka.environ(),
        "COMMONLINE_HOME": str(line.folder / "home"),
        "COMMONLINE_PREFIX": line.prefix,
        "COMMONLINE_KEY": (b"k" * 32).hex(),
    }
    command = [sys.executable, "-m", "commonline", "state", *arguments]
    ended = subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False
    )
    return ended.returncode, ended.stdout or ended.stderr


def test_the_commands_say_what_is_wrong_and_mend_it(line: Line) -> None:
    filled(line, 30, left=False)
    key, row = some_row(line, b"t")
    assert call(line, "verify", "--json")[0] == 0
    store = LocalStore(upkeep(line).stage.state / "0")
    store.apply({key: row[:-1] + b"\x07"}, store.changelog)
    store.close()
    code, told = call(line, "verify", "--partition", "0")
    assert code == EXIT_STATE
    assert f"threads {key.hex()} differs" in told
    assert told.splitlines()[-1] == "mend it: commonline state rebuild --instance 0 --partition 0"
    code, told = call(line, "rebuild", "--partition", "0")
    assert code == EXIT_USAGE
    assert "give --yes" in told
    code, told = call(line, "rebuild", "--partition", "0", "--yes", "--json")
    assert (code, json.loads(told)["from"]) == (0, "changelog")
    code, told = call(line, "verify", "--json", "-p", "0")
    found = json.loads(told)
    assert (code, found["equal"], found["kinds"]["objects"], found["hash"]) == (0, True, 30, found["changelog_hash"])
    code, told = call(line, "show", "--json", "--kinds", "-p", "0")
    facts = json.loads(told)
    assert (code, facts["position"], facts["group"], facts["kinds"]["threads"]) == (0, 31, 31, 5)
