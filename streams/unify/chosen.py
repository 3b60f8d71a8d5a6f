"""How outputs are made: in C (``outputs.c``, ``packing.c``, ``envelopes.c``, ``sending.c``), else Python (ADR 0010)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from commonline.bus.wire.records import INTERFACE
from commonline.compiled import extension
from commonline.streams.unify import outputs

NAME = "commonline.streams.unify._outputs"
SOURCES = (
    INTERFACE,
    *(
        Path(__file__).with_name(name)
        for name in ("envelopes.c", "envelopes.h", "outputs.c", "outputs.h", "packing.c", "sending.c")
    ),
)


def bound(module: ModuleType) -> ModuleType:
    """The compiled form, told of what is defined in Python."""
    module.bind(outputs.Output, outputs.add_id)
    return module


_found = extension(NAME, *SOURCES)
FORM: Any = outputs if _found.module is None else bound(_found.module)
"""What has `packed`, `fed`, `add_id` and, where it is compiled, `Heads`."""
packed: Callable[..., bytes] = FORM.packed
fed: Callable[..., outputs.Output] = FORM.fed
add_id: Callable[[bytearray, str], None] = FORM.add_id
