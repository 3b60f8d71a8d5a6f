"""`commonline up`, `down`, `doctor` as a user runs them: real processes, a real broker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests.integration.records import create, produce, read

from commonline.local import ports
from commonline.local.home import Home
from commonline.local.platform import running
from commonline.local.process import PidFile
from commonline.settings import KafkaSettings
from commonline.testing.plugin import cache_folder

pytestmark = pytest.mark.broker
COMMONLINE = (sys.executable, "-m", "commonline")


@pytest.fixture
def environ(pytestconfig: pytest.Config, tmp_path: Path) -> dict[str, str]:
    """A user with an empty home directory and no broker."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COMMONLINE_")}
    ours = {"COMMONLINE_CACHE": str(cache_folder(pytestconfig)), "COMMONLINE_HOME": str(tmp_path / "line")}
    return kept | ours | {"HOME": str(tmp_path / "user"), "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "line", tmp_path / "unused")


def run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMONLINE, *arguments], env=environ, capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def up(environ: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A running `commonline up`, past its last line of greeting."""
    argv = [*COMMONLINE, "up", "--broker-only", *(arguments or ("--port", "0"))]
    with subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            lines: list[str] = []
            while not lines or "Ctrl-C ends everything" not in lines[-1]:
                lines.append(process.stdout.readline())
                assert lines[-1], lines
            yield process
        finally:
            process.kill()


def broker(home: Home) -> KafkaSettings:
    found = running(home)
    assert found is not None
    return found


def java(home: Home) -> psutil.Process:
    record = PidFile.read(home.run / "kafka.json")
    process = record.process() if record else None
    assert process is not None
    return process


def is_one_sentence(text: str) -> bool:
    return text.startswith("commonline: ") and text.count("\n") == 1 and "Traceback" not in text


def test_ctrl_c_ends_all_and_the_second_start_finds_the_data(environ: dict[str, str], home: Home) -> None:
    with up(environ) as process:
        create(broker(home), "kept")
        produce(broker(home), "kept", [b"yesterday"])
        child = java(home)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert not child.is_running()
        assert not list(home.run.glob("*.json"))
    with up(environ) as process:
        assert read(broker(home), "kept", 1) == [b"yesterday"]
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_no_orphan_after_sigkill_and_a_new_start_works(environ: dict[str, str], home: Home) -> None:
    with up(environ) as process:
        child = java(home)
        process.kill()
        process.wait(10)
        child.wait(20)
        assert running(home) is None
    with up(environ) as process:
        assert running(home) is not None
        process.terminate()
        process.wait(30)


def test_down_ends_it_and_doctor_tells_both_times(environ: dict[str, str], home: Home) -> None:
    with up(environ) as process:
        state, text = doctor(environ)["broker"]
        assert state == "ok"
        assert broker(home).bootstrap in text
        second = run(environ, "up", "--broker-only", "--port", "0")
        assert second.returncode == 3
        assert is_one_sentence(second.stderr)
        assert "commonline down" in second.stderr
        child = java(home)
        done = run(environ, "down")
        assert done.returncode == 0
        assert f"process {process.pid}" in done.stdout
        assert process.wait(10) == 0
        assert not child.is_running()
    assert "does not run now" in doctor(environ)["broker"][1]
    assert "nothing runs" in run(environ, "down").stdout


def doctor(environ: dict[str, str]) -> dict[str, tuple[str, str]]:
    done = run(environ, "doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return {one["name"]: (one["state"], one["text"]) for one in json.loads(done.stdout)["findings"]}


def test_a_port_in_use_is_one_sentence(environ: dict[str, str], home: Home) -> None:
    with up(environ):
        port = broker(home).bootstrap.rpartition(":")[2]
        other = environ | {"COMMONLINE_HOME": str(home.path.with_name("other"))}
        done = run(other, "up", "--broker-only", "--port", port)
        assert done.returncode == 3
        assert is_one_sentence(done.stderr)
        assert f"port {port} is in use by java" in done.stderr


def test_no_network_is_one_sentence(environ: dict[str, str], tmp_path: Path) -> None:
    nowhere = {"COMMONLINE_CACHE": str(tmp_path / "empty"), "COMMONLINE_MAVEN": f"http://127.0.0.1:{ports.free_port()}"}
    done = run(environ | nowhere, "up", "--broker-only")
    assert done.returncode == 3
    assert is_one_sentence(done.stderr[done.stderr.index("commonline: ") :])
    assert "Check the network" in done.stderr


def test_a_given_broker_that_is_silent_is_one_sentence(environ: dict[str, str]) -> None:
    done = run(environ | {"COMMONLINE_KAFKA": f"127.0.0.1:{ports.free_port()}"}, "up", "--broker-only")
    assert done.returncode == 3
    assert is_one_sentence(done.stderr)


def test_reset_in_use_is_refused_then_undone(environ: dict[str, str], home: Home) -> None:
    with up(environ) as process:
        create(broker(home), "kept")
        assert run(environ, "reset", "--yes").returncode == 3
        process.terminate()
        process.wait(30)
    assert run(environ, "reset").returncode == 2, "no terminal to ask on"
    done = run(environ, "reset", "--yes")
    assert done.returncode == 0
    assert str(home.path / "kafka") in done.stdout
    assert not (home.path / "kafka").exists()
    assert run(environ, "reset", "--undo").returncode == 0
    assert (home.path / "kafka" / "data" / "kept-0").is_dir()
    assert run(environ, "reset", "--purge", "--yes").returncode == 0
    assert not (home.path / "kafka").exists()
    assert not home.trash.exists()
