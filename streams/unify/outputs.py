"""What a decision says: records to write, before they have a topic, a frame and headers.

`packed`, `fed` and `add_id` have a compiled form, which `commonline.streams.unify.chosen` takes where there is one;
what stands here is complete, and the definition.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from commonline.schemas.wire import LONGS, SMALL, encode_long

Where = Literal["conversations", "links", "persons", "feed", "continue", "dead"]
Part: TypeAlias = bytes | str | int
_MODULUS = 1 << 128


class Output(msgspec.Struct, gc=False):
    """A record to write. `value` is Avro without the frame; `event` names the kind for CloudEvents and metrics."""

    where: Where
    key: bytes
    value: bytes
    record: str
    event: str
    id: str
    source: str
    at: int
    workspace: str
    department: str = ""


def packed(*parts: Part) -> bytes:
    """Avro put together: bytes as they are, text as a string, a number as a long (so a UUID, which is a string of 36
    bytes, and a time)."""
    made = []
    for part in parts:
        if isinstance(part, bytes):
            made.append(part)
        elif isinstance(part, str):
            data = part.encode()
            made.append(encode_long(len(data)))
            made.append(data)
        elif isinstance(part, int):
            made.append(LONGS[part] if 0 <= part < SMALL else encode_long(part))
        else:
            raise TypeError(f"a part is bytes, text or a number, not {type(part).__name__}")
    return b"".join(made)


def fed(
    numbers: dict[str, int],
    event: str,
    key: bytes,
    source: str,
    at: int,
    workspace: str,
    department: str,
    head: bytes,
    *parts: Part,
) -> Output:
    """The next record of a department's feed, which `numbers` counts: `head`, the number, then `parts`."""
    numbers[department] = number = numbers.get(department, 0) + 1
    value = packed(head, number, *parts)
    name = f"{department}/{number}"
    return Output("feed", key, value, "FeedActivity", event, name, source, at, workspace, department)


def add_id(total: bytearray, identifier: str) -> None:
    """Add an id, read as a number, to a sum of 128 bits in 16 bytes."""
    number = int.from_bytes(total) + int(identifier.replace("-", ""), 16)
    total[:] = (number % _MODULUS).to_bytes(16)
