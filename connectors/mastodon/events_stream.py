"""Server-sent events as text: the other form of the stream. https://html.spec.whatwg.org/multipage/server-sent-events.html"""

from __future__ import annotations

from commonline.errors import MalformedPayloadError


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


def says_something(block: bytes) -> bool:
    """Whether a block holds more than comments and blank lines: a heartbeat does not."""
    return any(line and not line.startswith(b":") for line in block.splitlines())
