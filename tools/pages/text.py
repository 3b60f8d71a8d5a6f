"""Markdown that all pages need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE = "<!-- made by `python -m tools.pages`; do not edit -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table, with an empty one after it."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(cell(one) for one in row)} |" for row in rows), ""]


def cell(text: str) -> str:
    """Text that does not break a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def code(text: object) -> str:
    """As code; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def page(lines: Iterable[str]) -> str:
    """A whole page."""
    return "\n".join([MADE, *lines]).rstrip("\n") + "\n"
