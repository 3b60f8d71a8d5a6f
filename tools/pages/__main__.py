"""``python -m tools.pages`` writes the reference pages and the Grafana board; ``--check`` compares.

``--root`` names another folder to write to or compare with.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.pages import board, configuration, errors, metrics, openapi, topics

ROOT = Path(__file__).parents[2]


def products() -> dict[str, str]:
    """Text by path below the root."""
    return {
        "docs/reference/metrics.md": metrics.page(ROOT),
        "docs/reference/topics.md": topics.page(),
        "docs/reference/configuration.md": configuration.page(),
        "docs/reference/errors.md": errors.page(),
        "docs/reference/openapi.json": openapi.document(),
        board.PATH: board.board(),
    }


def main(arguments: list[str]) -> int:
    """0: done or current; 1: with ``--check``, something is out of date."""
    parser = argparse.ArgumentParser(prog="python -m tools.pages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is out of date")
    parser.add_argument("--root", type=Path, default=ROOT)
    given = parser.parse_args(arguments)
    stale = []
    for path, text in products().items():
        file = given.root / path
        if not file.exists() or file.read_text("utf-8") != text:
            stale.append(path)
            if not given.check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
    for path in stale:
        print(f"{'out of date' if given.check else 'written'}: {path}")
    return int(given.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
