"""Log files of child processes: what was written since a start, and the line that says why it ended."""

from __future__ import annotations

import re
from pathlib import Path

MAX_BYTES = 16 * 1024 * 1024
_TELLING = re.compile(r"\b(ERROR|FATAL|Exception|Error|error:)\b")


class LogTail:
    """What is appended to `path` from now on. A file over 16 MiB is moved to ``<name>.1`` first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._from = path.stat().st_size if path.exists() else 0
        if self._from > MAX_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
            self._from = 0

    def text(self) -> str:
        """All of it, at most the last 64 KiB."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(self._from, end - 65_536))
            return file.read().decode("utf-8", "replace")

    def lines(self, count: int) -> list[str]:
        """The last `count` lines that are not empty."""
        return [line for line in self.text().splitlines() if line.strip()][-count:]

    def reason(self) -> str:
        """The last line that names an error, else the last line, and where to read on."""
        lines = self.lines(500)
        telling = [line for line in lines if _TELLING.search(line) and not line.startswith("\tat ")]
        said = (telling or lines or ["it wrote nothing"])[-1].strip()
        return f"{said[:300]} (see {self.path})"
