"""The work of the simulated stage, and the oracle: a pure fold over the log of inputs.

Every input has an id, and some come again: how often is counted, so that no input can be done twice unseen. A new one
is counted for its workspace, and told with the workspace's `seq` and a digest of all ids so far, so that a lost,
repeated or exchanged input shows in everything after it. Some inputs write a continuation into their own log, in the
same transaction (protocol F5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from tests.model.consumer import Message
from tests.model.context import here
from tests.model.log import PartitionLog

INPUT, OUTPUT, DEAD, CHANGELOG = "activities", "feed", "dead", "changelog"
SEEN, WORKSPACE = b"object ", b"g "
"""Kinds of rows: the overlay has a pool for each, by the first byte of a key."""
CACHED_ROWS = 2
SLOW, AGAIN = "deciding takes long", "decided once more"
SLOW_S = 3.0
"""Longer than the stage decides for one transaction."""
MORE, CONTINUED = b"more", b"and "


@dataclass
class Fold:
    """State and outputs of a partition. `rows` is read and written as the stage's overlay is."""

    rows: dict[bytes, bytes] = field(default_factory=dict)
    told: list[bytes] = field(default_factory=list)

    def get(self, key: bytes) -> bytes | None:
        return self.rows.get(key)

    def put(self, key: bytes, row: bytes) -> None:
        self.rows[key] = row


def decide(state: Any, workspace: bytes, value: bytes) -> tuple[bytes | None, bytes | None]:
    """What an input does: (what is told, its continuation)."""
    seen, counted = SEEN + value, WORKSPACE + workspace
    times = int(state.get(seen) or b"0") + 1
    state.put(seen, b"%d" % times)
    if times > 1:
        return None, None
    before = state.get(counted) or b"0 "
    count, _, digest = before.partition(b" ")
    number = int(count) + 1
    digest = blake2b(digest + value, digest_size=4).hexdigest().encode()
    state.put(counted, b"%d %s" % (number, digest))
    continuation = CONTINUED + value if value.startswith(MORE) else None
    return b"seq %d: %s (%s)" % (number, value, digest), continuation


class Work:
    """The stage's task, on the product's overlay."""

    def __init__(self, specimen: Any, partition: int, store: Any, together: int) -> None:
        """`together`: so many records are handed over at once, while the rest is decided."""
        batch = specimen.module("commonline.bus.batch")
        self._batch, self._record, self._again = batch.Batch, batch.Record, batch.AgainError
        self._together = together
        self._view = specimen.module("commonline.streams.unify.view").View(store.get, store.scan, CACHED_ROWS)
        self._partition = partition

    def process(self, messages: Sequence[Message], condemned: frozenset[int], send: Callable[[Any], bool]) -> Any:
        records: list[Any] = []
        for taken, message in enumerate(messages, 1):
            workspace, value = message.key() or b"", message.value() or b""
            if message.offset() in condemned:
                records.append(self._write(DEAD, b"offset", b"%d" % (message.offset() or 0)))
                continue
            told, continuation = decide(self._view, workspace, value)
            if told is not None:
                records.append(self._write(OUTPUT, workspace, told))
            if continuation is not None:
                records.append(self._write(INPUT, workspace, continuation))
            if len(records) >= self._together:
                wrong = here().fault("records handed over", (SLOW, AGAIN))
                if wrong == SLOW:
                    here().machine.now += SLOW_S
                more, records = send(records), []
                if wrong == AGAIN:
                    raise self._again
                if not more:
                    return self._batch([], self._view.changes(), taken)
        return self._batch(records, self._view.changes())

    def _write(self, topic: str, key: bytes, value: bytes) -> Any:
        return self._record(topic, self._partition, key, value, [], 0)

    def committed(self) -> None:
        self._view.committed()

    def aborted(self) -> None:
        self._view.drop()


def dead(log: PartitionLog) -> set[int]:
    """Offsets of inputs that went to the dead letters."""
    return {int(entry.value or b"-1") for entry in log.committed()}


def fold(inputs: PartitionLog, condemned: set[int]) -> Fold:
    """What must have come of the log of inputs."""
    state = Fold()
    for entry in inputs.committed():
        if entry.offset in condemned:
            continue
        told, _ = decide(state, entry.key or b"", entry.value or b"")
        if told is not None:
            state.told.append(told)
    return state
