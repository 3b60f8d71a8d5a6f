"""An installation that is hurt on purpose: its processes with faults built in, and a supervisor like the product's."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from commonline.errors import EXIT_RESTART, EXIT_STATE
from commonline.local.restarts import GiveUp, History
from tests.crash import worker
from tests.crash.broker import CutBroker
from tests.crash.page import ENVIRON, configuration
from tests.crash.schedule import Schedule
from tests.crash.traffic import WORKSPACES
from tests.plant import STOP_S, Plant

ROOT = Path(__file__).parents[2]
UNLIMITED = resource.RLIM_INFINITY


class StoppedError(AssertionError):
    """A process ended in a way that needs a person, and nobody had cause to."""


class Works(Plant):
    """The processes of one schedule. `tend` starts again what ended, as ``commonline up`` would; deaths that the tests
    caused count for nothing there. Safe from several threads."""

    ready_s = 240.0

    def __init__(self, broker: CutBroker, prefix: str, folder: Path, schedule: Schedule) -> None:
        environ = {**ENVIRON, "COMMONLINE_SESSION_MS": str(schedule.session_ms)}
        super().__init__(broker.settings, prefix, folder, "", environ, WORKSPACES)
        self.broker, self._proxied = broker, schedule.proxied
        self.exits: Counter[str] = Counter()
        self.struck: list[tuple[float, str]] = []
        """When a process died of a point of death, and which."""
        self.excused: set[str] = set()
        """Processes whose disk is full: they may stop for good; a person starts them again."""
        self._lock = threading.RLock()
        self._histories: dict[str, tuple[History, float]] = {}
        self._due: dict[str, float] = {}
        (folder / "faults").mkdir()
        self.configure("plain")

    def configure(self, variant: str) -> None:
        """Write the configuration file, whole or not at all."""
        part = self.folder / "commonline.toml.part"
        with self._lock:  # two of a schedule's changes may fall on one moment
            part.write_text(configuration(self.listen, variant), "utf-8")
            part.replace(self.folder / "commonline.toml")

    def command(self, name: str) -> list[str]:
        return [sys.executable, "-m", worker.__name__, name.partition("-")[0]]

    def surroundings(self, name: str) -> dict[str, str]:
        kafka = self.broker.by(name, proxied=name in self._proxied)
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
        return {
            **super().surroundings(name),
            **kafka.environ(),
            worker.VARIABLE: str(self.fault(name)),
            "PYTHONPATH": path,
        }

    def fault(self, name: str, suffix: str = "") -> Path:
        """The file that tells a process its faults."""
        return self.folder / "faults" / f"{name}{suffix}"

    def start(self, name: str, *, wait: bool = True) -> None:
        with self._lock:
            history, _ = self._histories.get(name, (History(), 0.0))
            self._histories[name] = (history, time.monotonic())
            self._due.pop(name, None)
            super().start(name, wait=False)
        if wait:
            self.wait_ready(name)

    def tend(self) -> None:
        """Start again what ended. Raises `StoppedError` where the supervisor would give up."""
        with self._lock:
            now = time.monotonic()
            for name, process in list(self.processes.items()):
                code = process.poll()
                if code is None:
                    continue
                if name not in self._due:
                    self._due[name] = now + self._wait_s(name, code)
                if now >= self._due[name]:
                    self.start(name, wait=False)

    def _wait_s(self, name: str, code: int) -> float:
        """When it is started again: after a kill at once, else as the supervisor says."""
        if code == -signal.SIGKILL:
            self.struck.append((time.monotonic(), name))
            return 0.0
        self.exits[f"{name}:{code}"] += 1
        if name in self.excused:
            return 1.0
        history, began = self._histories[name]
        said = history.ended(code, time.monotonic() - began)
        if isinstance(said, GiveUp):
            raise StoppedError(f"{name} ended with {code}: {said.why}\n{self.log(name)}")
        if code not in (EXIT_RESTART, EXIT_STATE):
            self.exits[f"{name}:unexpected"] += 1
        return said.after_s

    def runs(self, name: str) -> bool:
        """Whether it is one of ours now."""
        return name in self.processes

    def kill(self, name: str) -> None:
        """SIGKILL, and start again at once."""
        with self._lock:
            process = self.processes.get(name)
            if process is None:
                return
            process.kill()
            process.wait()
            self.start(name, wait=False)

    def term(self, name: str) -> None:
        """A clean end, and start again."""
        if self.leave_quietly(name):
            self.start(name, wait=False)

    def leave_quietly(self, name: str) -> bool:
        """A clean end; one that hangs on a dead broker is killed, as a supervisor would. Whether it ran."""
        with self._lock:
            process = self.processes.pop(name, None)
            self._due.pop(name, None)
        if process is None:
            return False
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            code = process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.exits[f"{name}:killed-at-stop"] += 1
            process.kill()
            code = process.wait()
        self.exits[f"{name}:{code}"] += 1
        return True

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        with self._lock, suppress(ProcessLookupError):
            if name in self.processes:
                self.processes[name].send_signal(number)

    def limit_files(self, name: str, size: int) -> None:
        """No file of this process may grow beyond `size` bytes: writes fail as on a full disk (EFBIG for ENOSPC)."""
        with self._lock, suppress(ProcessLookupError, PermissionError):
            if name in self.processes:
                resource.prlimit(self.processes[name].pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))

    def still(self) -> None:
        """End all cleanly; raises `StoppedError` if one does not. SIGTERM may end one before it has begun to listen."""
        for name in list(self.processes):
            process = self.processes[name]
            self.leave_quietly(name)
            if process.returncode not in (0, EXIT_RESTART, -signal.SIGTERM):
                raise StoppedError(f"{name} ended with {process.returncode} at a clean stop\n{self.log(name)}")

    def slay(self) -> None:
        """End all, whatever they do."""
        with self._lock:
            for process in self.processes.values():
                process.kill()
                process.wait()
            self.processes.clear()
