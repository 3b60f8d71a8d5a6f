"""A JSON body, pretty-printed, with the place that failed marked. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_STEP = re.compile(r"\[(\d+|\.\.\.)\]|([^.\[\]]+)")
Step = str | int
"""A key or an index; `ANY` where the decoder does not say which key."""
ANY = "[...]"


def steps(path: str | None) -> list[Step]:
    """``entry[0].changes[1].value`` as keys and indexes; the root is empty."""
    if not path or path == "$":
        return []
    found: list[Step] = []
    for match in _STEP.finditer(path.removeprefix("$")):
        index, key = match.groups()
        found.append(key if key is not None else ANY if index == "..." else int(index))
    return found


def marked(body: bytes, path: str | None) -> list[tuple[str, bool]] | None:
    """Lines with whether they are the place; None when the body is no JSON.

    Where the path leads to something that is missing, the container that should hold it is marked.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    wanted = _existing(value, steps(path))
    return list(_lines(value, wanted if path else None, "", "", ""))


def _existing(value: Any, wanted: list[Step]) -> list[Step]:
    """The part of the path that the value has. A key may itself hold dots."""
    found: list[Step] = []
    rest = list(wanted)
    while rest:
        taken = _step(value, rest)
        if taken is None:
            break
        step, value, used = taken
        found.append(step)
        rest = rest[used:]
    return found


def _step(value: Any, rest: list[Step]) -> tuple[Step, Any, int] | None:
    first = rest[0]
    if isinstance(first, int):
        return (first, value[first], 1) if isinstance(value, list) and first < len(value) else None
    if not isinstance(value, dict):
        return None
    for used in range(1, len(rest) + 1):
        parts = rest[:used]
        if not all(isinstance(part, str) for part in parts):
            break
        key = ".".join(str(part) for part in parts)
        if key in value:
            return key, value[key], used
    return None


def _lines(value: Any, wanted: list[Step] | None, indent: str, lead: str, tail: str) -> Iterator[tuple[str, bool]]:
    here = wanted == []
    if isinstance(value, dict) and value:
        items: list[tuple[Step, str, Any]] = [
            (key, f"{json.dumps(key, ensure_ascii=False)}: ", item) for key, item in value.items()
        ]
        brackets = "{}"
    elif isinstance(value, list) and value:
        items = [(number, "", item) for number, item in enumerate(value)]
        brackets = "[]"
    else:
        yield f"{indent}{lead}{json.dumps(value, ensure_ascii=False)}{tail}", here
        return
    yield f"{indent}{lead}{brackets[0]}", here
    for number, (step, name, item) in enumerate(items):
        inner = wanted[1:] if wanted and wanted[0] == step else None
        comma = "," if number < len(items) - 1 else ""
        yield from _lines(item, inner, indent + "  ", name, comma)
    yield f"{indent}{brackets[1]}{tail}", False
