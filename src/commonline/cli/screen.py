"""Printing: one console for tables, JSON lines for machines."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import msgspec
from rich.console import Console


@cache
def console() -> Console:
    """The console; plain and as wide as needed when the output is not a terminal."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=160, no_color=True)


def print_json(value: Any) -> None:
    """One JSON value on a line of its own."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
