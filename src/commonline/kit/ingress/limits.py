"""What one call, and all calls together, may take. Bytes and seconds."""

from __future__ import annotations

from dataclasses import dataclass

from commonline.errors import RetryLaterError

KIB = 1024
MIB = 1024 * KIB
RETRY_AFTER_S = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of the server. A source's own body cap (``body_limit`` of the manifest) is below `body`.

    `memory` bounds all bodies that are being received or wait for the broker; beyond it calls are answered
    503.
    """

    line: int = 8190
    headers: int = 32 * KIB
    header_count: int = 100
    body: int = 32 * MIB
    ratio: int = 100
    memory: int = 256 * MIB
    idle_s: float = 10.0
    total_s: float = 30.0
    keep_alive_s: float = 75.0
    acknowledge_s: float = 8.0
    connections: int = 4096


class Budget:
    """Bytes that may be held at the same time."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def take(self, size: int) -> None:
        """Take or raise `RetryLaterError`."""
        if self.used + size > self.limit:
            raise RetryLaterError("too many bodies are held in memory", RETRY_AFTER_S)
        self.used += size

    def give(self, size: int) -> None:
        """Give back."""
        self.used -= size
