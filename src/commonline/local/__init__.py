"""The platform on this machine: broker, registry, mail server; the services and their supervisor."""

from __future__ import annotations

import sys

from commonline.errors import PlatformError


def check_system() -> None:
    """Refuse Windows in one sentence: there Kafka stops when it deletes old log files (KAFKA-1194)."""
    if sys.platform == "win32":
        raise PlatformError("Commonline runs on Linux and macOS; on Windows, use it inside WSL2")
