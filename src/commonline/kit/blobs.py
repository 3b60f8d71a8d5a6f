"""Bodies too large for a topic (protocol F17): files below ``--home/blobs``.

A blob's name is a keyed hash of its content: it tells nothing without the key, and the same body has one
file. A blob is on disk, flushed, before the delivery that names it is produced. Blobs live as long as
deliveries do.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
from pathlib import Path

from commonline.errors import PlatformError, StateError
from commonline.ids import keyed_hash

SCHEME = "blob:"
NAME_BYTES = 20
_NAME = re.compile(rf"[0-9a-f]{{{2 * NAME_BYTES}}}\Z")
_PART = ".part"


class BlobStore:
    """Files below `root`, made on first use. Safe to use from several threads and processes.

    `key` names the blobs (the installation's key); who only reads needs none. Methods block on the disk: call
    them from a thread. All raise `PlatformError` when the disk does not do what it should.
    """

    def __init__(self, root: Path, key: bytes = b"") -> None:
        self.root = root
        self._key = key
        self._lock = threading.Lock()

    def put(self, body: bytes) -> str:
        """Keep a body; returns its URI (``blob:…``). When this returns, the file and its name are on disk."""
        digest = hashlib.sha256(body).hexdigest()
        try:
            name = keyed_hash(self._key, digest, size=NAME_BYTES).hex()
            path = self._path(name)
            self._make(path.parent)
            part = path.with_name(f"{name}.{secrets.token_hex(6)}{_PART}")
            _write(part, body)
            with self._lock:
                part.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            raise PlatformError(f"a body of {len(body)} bytes cannot be kept in {self.root}: {error}") from error
        return SCHEME + name

    def get(self, uri: str) -> bytes:
        """The body of a URI.

        Raises `StateError` if there is none: it was kept before its delivery was sent.
        """
        name = uri.removeprefix(SCHEME)
        if not uri.startswith(SCHEME) or not _NAME.match(name):
            raise StateError(f"{uri!r} is no blob of this store")
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise StateError(
                f"{uri} is not below {self.root}: give the --home that connect uses, or put the file back"
            ) from None
        except OSError as error:
            raise PlatformError(f"{uri} cannot be read from {self.root}: {error}") from error

    def expire(self, before_s: float) -> int:
        """Remove blobs (and left-overs of crashes) last written before `before_s`, seconds since 1970."""
        removed = 0
        for path in self.root.glob("??/*"):
            with self._lock:
                try:
                    if path.stat().st_mtime < before_s:
                        path.unlink()
                        removed += 1
                except FileNotFoundError:
                    continue
        return removed

    def _path(self, name: str) -> Path:
        return self.root / name[:2] / name

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _flush_folder(folder.parent)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
