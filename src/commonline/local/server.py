"""One server process of the local platform: its log, its pid file, its start and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from commonline.errors import PlatformError
from commonline.local.logs import LogTail
from commonline.local.process import PidFile, end, spawn, stop

STOP_S = 15.0
_POLL_S = 0.02


class Server:
    """A child process called `name` in the home folder `home`. Not thread-safe."""

    def __init__(self, name: str, title: str, home: Path) -> None:
        self.name, self.title = name, title
        self.log = home / "logs" / f"{name}.log"
        self.pid_file = home / "run" / f"{name}.json"
        self.tail = LogTail(self.log)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(
        self,
        argv: Sequence[str],
        ready: Callable[[], bool],
        deadline_s: float,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Start `argv` and return when `ready` says so.

        Raises `PlatformError` with the line of the log that tells why, when it ends or stays silent; it does
        not run then.
        """
        self.tail = LogTail(self.log)
        self._child = spawn(argv, self.log, environ=environ)
        try:
            PidFile.write(self.pid_file, self._child.pid)
            self._wait(self._child, ready, deadline_s)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End it cleanly; kill it when that takes more than 15 s."""
        if self._child is not None:
            stop(self._child, STOP_S)
        self._gone()

    def kill(self) -> None:
        """SIGKILL."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._gone()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self._child is not None:
            self._child.send_signal(number)

    def _gone(self) -> None:
        self._child = None
        self.pid_file.unlink(missing_ok=True)

    def _wait(self, child: subprocess.Popen[bytes], ready: Callable[[], bool], deadline_s: float) -> None:
        deadline = time.monotonic() + deadline_s
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise PlatformError(
                    f"{self.title} ended at its start with code {child.returncode}: {self.tail.reason()}"
                )
            if ready():
                return
            time.sleep(_POLL_S)
        raise PlatformError(f"{self.title} did not answer within {deadline_s:.0f} s: {self.tail.reason()}")


def end_stale(pid_file: Path) -> bool:
    """End the process that an earlier start left behind. True when there was one.

    Raises `PlatformError` when the program that started it still runs: then it is in use.
    """
    record = PidFile.read(pid_file)
    process = record.process() if record else None
    if record is None or process is None:
        pid_file.unlink(missing_ok=True)
        return False
    if record.has_owner() and record.owner != os.getpid():
        raise PlatformError(
            f"{record.name} already runs for {pid_file.parent.parent} (process {record.pid}): "
            "use it, run `commonline down`, or choose another --home"
        )
    end(process, STOP_S)
    pid_file.unlink(missing_ok=True)
    return True
