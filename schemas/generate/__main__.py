"""``python -m commonline.schemas.generate`` writes all products of the Avro files; ``--check`` compares."""

from __future__ import annotations

import sys

from commonline.schemas.generate.products import check, write


def main(arguments: list[str]) -> int:
    """0: done or current; 1: with ``--check``, something is out of date; 2: wrong argument."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m commonline.schemas.generate [--check]\n")
        return 2
    stale = check() if arguments else write()
    verb = "out of date" if arguments else "written"
    for path in stale:
        sys.stdout.write(f"{verb}: {path}\n")
    return 1 if arguments and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
