"""Foreign text on a terminal: nothing that moves the cursor, changes colours or turns the direction of writing."""

from __future__ import annotations

_CONTROLS = [*range(9), 11, 12, *range(14, 32), *range(127, 160), 13]
_DIRECTIONS = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_TABLE = dict.fromkeys(_CONTROLS, "\N{REPLACEMENT CHARACTER}") | dict.fromkeys(_DIRECTIONS, "")


def safe(text: str) -> str:
    """The text with control characters replaced, and marks of direction left out; line ends and tabs stay."""
    return text.translate(_TABLE).encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """The text as one line: every run of blanks, tabs and line ends is one blank."""
    return safe(" ".join(text.split()))
