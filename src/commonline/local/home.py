"""One directory holds all state of an installation on this machine."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from commonline.errors import PlatformError
from commonline.local.process import PidFile

DEFAULT = ".commonline"
_KEPT_AT_RESET = frozenset({"cache", "trash", "run", ".gitignore"})


@dataclass(frozen=True, slots=True)
class Home:
    """``<path>/{kafka,registry,state,blobs,logs,run,trash}``, and `cache` for downloads. Both absolute."""

    path: Path
    cache: Path

    @classmethod
    def find(cls, given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Home:
        """The home: given, else ``COMMONLINE_HOME``, else ``.commonline`` here.

        The cache: ``COMMONLINE_CACHE``, else ``cache`` in the home.
        """
        path = (given or Path(environ.get("COMMONLINE_HOME") or DEFAULT)).expanduser().absolute()
        cache = environ.get("COMMONLINE_CACHE")
        return cls(path, Path(cache).expanduser().absolute() if cache else path / "cache")

    @property
    def run(self) -> Path:
        """Pid files, and what the running platform wrote about itself."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.path / "logs"

    @property
    def owner(self) -> Path:
        """Pid file of the process that holds this home."""
        return self.run / "owner.json"

    @property
    def description(self) -> Path:
        """What runs here, as its owner tells other commands."""
        return self.run / "platform.json"

    @property
    def trash(self) -> Path:
        """What the last reset took away."""
        return self.path / "trash"

    def create(self) -> None:
        """Make the directory; git ignores it. Raises `PlatformError`."""
        try:
            self.run.mkdir(parents=True, exist_ok=True)
            ignore = self.path / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", "utf-8")
        except OSError as error:
            raise PlatformError(
                f"cannot write to {self.path}: {error.strerror or error}; choose another --home"
            ) from error

    @contextmanager
    def claim(self) -> Iterator[None]:
        """Hold this home alone: the kernel gives it back when the process ends, however it ends.

        Raises `PlatformError` when another process holds it.
        """
        self.create()
        with (self.run / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PlatformError(
                    f"{self.path} is in use by a running commonline: stop it with `commonline down`, "
                    "or choose another --home"
                ) from error
            PidFile.write(self.owner, os.getpid())
            try:
                yield
            finally:
                self.description.unlink(missing_ok=True)
                self.owner.unlink(missing_ok=True)

    def describe(self, facts: Mapping[str, object]) -> None:
        """Tell other commands what runs here."""
        part = self.run / "platform.json.part"
        part.write_text(json.dumps(facts), "utf-8")
        part.replace(self.description)

    def described(self) -> dict[str, object]:
        """What the living owner told with `describe`; empty when nothing runs."""
        owner = PidFile.read(self.owner)
        if owner is None or owner.process() is None:
            return {}
        try:
            facts = json.loads(self.description.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def data(self) -> list[Path]:
        """What `reset` takes away: everything but downloads, pid files and the trash."""
        if not self.path.is_dir():
            return []
        return sorted(
            entry for entry in self.path.iterdir() if entry.name not in _KEPT_AT_RESET and entry != self.cache
        )

    def discard(self) -> Path:
        """Move all data to ``trash/<time>``, where only the latest is kept; return that folder."""
        if self.trash.exists():
            shutil.rmtree(self.trash)
        target = self.trash / time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        data = self.data()
        target.mkdir(parents=True)
        for entry in data:
            entry.rename(target / entry.name)
        return target

    def restore(self) -> Path:
        """Undo `discard`. Raises `PlatformError` when there is nothing, or when new data is in the way."""
        kept = sorted(self.trash.iterdir()) if self.trash.is_dir() else []
        if not kept:
            raise PlatformError(f"{self.trash} is empty: there is no reset to undo")
        if self.data():
            names = ", ".join(entry.name for entry in self.data())
            raise PlatformError(f"{self.path} has new data ({names}): it would be lost, so move it away first")
        for entry in kept[-1].iterdir():
            entry.rename(self.path / entry.name)
        shutil.rmtree(self.trash)
        return kept[-1]


def folder_size(path: Path) -> int:
    """Bytes that the files below `path` take on disk (sparse index files count for what they hold)."""
    files = [path] if path.is_file() else [entry for entry in path.rglob("*") if entry.is_file()]
    return sum(file.stat().st_blocks * 512 for file in files)
