"""The newest records of one feed, as one growing sequence: a listener is a number in it.

Each entry's bytes are made once for each visibility and transport, and shared by all listeners; several entries that
are written together are joined once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from commonline.gateway.live.framing import Transport
from commonline.schemas.records import FeedActivity

MOST_ENTRIES = 5_000
MOST_BYTES = 16 * 1024 * 1024
MOST_JOINED = 128


@dataclass(slots=True, eq=False)
class Entry:
    """A record with its place, its time in the topic (milliseconds) and its size there (bytes)."""

    offset: int
    at_ms: int
    record: FeedActivity
    size: int
    id: str = ""
    frames: dict[tuple[int, Transport], bytes] = field(default_factory=dict)
    """By the listener's rank; empty where the record does not exist for it."""


Framer = Callable[[Entry, int, Transport], bytes]


class Ring:
    """Covers the offsets from `low` up to, not including, `high`; offsets between are of no record that counts."""

    def __init__(
        self, low: int, framer: Framer, *, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES
    ) -> None:
        self.low = self.high = low
        self.first = 0
        """Number of the oldest entry that is kept."""
        self._entries: list[Entry] = []
        self._bytes = 0
        self._framer = framer
        self._most = most_entries
        self._most_bytes = most_bytes
        self._joined: dict[tuple[int, int, int, Transport], bytes] = {}

    @property
    def end(self) -> int:
        """Number that the next entry gets."""
        return self.first + len(self._entries)

    def append(self, entry: Entry) -> None:
        """The next record. One that is known already, by its offset, is passed over."""
        if entry.offset < self.high:
            return
        self._entries.append(entry)
        self._bytes += entry.size
        self.high = entry.offset + 1
        if len(self._entries) > self._most + self._most // 8 or self._bytes > self._most_bytes * 9 // 8:
            self._shrink()

    def passed(self, offset: int) -> None:
        """Nothing that counts lies before this offset: marks of transactions take some."""
        self.high = max(self.high, offset)

    def _shrink(self) -> None:
        """Let the oldest go, an eighth at a time, so that it is seldom done."""
        gone = 0
        while gone < len(self._entries) - 1 and (
            len(self._entries) - gone > self._most or self._bytes > self._most_bytes
        ):
            self._bytes -= self._entries[gone].size
            gone += 1
        self.low = self._entries[gone - 1].offset + 1
        del self._entries[:gone]
        self.first += gone

    def number(self, offset: int) -> int:
        """Number of the first entry at or behind an offset."""
        return self.first + bisect_left(self._entries, offset, key=attrgetter("offset"))

    def offset(self, number: int) -> int:
        """The offset that a listener at this number looks at next."""
        index = number - self.first
        return self._entries[index].offset if index < len(self._entries) else self.high

    def slice(self, start: int, end: int) -> Sequence[Entry]:
        """Entries by number."""
        return self._entries[max(start - self.first, 0) : end - self.first]

    def joined(self, start: int, end: int, rank: int, transport: Transport) -> bytes:
        """The frames of some entries for a rank, as one piece; empty where nothing of them exists for it."""
        key = (start, end, rank, transport)
        found = self._joined.get(key)
        if found is None:
            frames = [frame for entry in self.slice(start, end) if (frame := self.frame(entry, rank, transport))]
            if len(self._joined) >= MOST_JOINED:
                self._joined.clear()
            found = self._joined[key] = transport.join(frames) if frames else b""
        return found

    def frame(self, entry: Entry, rank: int, transport: Transport) -> bytes:
        """The bytes of an entry for a rank, made once."""
        key = (rank, transport)
        found = entry.frames.get(key)
        if found is None:
            found = entry.frames[key] = self._framer(entry, rank, transport)
        return found
