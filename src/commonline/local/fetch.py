"""Bring the files of a lock onto this machine: checked, resumable, several at a time.

A file gets its name only after its size and SHA-256 are right; until then it is ``<name>.part`` and the next
try goes on where it ended. What lies there broken is fetched again.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import certifi
import httpx
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from commonline.errors import PlatformError
from commonline.local.artifacts import Artifact, Lock
from commonline.local.maven import base_address

CONNECTIONS = 4
ATTEMPTS = 4
PAUSE_S = 0.5


def fetch(locks: Sequence[Lock], cache: Path, *, base: str | None = None) -> dict[str, list[Path]]:
    """Paths of all files, by product, below `cache`/maven; what is missing or broken is downloaded.

    `base` is the repository's address (default: `base_address()`, asked only when something is missing).
    Several processes may share a cache: one downloads, the others wait.
    Raises `PlatformError` for no network, a full disk, or a repository that serves other bytes than the lock.
    """
    root = cache / "maven"
    with exclusive(cache, "fetch"):
        missing = [a for lock in locks for a in lock.artifacts if not is_whole(root / a.path, a)]
        if missing:
            title = " and ".join(
                f"{lock.product} {lock.version}" for lock in locks if set(lock.artifacts) & set(missing)
            )
            _download(missing, root, base or base_address(), title)
    return {lock.product: [root / artifact.path for artifact in lock.artifacts] for lock in locks}


def is_whole(path: Path, artifact: Artifact) -> bool:
    """Whether `path` holds exactly what the lock says."""
    try:
        if path.stat().st_size != artifact.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == artifact.sha256
    except FileNotFoundError:
        return False


@contextmanager
def exclusive(cache: Path, what: str) -> Iterator[None]:
    """Do `what` in `cache` while no other process does."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = (cache / f".{what}.lock").open("w")
    except OSError as error:
        raise PlatformError(f"cannot write to {cache}: {error.strerror or error}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(artifacts: list[Artifact], root: Path, base: str, title: str) -> None:
    """Fetch `artifacts`, the largest first, behind one progress bar over all their bytes."""
    stop = threading.Event()
    with (
        _progress() as progress,
        httpx.Client(follow_redirects=True, timeout=30, verify=_trust()) as client,
        ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="fetch") as pool,
    ):
        task = progress.add_task(f"fetching {title}", total=sum(artifact.size for artifact in artifacts))
        one = _Fetch(client, base, root, stop, lambda size: progress.advance(task, size))
        try:
            futures = [pool.submit(one, a) for a in sorted(artifacts, key=lambda a: -a.size)]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        finally:
            stop.set()


def _trust() -> ssl.SSLContext:
    """The machine's own authorities (a company's proxy may have one) and those of certifi, where it has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


class _Fetch:
    """Fetches one artifact: resume, check, rename; tries again when the connection breaks."""

    def __init__(
        self,
        client: httpx.Client,
        base: str,
        root: Path,
        stop: threading.Event,
        advance: Callable[[int], None],
    ) -> None:
        self.client, self.base, self.root, self.stop, self.advance = client, base, root, stop, advance

    def __call__(self, artifact: Artifact) -> None:
        target = self.root / artifact.path
        part = target.with_name(f"{target.name}.part")
        counted = 0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                counted = self._receive(artifact, part, counted)
                if self.stop.is_set():
                    return
                if is_whole(part, artifact):
                    part.replace(target)
                    return
                part.unlink(missing_ok=True)
                problem = f"{self.base}/{artifact.path} does not have the SHA-256 that the lock file names"
            except httpx.HTTPStatusError as error:
                status = error.response.status_code
                problem = f"{error.request.url} answered {status}"
                if status < 500 and status != 429:
                    break
            except httpx.HTTPError as error:
                problem = f"no answer from {self.base} ({type(error).__name__}: {error})"
            except OSError as error:
                raise _disk_error(error, target) from error
            if attempt < ATTEMPTS and self.stop.wait(PAUSE_S * 2**attempt):
                return
        raise PlatformError(f"cannot download {artifact.name}: {problem}. Check the network, or set COMMONLINE_MAVEN.")

    def _receive(self, artifact: Artifact, part: Path, counted: int) -> int:
        """Append to `part` until it is as long as it should be; returns the bytes shown on the bar so far."""
        have = part.stat().st_size if part.exists() else 0
        if have > artifact.size:
            part.unlink()
            have = 0
        if have == artifact.size:
            return self._show(have, counted)
        headers = {"Range": f"bytes={have}-"} if have else {}
        with self.client.stream("GET", f"{self.base}/{artifact.path}", headers=headers) as response:
            response.raise_for_status()
            have = have if response.status_code == httpx.codes.PARTIAL_CONTENT else 0
            with part.open("ab" if have else "wb") as file:
                counted = self._show(have, counted)
                for chunk in response.iter_raw():
                    file.write(chunk)
                    counted = self._show(counted + len(chunk), counted)
                    if self.stop.is_set() or counted > artifact.size:
                        break
        return counted

    def _show(self, now: int, counted: int) -> int:
        self.advance(now - counted)
        return now


def _disk_error(error: OSError, target: Path) -> PlatformError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PlatformError(f"no space left for {target}: free some, or set COMMONLINE_CACHE to another disk")
    return PlatformError(f"cannot write {target}: {error.strerror or error}")
