"""The local store of one partition's state: RocksDB. It never holds a row that Kafka has not committed (protocol F1).

Beside the rows it holds meta rows: how far the input was processed when the rows were written, how far the changelog is
applied, and which topic that is. Rows and positions are written in one atomic batch. What RocksDB's checksums find
broken is an error wherever it is met, never a row that is missing. Settings and their reasons: `commonline.bus.rocks`.
"""

from __future__ import annotations

import shutil
import struct
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from rocksdict import AccessType, DbClosedError, Rdict, WriteBatch

from commonline.bus.rocks import Purpose, store_options, write_options
from commonline.errors import BrokenStoreError, StoreInUseError

POSITION_KEY = b"\x00position"
BEGINNING_KEY = b"\x00beginning"
"""In a changelog that was written anew: here it begins, and holds all."""
_CHANGELOG_KEY = b"\x00changelog"
_ORIGIN_KEY = b"\x00origin"
_FORM = struct.Struct(">q")
REBUILD = "commonline state rebuild"
LOCK_WAIT_S = 10.0
"""A process that was killed gives its lock back at once, its child that restores within a second."""
_LOCK_TURN_S = 0.1
_META = b"\x01"
"""Keys of rows begin behind this; keys of meta rows before it."""


def encode_position(offset: int) -> bytes:
    """Value of the position row: the next input offset, eight bytes."""
    return _FORM.pack(offset)


def decode_position(value: bytes) -> int:
    """The next input offset."""
    return int(_FORM.unpack(value)[0])


class LocalStore:
    """Rows by key in a directory.

    `mend` is the command that rebuilds it, for messages. All methods raise `BrokenStoreError` where the files cannot be
    opened, read or written; opening raises `StoreInUseError` when another process has had it for `lock_wait_s`.
    """

    def __init__(
        self,
        path: Path,
        *,
        mend: str = REBUILD,
        purpose: Purpose = "serve",
        lock_wait_s: float = LOCK_WAIT_S,
    ) -> None:
        self.path = path
        self.mend = mend
        self._purpose: Purpose = purpose
        self._lock_wait_s = lock_wait_s
        self._write_options = write_options(purpose)
        self._db: Any = None
        self.open()

    def open(self) -> None:
        """Open again what was closed."""
        if self._purpose == "look" and not self.path.is_dir():
            raise self._broken("opened", FileNotFoundError("there is none"))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + self._lock_wait_s
        while True:
            try:
                self._db = self._open()
                return
            except Exception as error:
                if not _is_lock(error):
                    raise self._broken("opened", error) from error
                if time.monotonic() > deadline:
                    raise StoreInUseError(
                        f"state in {self.path} is in use by another process: stop that one first "
                        "(no two workers share a COMMONLINE_INSTANCE)"
                    ) from error
            time.sleep(_LOCK_TURN_S)

    def _open(self) -> Any:
        options = store_options(self._purpose)
        families = {"default": options}  # unnamed, the options of the last opening would stay in force
        access = AccessType.read_only() if self._purpose == "look" else AccessType.read_write()
        return Rdict(str(self.path), options=options, column_families=families, access_type=access)

    def _broken(self, done: str, error: Exception) -> BrokenStoreError:
        return BrokenStoreError(f"state in {self.path} cannot be {done}: {error}; mend it: {self.mend}")

    def get(self, key: bytes) -> bytes | None:
        """A committed row."""
        try:
            value: bytes | None = self._db.get(key)
        except Exception as error:
            raise self._broken("read", error) from error
        return value

    def scan(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Committed rows of a prefix behind `after`, in key order."""
        for key, value in self._from(max(prefix, after)):
            if not key.startswith(prefix):
                return
            if key > after:
                yield key, value

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        """All rows but the meta rows, in key order."""
        return self._from(_META)

    def _from(self, start: bytes) -> Iterator[tuple[bytes, bytes]]:
        """RocksDB's iterator ends at a broken block as at the end of the rows: only its status tells them apart."""
        try:
            found = self._db.iter()
            found.seek(start)
            while found.valid():
                yield found.key(), found.value()
                found.next()
            found.status()
        except Exception as error:
            raise self._broken("read", error) from error

    @property
    def origin(self) -> str | None:
        """Id of the changelog topic that the rows came from; None for an empty store."""
        value = self.get(_ORIGIN_KEY)
        return None if value is None else value.decode()

    def begin(self, origin: str) -> None:
        """Empty the store; what comes now is of the topic with this id."""
        self.destroy()
        self.open()
        self._db.put(_ORIGIN_KEY, origin.encode())

    @property
    def position(self) -> int | None:
        """Next input offset, as of the rows; None for an empty store."""
        value = self.get(POSITION_KEY)
        return None if value is None else decode_position(value)

    @property
    def changelog(self) -> int:
        """Changelog offset up to which the rows are applied."""
        value = self.get(_CHANGELOG_KEY)
        return 0 if value is None else decode_position(value)

    @property
    def estimate(self) -> int:
        """About how many rows there are; rows that were written anew may count twice until RocksDB compacts."""
        return int(self._db.property_int_value("rocksdb.estimate-num-keys") or 0)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(path.stat().st_size for path in self.path.iterdir() if path.is_file())

    def apply(self, rows: Mapping[bytes, bytes | None] | Iterable[tuple[bytes, bytes | None]], changelog: int) -> int:
        """Write rows (None deletes) and the changelog position in one batch; returns how many."""
        batch = WriteBatch(raw_mode=True)
        count = 0
        for key, value in rows.items() if isinstance(rows, Mapping) else rows:
            count += 1
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(_CHANGELOG_KEY, encode_position(changelog))
        try:
            self._db.write(batch, self._write_options)
        except Exception as error:
            raise self._broken("written", error) from error
        return count

    def flush(self) -> None:
        """Bring all rows into files: needed where they were written without a log."""
        try:
            self._db.flush()
        except Exception as error:
            raise self._broken("written", error) from error

    def close(self) -> None:
        """Release the files. Safe to call twice."""
        with suppress(DbClosedError):
            self._db.close()

    def destroy(self) -> None:
        """Close and delete: the changelog has it all."""
        self.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _is_lock(error: Exception) -> bool:
    text = str(error)
    return "lock hold by current process" in text or "While lock file" in text
