"""Poison that kills the process (protocol F15): after an unclean end, small transactions up to there.

Most unclean ends are nobody's fault, so what was in flight is not gone through one by one at once: each death cuts the
transactions to an eighth. A record that was in flight alone at three deaths is condemned: it goes to the dead letters
unread. The count lies in a file beside the store, written before each batch and removed after a clean end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from confluent_kafka import Message

DEATHS = 3
CUT = 8


class Guard:
    """Watches what is in flight on one partition. `position`: the next offset to be read."""

    def __init__(self, path: Path, position: int) -> None:
        self._path = path
        self._careful_until = 0
        self._portion = 1
        self._deaths: dict[int, int] = {}
        self.condemned: frozenset[int] = frozenset()
        self._look_back(position)

    def _look_back(self, position: int) -> None:
        try:
            left = json.loads(self._path.read_text("utf-8"))
            first, end = int(left["first"]), int(left["end"])
            deaths = {int(offset): int(count) for offset, count in left["deaths"].items()}
            careful_until = int(left.get("careful_until", 0))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return
        if not first <= position < end:
            return
        self._careful_until = max(end, careful_until)
        self._portion = max((end - first) // CUT, 1)
        self._deaths = {offset: count for offset, count in deaths.items() if offset >= position}
        if end - first == 1:
            self._deaths[first] = self._deaths.get(first, 0) + 1
        self.condemned = frozenset(offset for offset, count in self._deaths.items() if count >= DEATHS)

    def portions(self, messages: Sequence[Message]) -> Iterator[list[Message]]:
        """The messages in transactions: a few each while careful, then all the rest together."""
        position = 0
        while position < len(messages) and (messages[position].offset() or 0) < self._careful_until:
            yield list(messages[position : position + self._portion])
            position += self._portion
        if position < len(messages):
            yield list(messages[position:])

    def enter(self, first: int, end: int) -> None:
        """Before a batch."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        state = {"first": first, "end": end, "deaths": self._deaths, "careful_until": self._careful_until}
        self._path.write_text(json.dumps(state), "utf-8")

    def clear(self) -> None:
        """A clean end."""
        self._path.unlink(missing_ok=True)
