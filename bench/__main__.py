"""``python -m bench``: every measurement in turn; ``python -m bench normalize --profile``: one, with its options."""

from __future__ import annotations

import subprocess
import sys

PARTS = ("connect", "normalize", "unify")


def main(arguments: list[str]) -> int:
    """The exit code of the first part that fails, else 0."""
    named = arguments[:1] and arguments[0] in PARTS
    if arguments and not named:
        sys.stderr.write(f"usage: python -m bench [{' | '.join(PARTS)}] [options of that part]\n")
        return 2
    for part in arguments[:1] if named else PARTS:
        print(f"== {part}", flush=True)
        code = subprocess.call([sys.executable, "-m", f"bench.{part}", *arguments[1:]])
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
