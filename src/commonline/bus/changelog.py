"""Reading a changelog into a local store: nothing unreadable is passed over (protocol F2, F20, F25)."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, cast

from confluent_kafka import (
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from commonline.bus.batch import offset_of
from commonline.bus.tuning import restorer_settings
from commonline.errors import BrokenChangelogError, RestartError
from commonline.logs import client_log
from commonline.settings import KafkaSettings

_client_log = client_log("commonline.kafka.restore")
ASK_S = 30
RESTORE_BATCH = 10_000
STALLED_S = 22.0
"""An open transaction ends within its time-out of 10 s and the broker's sweep of as many."""
SUSPECTED_S = 3.0
"""How much longer a record that should come by then is waited for."""
UNREADABLE = frozenset(
    {
        KafkaError._BAD_MSG,
        KafkaError._BAD_COMPRESSION,
        KafkaError._UNDERFLOW,
        KafkaError._NOT_IMPLEMENTED,
        KafkaError.INVALID_MSG,
        KafkaError.INVALID_RECORD,
    }
)
PASSING = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE, KafkaError._TIMED_OUT})
Check = Callable[[bytes, bytes | None], str | None]
"""What is wrong with a row of the changelog, by its key and value (None: deleted); None if nothing is."""
Progress = Callable[[int, int], None]
"""(rows applied so far, offsets to go) during a restore, at least once a second. May raise `AbandonedError`."""


class AbandonedError(Exception):
    """The partition was taken away, or the process stops, before the restore ended."""


@dataclass(frozen=True, slots=True)
class Changelog:
    """One partition of a changelog, or of another log that is read from a stated offset to another.

    `check` names a function (``module:function``, a `Check`), so that another process can call it too. `mend` is the
    command that mends it, for messages; empty where none does.
    """

    kafka: KafkaSettings
    topic: str
    partition: int
    check: str = ""
    mend: str = "commonline state rebuild"

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.topic}[{self.partition}]"

    def topic_id(self) -> str:
        """The id that the cluster gave this topic when it was made; another topic of the same name has another."""
        admin = AdminClient(self.kafka.librdkafka(), logger=_client_log)
        try:
            told = admin.describe_topics(TopicCollection([self.topic]), request_timeout=ASK_S)
            return str(told[self.topic].result(ASK_S).topic_id)
        except KafkaException as error:
            raise RestartError(f"{self.topic}: {error}") from error

    def begin(self) -> int:
        """The first offset that is kept; not 0 only where the changelog was written anew from there."""
        return self._offset(OffsetSpec.earliest(), committed=False)  # type: ignore[no-untyped-call]

    def end(self, *, committed: bool = False) -> int:
        """High watermark, open transactions included; `committed`: up to the first open transaction."""
        return self._offset(OffsetSpec.latest(), committed=committed)  # type: ignore[no-untyped-call]

    def _offset(self, spec: OffsetSpec, *, committed: bool) -> int:
        admin = AdminClient(self.kafka.librdkafka(), logger=_client_log)
        where = TopicPartition(self.topic, self.partition)
        level = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
        try:
            return int(admin.list_offsets({where: spec}, isolation_level=level)[where].result(timeout=ASK_S).offset)
        except KafkaException as error:
            raise RestartError(f"offsets of {self.place}: {error}") from error


def named(check: str) -> Check:
    """The function that a `Changelog` names; without a name everything passes."""
    if not check:
        return lambda _key, _value: None
    module, _, function = check.partition(":")
    return cast("Check", getattr(importlib.import_module(module), function))


class Sink(Protocol):
    """Where rows go: a local store, or whoever wants to know of them."""

    def apply(self, rows: Iterable[tuple[bytes, bytes | None]], changelog: int, /) -> int:
        """Take rows; they end before the offset `changelog`. Returns how many."""


def read(log: Changelog, start: int, end: int, sink: Sink, progress: Progress) -> int:
    """Apply the committed records from `start` up to `end`; returns how many.

    Raises `BrokenChangelogError` for the first record that cannot be read or is no row, `RestartError` when nothing
    comes for `STALLED_S`.
    """
    check = named(log.check)
    applied = 0
    for messages, reached in batches(log, start, end):
        if messages or reached >= end:
            applied += sink.apply(_rows(log, messages, check), reached)
        progress(applied, end - reached)
    return applied


def batches(log: Changelog, start: int, end: int) -> Iterator[tuple[list[Message], int]]:
    """Committed records from `start` up to `end`, with the offset behind them; at least once a second, maybe none.

    Raises as `read`.
    """
    consumer = Consumer(restorer_settings(log.kafka), logger=_client_log)
    try:
        consumer.assign([TopicPartition(log.topic, log.partition, start)])
        reached = start
        deadline, suspected = time.monotonic() + STALLED_S, False
        while reached < end:
            messages, told = _records(log, consumer.consume(RESTORE_BATCH, timeout=1.0), end)
            if told > reached:
                reached = told
                deadline, suspected = time.monotonic() + STALLED_S, False
            elif time.monotonic() > deadline:
                _stalled(log, reached, end, suspected=suspected)
                deadline, suspected = time.monotonic() + SUSPECTED_S, True
            yield messages, reached
    finally:
        consumer.close()


def _records(log: Changelog, found: list[Message], end: int) -> tuple[list[Message], int]:
    """The records before `end`, and the offset behind what came, at most `end` (-1: nothing)."""
    reached = -1
    if any(message.error() is not None for message in found):
        reached = max(_judge(log, error, message) for message in found if (error := message.error()) is not None)
        found = [message for message in found if message.error() is None]
    if found:
        reached = max(reached, offset_of(found[-1]) + 1)
        if reached > end:
            found = [message for message in found if offset_of(message) < end]
    return found, min(reached, end)


def _rows(log: Changelog, messages: list[Message], check: Check) -> list[tuple[bytes, bytes | None]]:
    """Millions go through here, hence so few steps."""
    rows = [(message.key() or b"", message.value()) for message in messages]
    for number, (key, value) in enumerate(rows):
        fault = check(key, value)
        if fault is not None:
            raise broken(log, messages[number].offset(), fault)
    return rows


def _judge(log: Changelog, error: KafkaError, message: Message) -> int:
    """The end's offset for the mark of the end, -1 for what passes by itself; raises for all else."""
    code, offset = error.code(), message.offset()
    if code == KafkaError._PARTITION_EOF:
        return -1 if offset is None else offset
    if code in UNREADABLE:
        raise broken(log, offset, error.str())
    if code in PASSING or (error.retriable() and not error.fatal()):
        return -1
    raise RestartError(f"{log.place}: {error}")


def broken(log: Changelog, offset: int | None, fault: str) -> BrokenChangelogError:
    """The error for a record that cannot be read."""
    where = "a record" if offset is None or offset < 0 else f"the record at offset {offset}"
    told = f"{log.place}: {where} is unreadable: {fault}; nothing is skipped"
    if log.mend:
        told += (
            f". Write the changelog anew, from the log of activities: {log.mend} --from activities; or from a worker's "
            f"state that is whole: {log.mend} --from local"
        )
    return BrokenChangelogError(told)


def _stalled(log: Changelog, reached: int, end: int, *, suspected: bool) -> None:
    """Raises what it means that nothing comes; the first time only where a transaction is open: one that has ended this
    very moment looks like a record that the broker cannot read."""
    stable = log.end(committed=True)
    if stable <= reached:
        raise RestartError(f"{log.place} stays at offset {reached} of {end}: a transaction is open; starting anew")
    if suspected:
        raise broken(log, reached, f"the broker sends nothing of {reached} to {stable} for {STALLED_S:.0f} s")
