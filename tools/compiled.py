"""``make compiled``: the C sources, compiled beside the Python ones of this checkout (docs/adr/0010).

A module whose source is edited later is not used until this runs again. Ends with 1 where nothing can be compiled;
with ``--or-python`` it says so and ends with 0.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TELL = "from commonline.schemas import compiled; f = compiled.form(); print('codec:', f.name, f.why)"


def main(arguments: list[str]) -> int:
    """Compile, then say what a process of this checkout runs."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "setup.py", "-q", "build_ext", "--inplace"],
        cwd=ROOT,
        env={**os.environ, "COMMONLINE_COMPILE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        print(f"not compiled: {reason}\nNeeded: a C compiler and Python's headers (Debian: gcc, python3-dev).")
    subprocess.run([sys.executable, "-c", TELL], cwd=ROOT, check=False)
    return 0 if "--or-python" in arguments else done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
