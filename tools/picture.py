"""The picture in the README: plays the demo for real and draws its last screen. ``make picture``."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from commonline.demo.day import Demo, Show
from commonline.demo.screen import Board, closing
from commonline.local.home import Home
from commonline.local.platform import Platform, resolve

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "demo.svg"
WIDTH, HEIGHT = 172, 52
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
THEME = TerminalTheme(
    (250, 250, 248),
    (36, 41, 47),
    [
        (36, 41, 47),
        (187, 35, 34),
        (26, 112, 52),
        (138, 93, 0),
        (9, 88, 190),
        (120, 60, 170),
        (20, 110, 120),
        (110, 119, 129),
    ],
    [
        (87, 96, 106),
        (207, 34, 46),
        (45, 140, 70),
        (160, 110, 10),
        (33, 110, 215),
        (140, 80, 190),
        (30, 130, 140),
        (140, 149, 159),
    ],
)


def main() -> int:
    """Play, draw, write. 1: the day did not add up, and nothing is written."""
    console = Console(width=WIDTH, height=HEIGHT, record=True, file=io.StringIO(), force_terminal=True)
    board = Board(console)
    show = Show(scene=lambda scene: board.news(scene.told), arrival=board.add)
    with tempfile.TemporaryDirectory() as folder:
        place = Home(Path(folder), Home.find(ROOT / ".commonline").cache)
        with place.claim(), Platform(place, resolve(environ={}), port=0) as platform:
            platform.start_broker()
            summary, wrong = Demo(place, platform, show, pace=1.0).run()
    if summary is None or wrong or not summary.adds_up:
        print(f"the day did not add up: {summary} {wrong}", file=sys.stderr)
        return 1
    console.print(board.render())
    console.print(Text())
    console.print(closing(summary))
    TARGET.write_text(drawn(console), "utf-8")
    print(f"written: {TARGET.relative_to(ROOT)}")
    return 0


def drawn(console: Console) -> str:
    """As SVG, with fonts of the reader's machine: nothing is fetched from elsewhere."""
    text = console.export_svg(title="commonline demo", theme=THEME, unique_id="demo", font_aspect_ratio=0.61)
    text = re.sub(r"@font-face \{.*?\}\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"font-family: [^;]+;", f"font-family: {FONT};", text)
    return re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main())
