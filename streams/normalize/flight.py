"""Poison that kills the process (protocol F15): which record was in flight, and at how many deaths.

The record that is being mapped stands in a small mapped file, written before each record: the kernel keeps it
whatever kills the process (a power failure is not poison). At the next start a record found there has one death more;
at three it is condemned, and becomes a dead letter unread.
"""

from __future__ import annotations

import fcntl
import json
import struct
from pathlib import Path
from typing import IO

from commonline.bus.sheet import opened
from commonline.errors import PlatformError

DEATHS = 3
MOST_REMEMBERED = 64
_FORM = struct.Struct("<qqq")
Where = tuple[int, int]
"""Partition and offset."""


class Flight:
    """The file ``in-flight`` and the counts ``deaths.json`` in `folder`. One process at a time uses a folder.

    `page` is the mapped file, for compiled code that enters records itself.
    """

    def __init__(self, folder: Path) -> None:
        self._counts = folder / "deaths.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder)
            self.page = opened(folder / "in-flight")
        except OSError as error:
            raise PlatformError(f"cannot write to {folder}: {error.strerror or error}") from error
        self._deaths = self._read()
        flying, partition, offset = _FORM.unpack_from(self.page)
        if flying:
            where = (partition, offset)
            self._deaths[where] = self._deaths.pop(where, 0) + 1
            self._write()
            self.leave()

    @property
    def deaths(self) -> dict[Where, int]:
        """Deaths by record; those that were not three are suspects only."""
        return self._deaths

    @property
    def condemned(self) -> frozenset[Where]:
        """Records that are not tried again."""
        return frozenset(where for where, count in self._deaths.items() if count >= DEATHS)

    def enter(self, partition: int, offset: int) -> None:
        """Before a record is looked at."""
        _FORM.pack_into(self.page, 0, 1, partition, offset)

    def leave(self) -> None:
        """Nothing is being looked at."""
        _FORM.pack_into(self.page, 0, 0, 0, 0)

    def passed(self, partition: int, end: int) -> None:
        """Offsets before `end` are committed: their counts are of no use any more."""
        done = [where for where in self._deaths if where[0] == partition and where[1] < end]
        if done:
            for where in done:
                del self._deaths[where]
            self._write()

    def close(self) -> None:
        """A clean end."""
        self.leave()
        self.page.close()
        self._lock.close()

    def _read(self) -> dict[Where, int]:
        try:
            rows = json.loads(self._counts.read_text("utf-8"))
            return {(int(partition), int(offset)): int(count) for partition, offset, count in rows}
        except (OSError, ValueError, TypeError):
            return {}

    def _write(self) -> None:
        newest = list(self._deaths.items())[-MOST_REMEMBERED:]
        self._deaths = dict(newest)
        part = self._counts.with_suffix(".part")
        part.write_text(json.dumps([[*where, count] for where, count in newest]), "utf-8")
        part.replace(self._counts)


def _locked(folder: Path) -> IO[str]:
    """A file that the kernel unlocks when this process ends, however it ends."""
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise PlatformError(
            f"{folder} is in use: another normalize runs in this slot; end it, or give this one another --instance"
        ) from None
    return lock
