"""From a feed's log into the queue: place and deliveries in one transaction, so that nothing is lost or put twice."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from commonline.client.decoding import Decode
from commonline.client.log import Entry, Log
from commonline.client.settings import ClientSettings
from commonline.clock import now_us
from commonline.errors import CommonlineError
from commonline.gateway.outbound import queue, subscriptions
from commonline.gateway.outbound.subscriptions import Subscription
from commonline.gateway.outbound.tables import replays, webhooks
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import FeedName
from commonline.schemas.model import moment
from commonline.schemas.models import FeedActivity

log = logging.getLogger(__name__)
AGAIN_S = 1.0


class Intake:
    """Reads one feed for all its subscriptions, in a thread of its own.

    `woken` is called when there is something to send.
    """

    def __init__(
        self, store: Store, settings: ClientSettings, decode: Decode, feed: FeedName, woken: Callable[[], None]
    ) -> None:
        self._store = store
        self._settings = settings
        self._feed = feed
        self._woken = woken
        self._decode = decode
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"commonline-webhooks-{feed}")

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self._wanted():
                    source = Log(self._settings, self._feed.department, self._feed.workspace, None)
                    try:
                        self._follow(source)
                    finally:
                        source.close()
            except (CommonlineError, SQLAlchemyError) as error:
                log.warning("webhooks of %s wait: %s", self._feed, error)
            self._stopping.wait(AGAIN_S)

    def _wanted(self) -> list[Subscription]:
        with self._store.reading() as connection:
            return [one for one in subscriptions.every(connection, self._feed) if one.state != "disabled"]

    def _follow(self, source: Log) -> None:
        """Read as long as somebody wants it. A subscription that begins earlier takes the others back with it."""
        at: int | None = None
        while not self._stopping.is_set():
            found = self._subscriptions(source)
            if not found:
                return
            self._replay()
            begin = min(one.next_offset or 0 for one in found)
            if at is None or begin < at:
                source.begin(begin)
            entries = source.poll()
            at = entries[-1].offset + 1 if entries else max(begin, at or 0)
            if entries:
                self._take(found, entries)

    def _subscriptions(self, source: Log) -> list[Subscription]:
        """Those of the feed that are not disabled; new ones begin where the log was when they were made."""
        found = self._wanted()
        fresh = [one for one in found if one.next_offset is None]
        if not fresh:
            return found
        with self._store.writing() as connection:
            for one in fresh:
                subscriptions.change(connection, one.id, next_offset=source.at(moment(one.made)))
        return self._subscriptions(source)

    def _take(self, found: Sequence[Subscription], entries: Sequence[Entry]) -> None:
        records = [(entry.offset, self._decode(entry.value)) for entry in entries if entry.value is not None]
        following, put = entries[-1].offset + 1, 0
        with self._store.writing() as connection:
            for one in found:
                begin = one.next_offset or 0
                if following <= begin:
                    continue
                mine = update(webhooks).where(webhooks.c.id == one.id, webhooks.c.next_offset == begin)
                if connection.execute(mine.values(next_offset=following)).rowcount == 1:
                    wanted = [record for offset, record in records if offset >= begin]
                    put += queue.put(connection, one, wanted, now=now_us())
        if put:
            self._woken()

    def _replay(self) -> None:
        """Put what a replay asks for once more."""
        c = replays.c
        with self._store.reading() as connection:
            asked = (
                select(c.id, c.webhook, c.since, c.until)
                .join(webhooks, webhooks.c.id == c.webhook)
                .where(c.finished.is_(None), webhooks.c.workspace == self._feed.workspace)
                .where(webhooks.c.department == self._feed.department)
            )
            waiting = connection.execute(asked).all()
        for identifier, webhook, since, until in waiting:
            put = 0
            for records in self._between(since, until):
                with self._store.writing() as connection:
                    one = subscriptions.one(connection, webhook)
                    put += queue.put(connection, one, records, now=now_us(), round_=identifier) if one else 0
                self._woken()
            if self._stopping.is_set():
                return  # it begins again at the next start; what is there already is not put twice
            with self._store.writing() as connection:
                done = update(replays).where(c.id == identifier)
                connection.execute(done.values(finished=now_us(), count=put))

    def _between(self, since: int, until: int) -> Iterator[list[FeedActivity]]:
        """Records that the line learned in a time, some at once."""
        source = Log(self._settings, self._feed.department, self._feed.workspace, None)
        try:
            end = source.at("now")
            source.begin(source.at(moment(since)))
            while not self._stopping.is_set() and (source.position() or 0) < end:
                records = [self._decode(entry.value) for entry in source.poll() if entry.value is not None]
                yield [one for one in records if moment(since) <= one.known < moment(until)]
        finally:
            source.close()
