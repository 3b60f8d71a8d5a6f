"""Renew requirements.lock: install the project with all extras into a fresh environment, and write down what came."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = """\
# The exact set that the checks ran with; constraints for `pip install -c`. Renewed by `make lock`.
"""


def main() -> None:
    """Write the lock file."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder) / "venv"
        subprocess.run([sys.executable, str(ROOT / "tools" / "make_venv.py"), str(environment)], check=True)
        python = str(environment / "bin" / "python")
        everything = f"{ROOT}[local,dev,docker]"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--editable", everything], check=True)
        freeze = [
            python,
            "-m",
            "pip",
            "freeze",
            "--all",
            "--exclude-editable",
            "--exclude",
            "commonline",
            "--exclude",
            "pip",
        ]
        done = subprocess.run(freeze, check=True, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("-e", "#"))]
    (ROOT / "requirements.lock").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    print(f"requirements.lock: {len(lines)} packages")


if __name__ == "__main__":
    main()
