"""The supervisor with small real programs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from commonline.local import restarts
from commonline.local.home import Home
from commonline.local.process import PidFile
from commonline.local.service import Event, ServiceSpec
from commonline.local.supervisor import Supervisor

RUNS = "import sys, time; print('up', flush=True); time.sleep(60)"
ENDS = "import sys; print('no such thing', flush=True); sys.exit({code})"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
# Ends with 75 until it was started three times.
AGAIN = (
    "import sys, time, pathlib; p = pathlib.Path(sys.argv[1]); n = len(p.read_text()) if p.exists() else 0; "
    "p.write_text('x' * (n + 1)); time.sleep(60) if n >= 3 else sys.exit(75)"
)
HUPS = (
    "import signal, time, pathlib, sys\n"
    "signal.signal(signal.SIGHUP, lambda *_: pathlib.Path(sys.argv[1]).write_text('reloaded'))\n"
    "pathlib.Path(sys.argv[1]).write_text('up'); time.sleep(60) or time.sleep(60)"
)
OUTER = """
import sys
from pathlib import Path
from commonline.local.home import Home
from commonline.local.service import ServiceSpec
from commonline.local.supervisor import Supervisor
home = Home(Path(sys.argv[1]), Path("/unused"))
script = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
sleep = (sys.executable, "-c", script)
specs = [ServiceSpec("a", sleep), ServiceSpec("b", sleep)]
with home.claim():
    Supervisor(specs, home, tell=lambda e: print(e.kind, e.service, flush=True), stop_s=1.0).run()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", tmp_path / "cache")


def spec(name: str, script: str, *arguments: str) -> ServiceSpec:
    return ServiceSpec(name, (sys.executable, "-c", script, *arguments))


class Watch:
    """Collects events; stops the supervisor when `until` holds, or after 30 s."""

    def __init__(self, until: Callable[[list[Event]], bool]) -> None:
        self.events: list[Event] = []
        self.until = until
        self.deadline = time.monotonic() + 30

    def run(self, home: Home, *specs: ServiceSpec, stop_s: float = 5.0) -> int:
        supervisor = Supervisor(specs, home, tell=self.events.append, tend=lambda: self.tend(supervisor), stop_s=stop_s)
        return supervisor.run()

    def tend(self, supervisor: Supervisor) -> None:
        late = time.monotonic() > self.deadline
        if late or self.until(self.events):
            supervisor.stop()
        assert not late, self.events

    def of(self, kind: str) -> list[str]:
        return [event.service for event in self.events if event.kind == kind]


def test_starts_in_order_and_ends_in_the_reverse_one(home: Home) -> None:
    watch = Watch(lambda events: len(events) == 3 and (home.logs / "c.log").read_text() == "up\n")
    assert watch.run(home, spec("a", RUNS), spec("b", RUNS), spec("c", RUNS)) == 0
    assert watch.of("started") == ["a", "b", "c"]
    assert watch.of("stopped") == ["c", "b", "a"]
    assert not list(home.run.glob("*.json"))


def test_75_is_started_again_at_once(home: Home, tmp_path: Path) -> None:
    watch = Watch(lambda events: sum(event.kind == "started" for event in events) == 4)
    began = time.monotonic()
    assert watch.run(home, spec("a", AGAIN, str(tmp_path / "count"))) == 0
    assert watch.of("ended") == ["a"] * 3
    assert time.monotonic() - began < 10


def test_gives_up_after_quick_deaths_and_shows_the_log(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restarts, "FIRST_WAIT_S", 0.01)
    watch = Watch(lambda _: False)
    assert watch.run(home, spec("a", ENDS.format(code=1))) == 1
    (last,) = [event for event in watch.events if event.kind == "gave-up"]
    assert last.log == ("no such thing",)
    assert str(home.logs / "a.log") in last.text
    assert watch.of("started") == ["a"] * restarts.MAX_QUICK


