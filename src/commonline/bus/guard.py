"""Poison that kills the process (protocol F15): which record was in flight, and at how many deaths.

What is in flight stands in a small mapped file beside the store: the batch, and the record that is being decided. The
kernel keeps it whatever kills the process (a power failure is not poison). A record that was being decided when the
process died has one death more; at three it is condemned, and becomes a dead letter unread. All others go on as ever.

A death outside any decision (while rows are encoded, or produced) names no record: then the transactions are cut to
an eighth at each further one, until a record is in flight alone. See docs/adr/0011.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

from confluent_kafka import Message

from commonline.bus.sheet import Sheet, kept, opened

DEATHS = 3
CUT = 8
MOST_REMEMBERED = 64
NOBODY = -1
_HEAD = struct.Struct("<qqqqH")
"""First and end of the batch, record that is being decided, end of care, bytes of JSON that follow."""
_AT = struct.Struct("<q")
_AT_OFFSET = 16


def in_flight(left: bytes) -> tuple[int, int, int]:
    """First and end of the batch, and the record that was being decided or `NOBODY`, as a file says.

    Raises `struct.error` for what is no such file.
    """
    first, end, at, _, _ = _HEAD.unpack_from(left)
    return first, end, at


class Guard:
    """Watches what is in flight on one partition. `position`: the next offset to be read."""

    def __init__(self, path: Path, position: int) -> None:
        self._path = path
        self._careful_until = 0
        self._portion = 1
        self._deaths: dict[int, int] = {}
        self._sheet: Sheet | None = None
        self.condemned: frozenset[int] = frozenset()
        self._look_back(position)

    def _look_back(self, position: int) -> None:
        try:
            left = kept(self._path)
            first, end, at, careful_until, size = _HEAD.unpack_from(left)
            told = json.loads(left[_HEAD.size : _HEAD.size + size] or b"{}")
            deaths = {int(offset): int(count) for offset, count in told.items()}
        except (OSError, ValueError, struct.error, TypeError, AttributeError):
            return
        if not first <= position < end:
            return
        self._careful_until = careful_until
        self._deaths = {offset: count for offset, count in deaths.items() if offset >= position}
        alone = first if end - first == 1 else NOBODY
        suspect = at if at >= position else alone
        if suspect != NOBODY:
            self._deaths[suspect] = self._deaths.get(suspect, 0) + 1
        else:
            self._careful_until = max(end, careful_until)
        self._portion = max((end - first) // CUT, 1)
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
        if self._sheet is None:
            self._sheet = opened(self._path)
        deaths = dict(sorted(self._deaths.items())[:MOST_REMEMBERED]) if self._deaths else {}
        told = json.dumps(deaths).encode() if deaths else b""
        self._sheet[_HEAD.size : _HEAD.size + len(told)] = told
        _HEAD.pack_into(self._sheet, 0, first, end, NOBODY, self._careful_until, len(told))

    def watched(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The messages of a batch that was entered; whoever goes over them is watched."""
        return messages if self._sheet is None else _Watched(messages, self._sheet)

    def clear(self) -> None:
        """A clean end."""
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Release the file, and leave what it says."""
        if self._sheet is not None:
            self._sheet.close()
            self._sheet = None


class _Watched(Sequence[Message]):
    """Messages that note in the file which of them is in hand."""

    def __init__(self, messages: Sequence[Message], file: Sheet) -> None:
        self._messages, self._file = messages, file

    def __iter__(self) -> Iterator[Message]:
        note, file = _AT.pack_into, self._file
        for message in self._messages:
            note(file, _AT_OFFSET, message.offset() or 0)
            yield message
        # Not where an error ends it: if that ends the process, this was the record in hand.
        note(file, _AT_OFFSET, NOBODY)

    def __len__(self) -> int:
        return len(self._messages)

    @overload
    def __getitem__(self, index: int) -> Message: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Message]: ...

    def __getitem__(self, index: int | slice) -> Message | Sequence[Message]:
        return self._messages[index]
