"""Server-sent events as text: the other form of the stream. https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

from commonline.errors import DisconnectedError, MalformedPayloadError


def parse(block: bytes) -> tuple[str, bytes]:
    """Event and data of one block. Raises `MalformedPayloadError` if it names no event."""
    event, data = named(block)
    if not event:
        raise MalformedPayloadError("a block without an event", "event")
    return event, data


def named(block: bytes) -> tuple[str, bytes]:
    """Event ("" if it names none) and data. Comments (``:thump``) and other fields say nothing."""
    event = ""
    data: list[bytes] = []
    for line in block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            event = value.decode("utf-8", "replace")
        elif name == b"data":
            data.append(value)
    return event, b"\n".join(data)


class Blocks:
    """Cuts a stream into blocks, byte for byte as they came. Heartbeats (blocks of comments alone) are left out."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The blocks that are complete now. Raises `DisconnectedError` for one that is longer than `limit` bytes."""
        found: list[bytes] = []
        lines = (self._rest + data).split(b"\n")
        begin: list[bytes] = []
        for line in lines[:-1]:
            begin.append(line)
            if not line.strip(b"\r"):
                if any(one and not one.startswith(b":") for one in begin[:-1]):
                    found.append(b"\n".join([*begin, b""]))
                begin = []
        self._rest = b"\n".join([*begin, lines[-1]])
        if len(self._rest) > self._limit:
            raise DisconnectedError(f"an event of the stream is longer than {self._limit} bytes")
        return found