def test_one_that_gave_up_does_not_end_the_others(home: Home) -> None:
    watch = Watch(lambda events: any(event.kind == "gave-up" for event in events) and len(events) >= 3)
    assert watch.run(home, spec("a", ENDS.format(code=76)), spec("b", RUNS)) == 1
    assert watch.of("gave-up") == ["a"]
    assert watch.of("stopped") == ["b"]


def test_a_killed_service_comes_back(home: Home) -> None:
    killed: list[int] = []

    def until(events: list[Event]) -> bool:
        record = PidFile.read(home.run / "a.json")
        if not killed and record is not None:
            os.kill(record.pid, signal.SIGKILL)
            killed.append(record.pid)
        return sum(event.kind == "started" for event in events) == 2

    watch = Watch(until)
    assert watch.run(home, spec("a", RUNS)) == 0
    (ended,) = [event for event in watch.events if event.kind == "ended"]
    assert "SIGKILL" in ended.text


def test_what_does_not_stop_in_time_is_killed(home: Home) -> None:
    watch = Watch(lambda _: "up" in (home.logs / "a.log").read_text())
    watch.run(home, spec("a", STUBBORN), stop_s=0.3)
    assert watch.of("killed") == ["a"]


def test_sighup_reaches_the_services(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "state"
    sent: list[bool] = []

    def until(_: list[Event]) -> bool:
        text = file.read_text() if file.exists() else ""
        if text == "up" and not sent:
            sent.append(True)
            os.kill(os.getpid(), signal.SIGHUP)
        return text == "reloaded"

    Watch(until).run(home, spec("a", HUPS, str(file)))
    assert file.read_text() == "reloaded"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_and_are_given_back(home: Home, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    threading.Timer(0.5, os.kill, (os.getpid(), number)).start()
    watch = Watch(lambda _: False)
    assert watch.run(home, spec("a", RUNS)) == 0
    assert watch.of("stopped") == ["a"]
    assert signal.getsignal(number) is before


def test_ready_is_told_once(home: Home) -> None:
    port = "import http.server as h\nclass H(h.BaseHTTPRequestHandler):\n"
    port += " def do_GET(s):\n  s.send_response(200 if s.path == '/readyz' else 404); s.end_headers()\n"
    port += " def log_message(s, *a): pass\n"
    from commonline.local.ports import free_port

    number = free_port()
    script = f"{port}h.HTTPServer(('127.0.0.1', {number}), H).serve_forever()"
    service = ServiceSpec("a", (sys.executable, "-c", script), {}, f"http://127.0.0.1:{number}/readyz")
    watch = Watch(lambda events: any(event.kind == "ready" for event in events))
    watch.run(home, service)
    assert watch.of("ready") == ["a"]


def ignoring(home: Home, *names: str) -> None:
    """Wait until these services ignore SIGTERM."""
    deadline = time.monotonic() + 20
    while any("up" not in (home.logs / f"{name}.log").read_text() for name in names):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_no_orphans_after_sigkill_even_of_those_that_ignore_sigterm(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", OUTER, str(home.path)], stdout=subprocess.PIPE) as outer:
        assert outer.stdout is not None
        assert [outer.stdout.readline() for _ in range(2)] == [b"started a\n", b"started b\n"]
        ignoring(home, "a", "b")
        records = [PidFile.read(home.run / f"{name}.json") for name in "ab"]
        children = [record.process() for record in records if record is not None]
        assert all(children)
        outer.kill()
        outer.wait(10)
    _, alive = psutil.wait_procs([child for child in children if child is not None], timeout=10)
    assert not alive


def test_ctrl_c_twice_does_not_wait(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", OUTER, str(home.path)], stdout=subprocess.PIPE) as outer:
        assert outer.stdout is not None
        assert [outer.stdout.readline() for _ in range(2)] == [b"started a\n", b"started b\n"]
        ignoring(home, "a", "b")
        outer.send_signal(signal.SIGINT)
        time.sleep(0.2)
        outer.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert outer.wait(20) == 0
        assert time.monotonic() - began < 1.5, "each of the two would have had a second"
        assert outer.stdout.read() == b"killed b\nkilled a\n"
