"""What pulse knows of one partition of conversations.v1, and the checkpoint that a restart goes on from.

A checkpoint is the state at the begin of a minute, with the offset of that minute's first record. It is one record of
``pulse-state.v1``, so position and state cannot disagree: reading on from any checkpoint gives the same minutes,
whoever wrote it and however old it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from commonline.errors import StateError
from commonline.schemas.records import Pulse

FORMAT = 1
MOST_WAITING = 10_000
"""Unanswered threads remembered a partition; beyond it the conversation that has waited longest is forgotten."""


@dataclass(slots=True)
class Tally:
    """Counts of one workspace and topic in the open minute. Times in milliseconds."""

    count: int = 0
    inbound: int = 0
    outbound: int = 0
    replies: int = 0
    reply_ms_sum: int = 0
    reply_ms_max: int = 0


class Waiting:
    """Conversations that wait for an answer: for each thread since when, microseconds. Never more than `most`."""

    def __init__(self, entries: Iterable[tuple[str, bytes, int]] = (), most: int = MOST_WAITING) -> None:
        self._most = most
        self._threads: dict[str, dict[bytes, int]] = {}
        self._size = 0
        for conversation, thread, since in entries:
            self._put(conversation, thread, since)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[tuple[str, bytes, int]]:
        return ((name, thread, since) for name, threads in self._threads.items() for thread, since in threads.items())

    def ask(self, conversation: str, thread: str, at: int) -> None:
        """Somebody wrote to us. Who asks again waits since the first time."""
        self._put(conversation, _short(thread), at)

    def answer(self, conversation: str, at: int) -> int | None:
        """We wrote: how long the conversation had waited, microseconds; None if nothing written before waited."""
        threads = self._threads.get(conversation)
        answered = [thread for thread, since in threads.items() if since <= at] if threads else []
        if not threads or not answered:
            return None
        since = min(threads.pop(thread) for thread in answered)
        self._size -= len(answered)
        if not threads:
            del self._threads[conversation]
        return at - since

    def merge(self, survivor: str, absorbed: str) -> None:
        """Two conversations are one: what waited in the absorbed one waits in the survivor."""
        for thread, since in self._take(absorbed).items():
            self._put(survivor, thread, since)

    def split(self, old: str, new: str, threads: Iterable[str]) -> None:
        """Threads left a conversation: what waited in them waits in the new one."""
        moved = {_short(thread) for thread in threads}
        for thread, since in self._take(old).items():
            self._put(new if thread in moved else old, thread, since)

    def expire(self, before: int) -> None:
        """Forget what has waited since before a time: an answer that late is not one."""
        for conversation, threads in list(self._threads.items()):
            for thread in [thread for thread, since in threads.items() if since < before]:
                del threads[thread]
                self._size -= 1
            if not threads:
                del self._threads[conversation]

    def _take(self, conversation: str) -> dict[bytes, int]:
        threads = self._threads.pop(conversation, {})
        self._size -= len(threads)
        return threads

    def _put(self, conversation: str, thread: bytes, since: int) -> None:
        threads = self._threads.setdefault(conversation, {})
        if thread not in threads:
            self._size += 1
            threads[thread] = since
        threads[thread] = min(threads[thread], since)
        while self._size > self._most:
            self._take(next(iter(self._threads)))


@dataclass(slots=True)
class State:
    """One partition. Times in microseconds since 1970.

    `position`: offset of the open minute's first record, where a restart begins. `minute`: its begin, 0 before the
    first record. `seqs`: last sequence number of each workspace.
    """

    position: int = 0
    minute: int = 0
    seqs: dict[str, int] = field(default_factory=dict)
    waiting: Waiting = field(default_factory=Waiting)
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def pulses(self) -> list[Pulse]:
        """Records of the open minute as it is now."""
        return [
            Pulse(
                workspace=workspace,
                topic=topic,
                minute=self.minute,
                count=tally.count,
                inbound=tally.inbound,
                outbound=tally.outbound,
                replies=tally.replies,
                reply_ms_sum=tally.reply_ms_sum,
                reply_ms_max=tally.reply_ms_max,
            )
            for (workspace, topic), tally in self.tallies.items()
        ]

    def checkpoint(self) -> bytes:
        """The state at the begin of the open minute, while nothing of the minute is counted."""
        return msgspec.msgpack.encode(
            Checkpoint(FORMAT, self.position, self.minute, self.seqs, list(self.waiting)),
        )


class Checkpoint(msgspec.Struct, frozen=True, array_like=True):
    """The form of a checkpoint: MessagePack, an array."""

    format: int
    position: int
    minute: int
    seqs: dict[str, int]
    waiting: list[tuple[str, bytes, int]]


def restored(checkpoint: bytes | None) -> State:
    """The state that a checkpoint holds; without one, the state before the first record.

    Raises `StateError` for a checkpoint of another version.
    """
    if checkpoint is None:
        return State()
    try:
        found = msgspec.msgpack.decode(checkpoint, type=Checkpoint)
    except msgspec.MsgspecError as error:
        raise StateError(
            f"a checkpoint of pulse cannot be read ({error}): was it written by a newer version?"
        ) from error
    if found.format != FORMAT:
        raise StateError(f"a checkpoint of pulse has format {found.format}, this version reads {FORMAT}")
    return State(found.position, found.minute, dict(found.seqs), Waiting(found.waiting))


def _short(thread: str) -> bytes:
    return hashlib.blake2b(thread.encode("utf-8", "surrogatepass"), digest_size=8).digest()
