"""One service: a program that is kept running, with its log, its pid file and its history."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx

from commonline.errors import EXIT_RESTART
from commonline.local.home import Home
from commonline.local.logs import LogTail
from commonline.local.process import PidFile, spawn
from commonline.local.restarts import GiveUp, History
from commonline.local.server import end_stale

PROBE_EVERY_S = 0.5
TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A program to keep running. `environ` is added to ours; `ready_url` answers 200 when it can work."""

    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    ready_url: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell the user. `kind`: started, ready, ended, gave-up, stopped or killed."""

    service: str
    kind: str
    text: str
    log: tuple[str, ...] = ()


class Service:
    """The running side of a `ServiceSpec`. Times are seconds of one monotonic clock, given by the caller."""

    def __init__(self, spec: ServiceSpec, home: Home) -> None:
        self.spec = spec
        self.log = home.logs / f"{spec.name}.log"
        self.pid_file = home.run / f"{spec.name}.json"
        self.given_up = False
        self.child: subprocess.Popen[bytes] | None = None
        self._tail = LogTail(self.log)
        self._history = History()
        self._started = self._start_at = self._probed = 0.0
        self._ready = False

    def turn(self, now: float) -> Iterator[Event]:
        """Do what is due at `now`: start, notice the end, ask whether it is ready."""
        if self.given_up:
            return
        if self.child is None:
            if now >= self._start_at:
                yield self._start(now)
        elif self.child.poll() is not None:
            yield self._ended(self.child.returncode, now)
        elif not self._ready and self.spec.ready_url and now >= self._probed + PROBE_EVERY_S:
            self._probed, self._ready = now, _answers(self.spec.ready_url)
            if self._ready:
                yield self._event("ready", f"ready after {now - self._started:.1f} s")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self.child is not None:
            self.child.send_signal(number)

    def stopped(self, code: int, by_itself: bool) -> Event:
        """Note that it was ended on purpose."""
        self.child = None
        self.pid_file.unlink(missing_ok=True)
        if by_itself:
            return self._event("stopped", f"stopped (code {code})")
        return self._event("killed", "did not stop in time and was killed")

    def _start(self, now: float) -> Event:
        end_stale(self.pid_file)
        self._tail = LogTail(self.log)
        environ = os.environ | dict(self.spec.environ)
        # SIGKILL: when the supervisor is gone, so is the broker, and a clean end would wait for it.
        self.child = spawn(self.spec.argv, self.log, environ=environ, when_orphaned=signal.SIGKILL)
        PidFile.write(self.pid_file, self.child.pid)
        self._started, self._ready, self._probed = now, False, 0.0
        return self._event("started", f"started (process {self.child.pid})")

    def _ended(self, code: int, now: float) -> Event:
        self.child = None
        self.pid_file.unlink(missing_ok=True)
        verdict = self._history.ended(code, now - self._started)
        said = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        if isinstance(verdict, GiveUp):
            self.given_up = True
            text = f"{said} and is not started again: {verdict.why}. Its log: {self.log}"
            return self._event("gave-up", text, tuple(self._tail.lines(TAIL_LINES)))
        self._start_at = now + verdict.after_s
        when = f"in {verdict.after_s:g} s" if verdict.after_s else "at once"
        text = f"{said} after {now - self._started:.1f} s; starts again {when}"
        return self._event("ended", text, () if code == EXIT_RESTART else tuple(self._tail.lines(1)))

    def _event(self, kind: str, text: str, log: tuple[str, ...] = ()) -> Event:
        return Event(self.spec.name, kind, text, log)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=0.5, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
