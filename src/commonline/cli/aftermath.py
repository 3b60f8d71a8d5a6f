"""What came of a replay: read from the topics, behind where they ended when it began."""

from __future__ import annotations

from dataclasses import dataclass, field

from confluent_kafka import Message

from commonline import topics as table
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Last, Reader, headers_of
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import ConversationActivity, DeadLetter, Delivery
from commonline.schemas.serde import Serde
from commonline.streams.normalize.outbox import ORIGIN


@dataclass(slots=True)
class Counts:
    """`new`: activities never seen before. `updated`: objects that are told otherwise now. `dead`: deliveries
    that died, by source. What is in none of these is as it was."""

    new: int = 0
    updated: int = 0
    dead: dict[str, int] = field(default_factory=dict)
    parked: int = 0


class Aftermath:
    """Make it before anything is written; `read` when the stages have done with it."""

    def __init__(self, settings: ProcessSettings) -> None:
        names = settings.topics
        self._serde = Serde(settings.ids)
        self._deliveries = names.name(table.DELIVERIES)
        self._parked = names.name(table.PARKED)
        self._kafka = settings.kafka
        self._topics = [names.name(topic) for topic in (table.CONVERSATIONS, table.DEAD_LETTERS, table.PARKED)]
        with Reader(settings.kafka, [self._deliveries, *self._topics], start=Last(0)) as reader:
            self._begins = {place: span.high for place, span in reader.spans.items()}

    def read(self) -> Counts:
        """Count what was written since, of deliveries in mode ``replay``. Call it when the stages have done."""
        counts = Counts()
        letters: set[str] = set()
        begins = {place: high for place, high in self._begins.items() if place[0] != self._deliveries}
        with Reader(self._kafka, self._topics, start=begins) as reader:
            for message in reader.until_end():
                self._one(message, counts, letters)
        return counts

    def _one(self, message: Message, counts: Counts, letters: set[str]) -> None:
        if message.topic() == self._parked:
            counts.parked += self._set_aside(message)
            return
        try:
            record = self._serde.decode(message.value() or b"")
        except SchemaError:
            return  # a mark that a letter was replayed, or not one of ours
        if isinstance(record, ConversationActivity):
            self._activity(record, counts)
        elif isinstance(record, DeadLetter) and record.id not in letters and self._ours(record):
            letters.add(record.id)
            counts.dead[record.source] = counts.dead.get(record.source, 0) + 1

    def _activity(self, record: ConversationActivity, counts: Counts) -> None:
        activity = record.activity
        if activity is None or activity.origin.mode != "replay":
            return
        if activity.origin.offset >= self._begin(activity.origin.partition):
            counts.new += record.supersedes is None
            counts.updated += record.supersedes is not None

    def _begin(self, partition: int) -> int:
        return self._begins.get((self._deliveries, partition), 0)

    def _ours(self, letter: DeadLetter) -> bool:
        if letter.topic != self._deliveries or letter.partition is None or letter.offset is None:
            return False
        return letter.offset >= self._begin(letter.partition) and self._replayed(letter.value)

    def _replayed(self, value: bytes | None) -> bool:
        """Whether a record is a replayed delivery. Further letters of one delivery carry no bytes: it counts once."""
        try:
            return value is not None and self._serde.decode_as(Delivery, value).mode == "replay"
        except SchemaError:
            return False

    def _set_aside(self, message: Message) -> bool:
        """Whether a replayed delivery was parked, again or for the first time."""
        topic, _, place = headers_of(message).get(ORIGIN, b"").decode("utf-8", "replace").partition("/")
        partition, _, offset = place.partition("/")
        if topic != self._deliveries or not (partition.isdigit() and offset.isdigit()):
            return False
        return int(offset) >= self._begin(int(partition)) and self._replayed(message.value())
