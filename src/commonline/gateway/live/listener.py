"""One listener: a cursor in the ring of each feed that it reads, and what it may wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from commonline.gateway.live.framing import Transport
from commonline.gateway.live.position import Position
from commonline.gateway.live.ring import Entry, Ring
from commonline.gateway.viewer import FeedName
from commonline.schemas.records import FeedActivity

MOST_PIECE = 200
"""Records that are written at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a listener may cost. Times in seconds."""

    behind: int = 4_000
    """Records that may wait for it."""
    blocked_s: float = 30.0
    """How long its connection may take nothing while something waits."""
    linger_s: float = 10.0
    """How long a connection that was too slow may take to hear why it is dropped."""
    heartbeat_s: float = 15.0
    recheck_s: float = 15.0
    """How long a stream may go on after its credentials have ended."""
    sweep_s: float = 1.0


class Dropped(NamedTuple):
    """Why the gateway ends a stream: in one word for the metric, in a sentence for the listener."""

    cause: Literal["slow", "access", "log", "ending", "gone"]
    detail: str


@dataclass(slots=True)
class Followed:
    """A conversation, under all ids that it goes by in one feed. A merge keeps one id; the stream goes on under it."""

    ids: set[str]

    def matches(self, record: FeedActivity) -> bool:
        """Whether a record belongs to the conversation; learns the surviving id from a merge."""
        if record.event == "merged" and record.other in self.ids:
            self.ids.add(record.conversation)
        return record.conversation in self.ids


@dataclass(slots=True, eq=False)
class Listener:
    """`rank`: how tight a record may be; `conversation`: the id that was asked for (None: the whole feed)."""

    rank: int
    transport: Transport
    reads: Callable[[FeedName], bool]
    conversation: str | None = None
    survivor: str | None = None
    cursors: dict[FeedName, int] = field(default_factory=dict)
    floors: dict[FeedName, int] = field(default_factory=dict)
    """Offsets before these were told already, though the ring may still be on its way to them."""
    followed: dict[FeedName, Followed] = field(default_factory=dict)
    live: bool = False
    gone: bool = False
    dropped: Dropped | None = None
    blocked_since: float | None = None
    written: float = 0.0
    """When something was last written (monotonic seconds)."""
    task: asyncio.Task[None] | None = None
    _waiting: asyncio.Future[None] | None = None

    def follow(self, feeds: Iterable[FeedName]) -> None:
        """Follow the conversation in these feeds."""
        if self.conversation is not None:
            ids = {self.conversation, self.survivor or self.conversation}
            for feed in feeds:
                self.followed.setdefault(feed, Followed(set(ids)))

    def wanted(self, feed: FeedName, entry: Entry) -> bool:
        """Whether an entry belongs to this stream. To be asked once for each entry, in order."""
        if entry.offset < self.floors.get(feed, 0):
            return False
        if self.conversation is None:
            return True
        known = self.followed[feed]
        if not known.matches(entry.record):
            return False
        if entry.record.event == "merged" and entry.record.other == (self.survivor or self.conversation):
            self.survivor = entry.record.conversation
        return True

    @property
    def waits(self) -> bool:
        """Whether it has been told everything and waits for more."""
        return self._waiting is not None and not self._waiting.done()

    def wake(self) -> None:
        """Let `wait` return."""
        if (waiting := self._waiting) is not None and not waiting.done():
            waiting.set_result(None)

    async def wait(self) -> None:
        """Until there may be something."""
        self._waiting = asyncio.get_running_loop().create_future()
        await self._waiting

    def drop(self, why: Dropped) -> None:
        """End the stream: its handler says why, if the connection still takes it."""
        if self.dropped is None:
            self.dropped = why
            if self.task is not None:
                self.task.cancel()

    def position(self, offsets: dict[FeedName, int]) -> Position:
        """Where this stream stands."""
        moved = self.survivor if self.survivor != self.conversation else None
        return Position(offsets, moved)

    def take(self, rings: Mapping[FeedName, Ring]) -> tuple[FeedName, int, int] | None:
        """What waits, as numbers in a feed's ring, at most `MOST_PIECE`; the cursor moves on. None: nothing waits."""
        for feed, start in self.cursors.items():
            if start < rings[feed].end:
                end = self.cursors[feed] = min(rings[feed].end, start + MOST_PIECE)
                return feed, start, end
        return None

    def behind(self, rings: Mapping[FeedName, Ring]) -> int:
        """How many records wait for it, in the feed that has most."""
        return max((rings[feed].end - at for feed, at in self.cursors.items()), default=0)

    def fault(self, rings: Mapping[FeedName, Ring], now: float, limits: Limits) -> Dropped | None:
        """Why this listener is too slow, if it is."""
        if self.blocked_since is not None and now - self.blocked_since > limits.blocked_s:
            return Dropped("slow", f"nothing was taken from this stream for {limits.blocked_s:g} s")
        if self.live and (behind := self.behind(rings)) > limits.behind:
            return Dropped("slow", f"{behind} records wait for this stream: more than {limits.behind}")
        return None
