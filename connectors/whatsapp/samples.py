"""Collections of bodies by name, as SDKs keep them: every body below is a sample of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from commonline.kit.samples import Sample


def read(name: str, data: bytes) -> list[Sample] | None:
    """The bodies of a file that holds several; None for a file that is one."""
    try:
        whole = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(whole, dict) or "entry" in whole:
        return None
    found = [Sample(f"{name}:{path}", msgspec.json.encode(body)) for path, body in _bodies(whole, "")]
    return found or None


def _bodies(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if "entry" in value:
            yield path, value
            return
        for name, inner in value.items():
            yield from _bodies(inner, f"{path}.{name}" if path else name)
