"""Incremental decompression of request bodies, with caps that hold before the bytes exist.

gzip, deflate (zlib or raw, as RFC 9110 §8.4.1.2 notes that senders differ) and, where a Brotli package with
bounded output is installed, br. One encoding only: nested ones serve bombs and nobody else.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

from commonline.errors import TooLargeError
from commonline.kit.ingress.refusal import refuse

STEP = 256 * 1024
RATIO_FROM = 64 * 1024
"""Below this size a high ratio harms nobody (a kilobyte of blanks)."""


class Decompressor(Protocol):
    """Gives at most `room` bytes a call.

    `more` while it holds back output, `done` at the end of the stream.
    """

    done: bool
    more: bool

    def feed(self, data: bytes, room: int) -> bytes: ...


class Inflate:
    """Decompresses a body up to `cap` bytes and `ratio` times its size on the wire."""

    def __init__(self, decompressor: Decompressor, cap: int, ratio: int) -> None:
        self._decompressor = decompressor
        self._cap, self._ratio = cap, ratio
        self._read = self._written = 0

    def feed(self, data: bytes, take: Callable[[bytes], None]) -> None:
        """Hand the output for `data` to `take`, in steps.

        Raises `TooLargeError` when a cap is passed, `RefusedError` (400) when the data are damaged.
        """
        self._read += len(data)
        if self._decompressor.done:
            raise damaged()
        while True:
            chunk = self._inflate(data, min(STEP, self._cap - self._written + 1))
            self._written += len(chunk)
            if self._written > self._cap:
                raise TooLargeError("body", self._cap)
            if self._written > max(RATIO_FROM, self._read * self._ratio):
                raise refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "ratio", close=True)
            if chunk:
                take(chunk)
            if not self._decompressor.more:
                return
            data = b""

    def finish(self) -> None:
        """Raises `RefusedError` (400) if the stream was cut."""
        if not self._decompressor.done:
            raise damaged()

    def _inflate(self, data: bytes, room: int) -> bytes:
        try:
            return self._decompressor.feed(data, room)
        except ValueError:
            raise damaged() from None


class Zlib:
    """gzip (several members, as RFC 1952 §2.2 allows) and deflate in both forms."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._stream: Any = zlib.decompressobj(zlib.MAX_WBITS | 16) if gzip else None
        self._waiting = b""
        self.done = self.more = False

    def feed(self, data: bytes, room: int) -> bytes:
        """At most `room` bytes of output. Raises ValueError for damaged data."""
        data = self._waiting + data
        self._waiting = b""
        if self._stream is None:
            if len(data) < 2:
                self._waiting = data
                return b""
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_head(data) else -zlib.MAX_WBITS)
        try:
            output: bytes = self._stream.decompress(data, room)
        except zlib.error as error:
            raise ValueError(str(error)) from None
        self._waiting = self._stream.unconsumed_tail
        self.done = self._stream.eof
        self.more = bool(self._waiting) or len(output) == room
        if self.done:
            self._next_member()
        return output

    def _next_member(self) -> None:
        rest = self._stream.unused_data
        self.more = False
        if rest and not self._gzip:
            raise ValueError("data behind the end")
        if rest:
            self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            self._waiting = rest
            self.done, self.more = False, True


class Brotli:
    """br, by a package that bounds its output (Brotli 1.2 and later)."""

    def __init__(self, module: Any) -> None:
        self._stream = module.Decompressor()
        self._error: type[Exception] = module.error
        self.done = self.more = False

    def feed(self, data: bytes, room: int) -> bytes:
        """At most about `room` bytes of output. Raises ValueError for damaged data."""
        try:
            output: bytes = self._stream.process(data, output_buffer_limit=room)
        except self._error as error:
            raise ValueError(str(error)) from None
        self.done = self._stream.is_finished()
        self.more = not self.done and not self._stream.can_accept_more_data()
        return output


def inflate(encoding: str, cap: int, ratio: int) -> Inflate | None:
    """For a Content-Encoding; None for none. Raises `RefusedError` (415) for what is not accepted."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip"):
        return Inflate(Zlib(gzip=True), cap, ratio)
    if name == "deflate":
        return Inflate(Zlib(gzip=False), cap, ratio)
    if name == "br" and (module := _brotli()) is not None:
        return Inflate(Brotli(module), cap, ratio)
    known = "gzip, deflate" + (", br" if _brotli() is not None else "")
    raise refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content-encoding", close=True, accept_encoding=known)


def damaged() -> Exception:
    """The refusal of a body that cannot be decompressed."""
    return refuse(HTTPStatus.BAD_REQUEST, "damaged-encoding", close=True)


def _has_zlib_head(data: bytes) -> bool:
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0


def _brotli() -> Any | None:
    try:
        module = importlib.import_module("brotli")
    except ImportError:
        return None
    return module if hasattr(module.Decompressor, "can_accept_more_data") else None
