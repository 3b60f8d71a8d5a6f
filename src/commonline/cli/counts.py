"""Reads the topics that tell what became of deliveries, and keeps the account current."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from confluent_kafka import Message

from commonline import topics as table
from commonline.bus.offsets import committed
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader, headers_of
from commonline.kit.control import Control
from commonline.schemas import cloudevents
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import Activity, DeadLetter, Delivery, Ledger
from commonline.schemas.serde import Serde
from commonline.streams.normalize.account import Account, Report
from commonline.streams.normalize.outbox import ORIGIN
from commonline.streams.normalize.tally import STAGE

Progress = Callable[[int, int], None]
"""(records read, records there are at most)."""


class Counts:
    """Use as a context manager; every `refresh` reads what has come since the last.

    Records of open transactions are read too: normalize writes none, and unify's must not hide what lies behind.
    """

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        names = settings.topics
        self._deliveries = names.name(table.DELIVERIES)
        self._group = names.identifier(STAGE)
        self._unify = names.identifier("unify")
        self._activities = names.name(table.ACTIVITIES)
        self._serde = Serde(settings.ids)
        topics = (table.DELIVERIES, table.ACTIVITIES, table.DEAD_LETTERS, table.PARKED, table.LEDGER, table.SOURCES)
        self._reader = Reader(settings.kafka, [names.name(topic) for topic in topics], committed=False)
        lows = {number: span.low for (topic, number), span in self._reader.spans.items() if topic == self._deliveries}
        self.account = Account(self._deliveries, lows)
        self.paused: set[str] = set()
        self._ends: dict[int, int] = {}
        self._take: dict[str, Callable[[Message, Any], None]] = {
            names.name(table.ACTIVITIES): self._activity,
            names.name(table.DEAD_LETTERS): self._letter,
            names.name(table.LEDGER): self._line,
        }
        self._parked = names.name(table.PARKED)
        self._sources = names.name(table.SOURCES)

    def __enter__(self) -> Counts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.close()

    def refresh(self, progress: Progress = lambda _read, _total: None) -> Report:
        """Read on and report. What was committed when it began is judged; the rest counts as waiting."""
        done = committed(self._settings.kafka, self._group, self._deliveries)
        for read, message in enumerate(self._reader.until_end()):
            self._one(message)
            if read % 1000 == 0:
                progress(read, self._reader.total)
        return self.account.report(done)

    def behind(self) -> int:
        """Activities and control records that unify has not taken in; a mark of a transaction may count as one."""
        done = committed(self._settings.kafka, self._unify, self._activities)
        return sum(max(0, end - done.get(partition, 0)) for partition, end in self._ends.items())

    def _one(self, message: Message) -> None:
        topic, value = message.topic() or "", message.value()
        if topic == self._deliveries:
            self._delivery(message, value or b"")
        elif topic == self._parked:
            self._park(message)
        elif topic == self._sources:
            self._pause(message)
        elif value is not None:
            try:
                self._take[topic](message, self._serde.decode(value))
            except SchemaError:
                return  # not one of ours: nothing that is counted

    def _delivery(self, message: Message, value: bytes) -> None:
        partition, offset = message.partition() or 0, message.offset() or 0
        try:
            delivery = self._serde.decode_as(Delivery, value)
        except SchemaError:
            named = cloudevents.attributes(headers_of(message).items()).get("source", "")
            workspace, _, source = named.removeprefix("/").partition("/")
            source = source or (message.key() or b"").decode("utf-8", "replace")
            self.account.delivery(partition, offset, workspace, source, None)
        else:
            self.account.delivery(partition, offset, delivery.workspace, delivery.source, delivery)

    def _activity(self, message: Message, record: Any) -> None:
        partition = message.partition() or 0
        self._ends[partition] = (message.offset() or 0) + 1
        if isinstance(record, Activity):
            self.account.activity(record)

    def _letter(self, _message: Message, record: Any) -> None:
        if isinstance(record, DeadLetter):
            self.account.letter(record)

    def _line(self, _message: Message, record: Any) -> None:
        if isinstance(record, Ledger):
            self.account.ledger(record)

    def _park(self, message: Message) -> None:
        topic, _, place = headers_of(message).get(ORIGIN, b"").decode().partition("/")
        partition, _, offset = place.partition("/")
        if topic == self._deliveries and partition.isdigit() and offset.isdigit():
            self.account.parked(int(partition), int(offset))

    def _pause(self, message: Message) -> None:
        try:
            order = Control.decode(message.key() or b"", message.value())
        except ValueError:
            return
        (self.paused.add if order.paused else self.paused.discard)(order.source)
