"""A page of a file in memory: what is written there outlives the process, however it ends, and costs no call.

The kernel writes it out when it pleases: a power failure may lose it.
"""

from __future__ import annotations

import mmap
from pathlib import Path

SIZE = 4096
Sheet = mmap.mmap
"""Written by `struct.pack_into` and slices."""


def kept(path: Path) -> bytes:
    """What the page holds. Raises `OSError` where there is none."""
    return path.read_bytes()


def opened(path: Path) -> Sheet:
    """The page; made, and empty, where there is none or it has another size. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.seek(0, 2) != SIZE:
            file.truncate(0)
            file.truncate(SIZE)
        return mmap.mmap(file.fileno(), SIZE)
