"""Bars as SVG, drawn by hand: no library that the project would otherwise not need."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, LABEL, ROW, BAR = 760, 230, 26, 16
OURS, THEIRS = "#1f6f8b", "#b9c4c9"
FONT = 'font-family="system-ui, sans-serif" font-size="13"'
Row = tuple[str, float | None, str]
"""Label, value (None: not measured), and what is written behind the bar."""


def bars(title: str, rows: Sequence[Row], *, ours: str = "commonline") -> str:
    """Horizontal bars on one linear scale from 0; those whose label begins with `ours` stand out."""
    height = 40 + ROW * len(rows) + 8
    largest = max((value for _, value, _ in rows if value is not None), default=0) or 1
    room = WIDTH - LABEL - 150
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" {FONT}>',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-weight="600">{escape(title)}</text>',
    ]
    for number, (label, value, said) in enumerate(rows):
        top = 40 + ROW * number
        middle = top + BAR - 3
        lines.append(f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end">{escape(label)}</text>')
        long = room * (value or 0) / largest
        if value is not None:
            fill = OURS if label.startswith(ours) else THEIRS
            lines.append(f'<rect x="{LABEL}" y="{top}" width="{max(long, 1):.1f}" height="{BAR}" fill="{fill}"/>')
        lines.append(f'<text x="{LABEL + long + 6:.1f}" y="{middle}" fill="#333333">{escape(said)}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"
