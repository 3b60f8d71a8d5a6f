"""Child processes that never outlive their parent, and pid files that are not fooled by a reused pid."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from commonline.errors import PlatformError

_LEASH = Path(__file__).with_name("leash.py")
_START_TOLERANCE_S = 1.0
_WAIT_S = 0.1
_POLL_S = 0.05
_KILL_S = 5.0


@dataclass(frozen=True, slots=True)
class _Request:
    argv: list[str]
    log: Path
    environ: dict[str, str] | None
    answer: Future[subprocess.Popen[bytes]] = field(default_factory=Future)


class _Spawner:
    """One thread that lives as long as the process and forks all children (see `spawn`)."""

    def __init__(self) -> None:
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._requests: queue.SimpleQueue[_Request] | None = None

    def run(self, request: _Request) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._requests is None:
                self._requests = queue.SimpleQueue()
                threading.Thread(target=_serve, args=(self._requests,), name="commonline-spawner", daemon=True).start()
        self._requests.put(request)
        return request.answer.result()


def _serve(requests: queue.SimpleQueue[_Request]) -> None:
    while True:
        request = requests.get()
        try:
            with request.log.open("ab") as log:
                child = subprocess.Popen(
                    request.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=request.environ,
                    start_new_session=True,
                )
        except OSError as error:
            request.answer.set_exception(error)
        else:
            request.answer.set_result(child)


_SPAWNER = _Spawner()


def spawn(
    argv: Sequence[str],
    log: Path,
    *,
    environ: Mapping[str, str] | None = None,
    when_orphaned: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own (Ctrl-C in the terminal does not reach it), logging to `log`.

    On Linux the child gets `when_orphaned` when this process dies, however it dies. The kernel ties that to
    the *thread* that forked, so one thread that lives as long as the process forks them all.
    Raises `PlatformError` when it cannot be started.
    """
    leash = [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), str(int(when_orphaned))]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return _SPAWNER.run(_Request([*leash, *argv], log, None if environ is None else dict(environ)))
    except OSError as error:
        raise PlatformError(f"cannot start {argv[0]}: {error}") from error


def stop(
    child: subprocess.Popen[bytes],
    deadline_s: float,
    *,
    hurry: Callable[[], bool] = lambda: False,
) -> bool:
    """Ask `child` to end with SIGTERM; kill it after `deadline_s` seconds, or when `hurry` says so.

    True when it ended by itself.
    """
    if child.poll() is not None:
        return True
    child.terminate()
    deadline = time.monotonic() + deadline_s
    while time.monotonic() < deadline and not hurry():
        try:
            child.wait(_WAIT_S)
        except subprocess.TimeoutExpired:
            continue
        return True
    child.kill()
    child.wait()
    return False


@contextmanager
def undisturbed() -> Iterator[None]:
    """Do something short to its end, whatever the user types: Ctrl-C and SIGTERM do nothing here."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True, slots=True)
class PidFile:
    """Who runs: pid and start time (seconds since 1970) of a process and of the one that started it."""

    name: str
    pid: int
    started: float
    owner: int
    owner_started: float

    @classmethod
    def write(cls, path: Path, pid: int) -> PidFile:
        """Record process `pid`, a child of this process, at `path`."""
        me = psutil.Process()
        record = cls(path.stem, pid, psutil.Process(pid).create_time(), me.pid, me.create_time())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(record)), "utf-8")
        return record

    @classmethod
    def read(cls, path: Path) -> PidFile | None:
        """The record at `path`; None when there is none or it is damaged (a crash while it was written)."""
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def process(self) -> psutil.Process | None:
        """The process, if it still runs and is the one that was recorded."""
        return _same(self.pid, self.started)

    def has_owner(self) -> bool:
        """Whether the process that started it still runs."""
        return _same(self.owner, self.owner_started) is not None


def _same(pid: int, started: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - started) > _START_TOLERANCE_S or process.status() == psutil.STATUS_ZOMBIE:
            return None
    except psutil.NoSuchProcess:
        return None
    return process


def end(process: psutil.Process, deadline_s: float) -> None:
    """End a process that is not our child: SIGTERM, and SIGKILL after `deadline_s` seconds.

    One that has ended and only waits for its parent to take note counts as ended.
    """
    try:
        process.terminate()
        if not _ends_within(process, deadline_s):
            process.kill()
            _ends_within(process, _KILL_S)
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise PlatformError(f"process {process.pid} belongs to another user: end it there") from error


def _ends_within(process: psutil.Process, limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
