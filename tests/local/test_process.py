"""Children that end with their parent, and pid files that are not fooled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from commonline.errors import PlatformError
from commonline.local.process import PidFile, end, spawn, stop

SLEEP = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
)
PARENT = """
import sys, time, threading
from pathlib import Path
from commonline.local.process import spawn
def start():
    child = spawn([sys.executable, "-c", "import time; time.sleep(60)"], Path(sys.argv[1]))
    print(child.pid, flush=True)
thread = threading.Thread(target=start); thread.start(); thread.join()
time.sleep(60)
"""
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")


def wait_for(path: Path, text: str) -> None:
    deadline = time.monotonic() + 20
    while text not in (path.read_text() if path.exists() else "") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert text in path.read_text()


def gone(pid: int, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_output_goes_to_the_log_and_environment_is_handed_on(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "x.log"
    child = spawn([sys.executable, "-c", "import os; print(os.environ['A'])"], log, environ={"A": "here"})
    assert child.wait(20) == 0
    assert log.read_text() == "here\n"


def test_child_has_a_session_of_its_own(tmp_path: Path) -> None:
    child = spawn(SLEEP, tmp_path / "x.log")
    wait_for(tmp_path / "x.log", "up")
    assert os.getsid(child.pid) == child.pid
    assert stop(child, 10)


def test_stop_kills_what_does_not_listen(tmp_path: Path) -> None:
    child = spawn(STUBBORN, tmp_path / "x.log")
    wait_for(tmp_path / "x.log", "up")
    assert not stop(child, 0.3)
    assert child.returncode == -signal.SIGKILL


def test_stop_does_not_wait_when_in_a_hurry(tmp_path: Path) -> None:
    child = spawn(STUBBORN, tmp_path / "x.log")
    wait_for(tmp_path / "x.log", "up")
    began = time.monotonic()
    assert not stop(child, 60, hurry=lambda: True)
    assert time.monotonic() - began < 5


def test_stop_of_one_that_has_ended(tmp_path: Path) -> None:
    child = spawn([sys.executable, "-c", ""], tmp_path / "x.log")
    child.wait(20)
    assert stop(child, 1)


def test_a_program_that_is_not_there_ends_with_a_reason(tmp_path: Path) -> None:
    child = spawn(["/no/such/program"], tmp_path / "x.log")
    assert child.wait(20) != 0
    assert "No such file" in (tmp_path / "x.log").read_text()


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="cannot start"):
        spawn(SLEEP, tmp_path)


@linux_only
def test_children_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "x.log")], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
    assert not gone(child, 0.5), "the thread that asked has ended, the child must not"
    parent.kill()
    parent.wait(10)
    assert gone(child, 10)


def test_children_outlive_the_thread_that_asked_for_them(tmp_path: Path) -> None:
    found = []
    thread = threading.Thread(target=lambda: found.append(spawn(SLEEP, tmp_path / "x.log")))
    thread.start()
    thread.join()
    time.sleep(0.3)
    assert found[0].poll() is None
    assert stop(found[0], 10)


def test_pid_file_finds_its_process_only(tmp_path: Path) -> None:
    child = spawn(SLEEP, tmp_path / "x.log")
    record = PidFile.write(tmp_path / "run" / "thing.json", child.pid)
    read = PidFile.read(tmp_path / "run" / "thing.json")
    assert read == record
    assert record.name == "thing"
    process = record.process()
    assert process is not None
    assert process.pid == child.pid
    assert record.has_owner()
    later = PidFile(record.name, record.pid, record.started - 100, record.owner, record.owner_started - 100)
    assert later.process() is None, "the same number, another process"
    assert not later.has_owner()
    stop(child, 10)
    assert record.process() is None


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"pid": 1}', '"x"'])
def test_damaged_pid_files_name_nobody(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "thing.json"
    if text is not None:
        path.write_text(text)
    assert PidFile.read(path) is None


def test_end_of_a_stranger(tmp_path: Path) -> None:
    for argv, limit in ((SLEEP, 10.0), (STUBBORN, 0.3)):
        log = tmp_path / f"{limit}.log"
        child = spawn(argv, log)
        wait_for(log, "up")
        process = psutil.Process(child.pid)
        end(process, limit)  # as a zombie it stays until we take note
        child.wait(5)
        assert gone(child.pid, 5)
        end(process, limit)
