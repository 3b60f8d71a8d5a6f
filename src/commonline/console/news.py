"""Which conversations moved, for the pages that are open.

One task a process looks at the store a few times a second, whoever projects into it, and tells every open page of the
conversations that moved in feeds that its viewer reads. News is an id and nothing else: what a page then shows of it
is what a request of its viewer is answered with.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select
from sqlalchemy.exc import DBAPIError

from commonline.gateway.store.engine import Store
from commonline.gateway.store.tables import FOREVER, feeds, versions
from commonline.gateway.viewer import FeedName, Viewer
from commonline.kit.place import TIGHTNESS

log = logging.getLogger(__name__)
LOOK_S = 0.4
"""How often the store is looked at."""
HEARTBEAT_S = 15.0
"""How often a page hears that nothing moved, so that nothing between takes the connection for dead."""
MOST_WAITING = 500
"""Conversations that one page has not been told of yet. Beyond it the oldest is dropped: a page shows newest first."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A conversation of which something changed in a feed. `tightness`: of the least visible part that changed."""

    feed: FeedName
    conversation: str
    tightness: int


def wanted(moved: Iterable[Moved], viewer: Viewer) -> list[str]:
    """Ids of conversations that moved for a viewer. Pure."""
    ceiling = max(TIGHTNESS.values()) if viewer.administrator else TIGHTNESS[viewer.visibility]
    found = {one.conversation: None for one in moved if one.tightness <= ceiling and viewer.reads(one.feed)}
    return list(found)


def look(database: Connection, known: Mapping[int, int]) -> tuple[dict[int, int], list[Moved]]:
    """Feeds with the last record that was taken in, and what moved since those of `known`.

    A feed that is not in `known` is new and tells nothing: there is no page yet that shows it.
    """
    rows = database.execute(select(feeds.c.id, feeds.c.workspace, feeds.c.department, feeds.c.seq)).all()
    moved: list[Moved] = []
    v = versions.c
    for feed, workspace, department, seq in rows:
        since = known.get(feed)
        if since is None or seq <= since:
            continue
        fresh = or_(v.began_seq > since, (v.ended_seq > since) & (v.ended_seq < FOREVER))
        asked = select(v.conversation, v.tightness).where(v.feed == feed, fresh).distinct()
        name = FeedName(workspace, department)
        moved += [Moved(name, conversation, tightness) for conversation, tightness in database.execute(asked)]
    return {feed: seq for feed, _, _, seq in rows}, moved


class Listener:
    """One open page."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._some = asyncio.Event()

    def tell(self, conversations: Iterable[str]) -> None:
        """Remember what moved; a conversation that moves again is told once."""
        for conversation in conversations:
            self._waiting[conversation] = None
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            self._some.set()

    async def next(self) -> list[str]:
        """What moved since the last time; empty after a while in which nothing did."""
        try:
            await asyncio.wait_for(self._some.wait(), HEARTBEAT_S)
        except TimeoutError:
            return []
        self._some.clear()
        found = list(self._waiting)
        self._waiting.clear()
        return found


class News:
    """Looks while somebody listens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._looking = asyncio.Event()

    async def listen(self, viewer: Viewer) -> AsyncIterator[bytes]:
        """Server-sent events for one page, until it goes away."""
        listener = Listener(viewer)
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._looking.clear()
            self._task = asyncio.create_task(self._look())
        try:
            # A page asks for everything once more when the stream opens: from here on nothing is missed.
            await self._looking.wait()
            yield b"retry: 2000\n\n"
            while True:
                moved = await listener.next()
                told = "".join(f"event: moved\ndata: {conversation}\n\n" for conversation in moved)
                yield told.encode() or b": nothing moved\n\n"
        finally:
            self._listeners.discard(listener)

    async def _look(self) -> None:
        known: dict[int, int] = {}
        while self._listeners:
            try:
                known, moved = await asyncio.to_thread(self._read, known)
            except DBAPIError as error:
                log.warning("news: the database does not answer (%s): trying again", error.orig)
                moved = []
            else:
                self._looking.set()
            for listener in self._listeners if moved else ():
                listener.tell(wanted(moved, listener.viewer))
            await asyncio.sleep(LOOK_S)

    def _read(self, known: Mapping[int, int]) -> tuple[dict[int, int], list[Moved]]:
        with self._store.reading() as database:
            return look(database, known)
