"""Following a feed: a loop's body is the work on a record, and when the loop comes back, that work is done."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections import deque
from types import TracebackType
from typing import Self

from commonline.client.decoding import Decode
from commonline.client.log import Entry, Log
from commonline.client.progress import Progress
from commonline.errors import CommonlineError
from commonline.schemas.models import FeedActivity

log = logging.getLogger(__name__)
STALE_S = 60.0


class Following:
    """Records of a feed, one at a time. Made by `Feed.follow` and `Feed.read`.

    At least once: a record counts as done when the loop asks for the next one, or when the ``with`` block ends without
    an error. A record whose work failed, or was cut short, comes again at the next start of the same group.

    Not for several threads at once, but `stop` may be called from any, and from a signal handler.
    """

    def __init__(self, source: Log, decode: Decode, *, keep: bool, until: int | None = None) -> None:
        self._log = source
        self._decode = decode
        self._keep = keep
        self._until = until
        self._ready: deque[Entry] = deque()
        self._in_hand: Entry | None = None
        self._progress = Progress()
        self._polled = time.monotonic()
        self._stopping = threading.Event()
        self._end = weakref.finalize(self, source.close)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> FeedActivity:
        """The next record; waits for it.

        Raises:
            StopIteration: `stop` or `close` was called, or the end is reached that was asked for.
            ConfigurationError, PlatformError: Kafka refuses for good. While it is merely away this waits.
            ContractError: a record cannot be read. The next start meets it again.
        """
        self._finish()
        while not self._stopping.is_set() and (self._ready or self._fetch()):
            if not self._ready:
                continue
            entry = self._ready.popleft()
            if entry.value is not None:
                record = self._decode(entry.value)
                self._in_hand = entry
                return record
            self._progress.finish(entry.offset + 1)
        self.close()
        raise StopIteration

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self.close()

    def stop(self) -> None:
        """Let the loop end before its next record, at most a quarter of a second later."""
        self._stopping.set()

    def close(self) -> None:
        """Commit what is done, leave the group, end the connection. The record in hand is not done."""
        self._stopping.set()
        if self._end.alive:
            self._commit()
            self._end()

    def _finish(self) -> None:
        if self._in_hand is not None:
            self._progress.finish(self._in_hand.offset + 1)
            self._in_hand = None
        if self._ready and time.monotonic() - self._polled > STALE_S:
            # Kafka takes the feed away from a member that does not ask for records: ask, and get these once more.
            self._log.again(self._ready[0].offset)
            self._ready.clear()

    def _fetch(self) -> bool:
        """Ask for more; False: the end is reached."""
        if self._until is not None and (self._log.position() or 0) >= self._until:
            return False
        self._commit()  # before asking: it is then that the feed may be taken away
        self._polled = time.monotonic()
        entries = self._log.poll()
        if self._log.taken:
            self._progress.lose()
            self._log.taken = False
        self._ready.extend(entries)
        if not entries and self._keep and (at := self._log.position()) is not None:
            self._progress.finish(at)  # behind marks of transactions, which nobody sees
        return True

    def _commit(self) -> None:
        pending = self._progress.pending() if self._keep else None
        if pending is None:
            return
        try:
            self._log.commit(pending)
        except CommonlineError as error:
            log.warning("place in %s not kept, records may come again: %s", self._log.topic, error)
        else:
            self._progress.committed = pending
