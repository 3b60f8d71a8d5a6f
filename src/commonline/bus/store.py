"""The local store of one partition's state: RocksDB. It never holds a row that Kafka has not committed (protocol F1).

Beside the rows it holds meta rows: how far the input was processed when the rows were written, how far the changelog is
applied, and which topic that is. Rows and positions are written in one atomic batch.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from rocksdict import BlockBasedOptions, Cache, DbClosedError, Options, Rdict, WriteBatch, WriteOptions

from commonline.errors import StateError

POSITION_KEY = b"\x00position"
_CHANGELOG_KEY = b"\x00changelog"
_ORIGIN_KEY = b"\x00origin"
_FORM = struct.Struct(">q")
MEMTABLE_BYTES = 16 * 1024 * 1024
BLOCK_CACHE_BYTES = 64 * 1024 * 1024
BLOOM_BITS = 10


def encode_position(offset: int) -> bytes:
    """Value of the position row: the next input offset, eight bytes."""
    return _FORM.pack(offset)


def decode_position(value: bytes) -> int:
    """The next input offset."""
    return int(_FORM.unpack(value)[0])


class LocalStore:
    """Rows by key in a directory. Raises `StateError` if the files cannot be opened or read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db: Any = self._open()
        self._write_options = WriteOptions()

    def _open(self) -> Any:
        try:
            return Rdict(str(self.path), options=_options())
        except Exception as error:
            raise self._broken("opened", error) from error

    def _broken(self, done: str, error: Exception) -> StateError:
        return StateError(
            f"state in {self.path} cannot be {done}: {error}; move it away to rebuild it from the changelog"
        )

    def get(self, key: bytes) -> bytes | None:
        """A committed row."""
        try:
            value: bytes | None = self._db.get(key)
        except Exception as error:
            raise self._broken("read", error) from error
        return value

    def scan(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Committed rows of a prefix behind `after`, in key order."""
        for key, value in self._db.items(from_key=max(prefix, after)):
            if not key.startswith(prefix):
                return
            if key > after:
                yield key, value

    def rows(self) -> Iterator[tuple[bytes, bytes]]:
        """All rows but the meta rows."""
        for key, value in self._db.items():
            if not key.startswith(b"\x00"):
                yield key, value

    @property
    def origin(self) -> str | None:
        """Id of the changelog topic that the rows came from; None for an empty store."""
        value = self.get(_ORIGIN_KEY)
        return None if value is None else value.decode()

    def begin(self, origin: str) -> None:
        """Empty the store; what comes now is of the topic with this id."""
        self.destroy()
        self._db = self._open()
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

    def close(self) -> None:
        """Release the files. Safe to call twice."""
        with suppress(DbClosedError):
            self._db.close()

    def destroy(self) -> None:
        """Close and delete: the changelog has it all."""
        self.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _options() -> Options:
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_write_buffer_size(MEMTABLE_BYTES)
    table = BlockBasedOptions()
    table.set_bloom_filter(BLOOM_BITS, False)
    table.set_block_cache(Cache(BLOCK_CACHE_BYTES))
    options.set_block_based_table_factory(table)
    return options
