"""A worker's disk: it outlives the process. Key-value stores with atomic batches, and small files.

What was written survives a killed process; a power cut takes the newest batches of a store, in order, as an unsynced
write-ahead log does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from tests.model.choices import Choices
from tests.model.context import here
from tests.model.machine import KilledError, Process

Change = tuple[bytes, bytes | None]


class Store:
    """A store's files: batches in the order of writing."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}
        self._batches: list[list[Change]] = []
        self._unlogged: list[int] = []
        """Numbers of batches that are in memory only."""
        self.holder: Process | None = None
        """Who has it open: RocksDB lets nobody else in."""

    def write(self, batch: list[Change], *, logged: bool) -> None:
        if not logged:
            self._unlogged.append(len(self._batches))
        self._batches.append(batch)
        self._apply(batch)

    def _apply(self, batch: list[Change]) -> None:
        for key, value in batch:
            if value is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = value

    def flush(self) -> None:
        """All is in files now."""
        self._unlogged.clear()

    def killed(self, choices: Choices) -> None:
        """What was in no log is lost, but for what the store wrote into files on its own: the oldest of it."""
        if self._unlogged:
            kept = len(self._unlogged) - choices.draw(len(self._unlogged) + 1)
            gone = set(self._unlogged[kept:])
            self._keep([batch for number, batch in enumerate(self._batches) if number not in gone])

    def power_cut(self, choices: Choices) -> None:
        """The newest batches were never on the disk."""
        lost = choices.draw(min(len(self._batches), 4) + 1)
        self._keep(self._batches[: len(self._batches) - lost])

    def _keep(self, batches: list[list[Change]]) -> None:
        self._batches, self.rows = batches, {}
        self._unlogged.clear()
        for batch in batches:
            self._apply(batch)


class Disk:
    """Stores and files by path."""

    def __init__(self) -> None:
        self.stores: dict[str, Store] = {}
        self.files: dict[str, Mapped] = {}


def _disk() -> Disk:
    disk = here().process.disk
    assert isinstance(disk, Disk)
    return disk


class Rdict:
    """What `rocksdict.Rdict` is asked for."""

    def __init__(self, path: str, **_options: Any) -> None:
        if not here().process.alive:
            raise KilledError
        self._store = _disk().stores.setdefault(path, Store())
        if self._store.holder is not None and self._store.holder.alive:
            raise OSError("While lock file: it is held")
        self._store.holder = here().process

    def get(self, key: bytes) -> bytes | None:
        return self._store.rows.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self._write("store put", [(key, value)], logged=True)

    def write(self, batch: WriteBatch, options: WriteOptions | None = None) -> None:
        self._write("store written", batch.changes, logged=options is None or not options.disable_wal)

    def _write(self, name: str, changes: list[Change], *, logged: bool) -> None:
        context = here()
        context.point(f"{name}: before", local=True)
        self._store.write(changes, logged=logged)
        context.point(f"{name}: after", local=True)

    def items(self, from_key: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        return iter(sorted((key, value) for key, value in self._store.rows.items() if key >= from_key))

    def iter(self) -> Rows:
        return Rows(self)

    def property_int_value(self, _name: str) -> int:
        return len(self._store.rows)

    def flush(self) -> None:
        here().point("store flushed: before", local=True)
        self._store.flush()
        here().point("store flushed: after", local=True)

    def close(self) -> None:
        """RocksDB flushes what is in no log when it is closed."""
        if here().process.alive:
            self._store.flush()
            self._store.holder = None


class Rows:
    """What `Rdict.iter()` gives."""

    def __init__(self, store: Rdict) -> None:
        self._store = store
        self._left: list[tuple[bytes, bytes]] = []

    def seek(self, key: bytes) -> None:
        self._left = list(self._store.items(key))

    def valid(self) -> bool:
        return bool(self._left)

    def key(self) -> bytes:
        return self._left[0][0]

    def value(self) -> bytes:
        return self._left[0][1]

    def next(self) -> None:
        del self._left[0]

    def status(self) -> None:
        """No block is broken here."""


class WriteOptions:
    """What `rocksdict.WriteOptions` is asked for."""

    def __init__(self) -> None:
        self.disable_wal = False


class WriteBatch:
    """What `rocksdict.WriteBatch` is asked for."""

    def __init__(self, raw_mode: bool = False) -> None:
        self.changes: list[Change] = []

    def put(self, key: bytes, value: bytes) -> None:
        self.changes.append((key, value))

    def delete(self, key: bytes) -> None:
        self.changes.append((key, None))


class Mapped(bytearray):
    """A file's bytes, mapped: what is written into them stays, whatever kills the process."""

    def close(self) -> None:
        """The bytes are the file's."""


class File:
    """An open file."""

    def __init__(self, content: Mapped) -> None:
        self._content = content

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def seek(self, _offset: int, _whence: int = 0) -> int:
        """Only ever to the end."""
        return len(self._content)

    def truncate(self, size: int) -> None:
        here().point("small file cut to size", local=True)
        del self._content[size:]
        self._content.extend(bytes(size - len(self._content)))

    def fileno(self) -> Mapped:
        """The file stands for its number."""
        return self._content


def mapped(content: Mapped, _size: int) -> Mapped:
    """`mmap.mmap`."""
    here().point("small file mapped", local=True)
    return content


class Files:
    """A path on the disk of whoever asks; takes the place of `pathlib.Path` in the stage's settings."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __str__(self) -> str:
        return self._path

    def __truediv__(self, name: str) -> Files:
        return Files(f"{self._path}/{name}")

    @property
    def parent(self) -> Files:
        return Files(self._path.rpartition("/")[0])

    def mkdir(self, **_options: Any) -> None:
        """Folders need no making."""

    def read_bytes(self) -> bytes:
        try:
            return bytes(_disk().files[self._path])
        except KeyError:
            raise FileNotFoundError(self._path) from None

    def read_text(self, encoding: str = "utf-8") -> str:
        return self.read_bytes().decode(encoding)

    def write_text(self, text: str, encoding: str = "utf-8") -> None:
        context, files = here(), _disk().files
        context.point("small file written: before", local=True)
        files[self._path] = Mapped()
        context.point("small file written: half", local=True)
        files[self._path] = Mapped(text.encode(encoding))

    def open(self, _mode: str) -> File:
        """To write behind what is there."""
        here().point("small file opened", local=True)
        return File(_disk().files.setdefault(self._path, Mapped()))

    def unlink(self, missing_ok: bool = False) -> None:
        here().point("small file removed", local=True)
        _disk().files.pop(self._path, None)


def rmtree(path: Files, ignore_errors: bool = False) -> None:
    """`shutil.rmtree` of a store."""
    here().point("store removed: before", local=True)
    _disk().stores.pop(str(path), None)
    here().point("store removed: after", local=True)
