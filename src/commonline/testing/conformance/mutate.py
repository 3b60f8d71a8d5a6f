"""Takes a fixture's body and breaks it in one place at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import msgspec

WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**63,
    1.5,
    "",
    "a b/%ü\x00?#\u202e<i>&amp;",
    [],
    {},
    [[None]],
    {"id": {"id": []}},
)
"""Values of all JSON types, none of them what any place expects."""
UNKNOWN = "zz-unknown"
MOST = 6000
"""Mutations of one fixture; of larger ones an even selection is taken."""


def decoded(body: bytes) -> Any:
    """The body as JSON, None if it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def mutations(body: bytes, most: int = MOST) -> Iterator[tuple[str, bytes]]:
    """Name and body of about `most` mutations: of JSON every place in turn, of anything else lines and bytes."""
    value = decoded(body)
    if isinstance(value, (dict, list)) and value:
        yield from _json(value, most)
    else:
        yield from _bytes(body, max(most // 4, 1))


def unknown_words(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Every word of a JSON body replaced by an unknown one, every truth value by null."""
    value = decoded(body)
    if not isinstance(value, (dict, list)):
        return
    holder = [value]
    for path, container, key in _places(holder):
        old = container[key]
        if isinstance(old, (str, bool)):
            container[key] = None if isinstance(old, bool) else UNKNOWN
            yield path, msgspec.json.encode(holder[0])
            container[key] = old


def _json(value: Any, most: int) -> Iterator[tuple[str, bytes]]:
    holder = [value]
    places = list(_places(holder))
    step = max(1, -(-len(places) * (len(WRONG) + 1) // most))
    count = 0
    for path, container, key in places:
        old = container[key]
        for wrong in WRONG:
            count += 1
            if count % step == 0:
                container[key] = wrong
                yield f"{path} = {msgspec.json.encode(wrong).decode()}", msgspec.json.encode(holder[0])
        container[key] = old
        if isinstance(container, dict):
            without = {name: inner for name, inner in container.items() if name != key}
            kept = dict(container)
            container.clear()
            container.update(without)
            yield f"{path} left out", msgspec.json.encode(holder[0])
            container.clear()
            container.update(kept)


def _places(holder: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Path, container and key of every value, the outermost (``$``) first; `holder` holds the value."""
    pending: list[tuple[str, Any, Any]] = [("$", holder, 0)]
    while pending:
        path, container, key = pending.pop()
        yield path, container, key
        value = container[key]
        if isinstance(value, dict):
            pending.extend((f"{path}.{name}", value, name) for name in reversed(value))
        elif isinstance(value, list):
            pending.extend((f"{path}[{index}]", value, index) for index in reversed(range(len(value))))


def _bytes(body: bytes, damages: int) -> Iterator[tuple[str, bytes]]:
    lines = body.split(b"\n")
    step = max(1, -(-len(lines) // damages))
    for index in range(0, len(lines), step):
        before, after = lines[:index], lines[index + 1 :]
        yield f"line {index + 1} left out", b"\n".join([*before, *after])
        yield f"line {index + 1} damaged", b"\n".join([*before, b"\xff\x00: " + lines[index][::-1], *after])
    chance = random.Random(0)  # noqa: S311 - the same damage at every run
    for _ in range(min(damages, len(body))):
        at = chance.randrange(len(body))
        yield f"byte {at} damaged", body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]
        yield f"cut at byte {at}", body[:at]
