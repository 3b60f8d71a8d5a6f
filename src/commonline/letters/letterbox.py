"""Reading dead letters and parked deliveries, and finding the delivery that each is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from commonline import topics as table
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader, headers_of
from commonline.errors import ConfigurationError, PlatformError
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import Activity, DeadLetter, Delivery
from commonline.schemas.serde import Serde
from commonline.streams.normalize.outbox import ORIGIN

Place = tuple[str, int, int]
"""Topic, partition, offset."""
FETCH_S = 10.0


@dataclass(frozen=True, slots=True)
class Filter:
    """Which letters are meant; empty: all. `path` and `cause` match a part of the text."""

    workspace: str | None = None
    source: str | None = None
    step: str | None = None
    cause: str | None = None
    path: str | None = None
    ids: tuple[str, ...] = ()

    def takes(self, letter: DeadLetter) -> bool:
        """Whether a letter is meant."""
        return (
            (self.workspace is None or letter.workspace == self.workspace)
            and (self.source is None or letter.source == self.source)
            and (self.step is None or letter.step == self.step)
            and (self.cause is None or self.cause.lower() in letter.cause.lower())
            and (self.path is None or self.path in (letter.path or ""))
            and (not self.ids or letter.id.startswith(self.ids))
        )


@dataclass(slots=True)
class Letters:
    """All dead letters by id, and the ids of those that were replayed."""

    by_id: dict[str, DeadLetter] = field(default_factory=dict)
    replayed: set[str] = field(default_factory=set)

    def take(self, message: Message, serde: Serde) -> None:
        """A record of dead-letters.v1. One without value says that its letter was replayed."""
        value = message.value()
        if value is None:
            self.replayed.add((message.key() or b"").decode("utf-8", "replace"))
            return
        try:
            letter = serde.decode_as(DeadLetter, value)
        except SchemaError:
            return  # not one of ours: there is nothing to list
        self.by_id.setdefault(letter.id, letter)

    def chosen(self, which: Filter, *, again: bool = False) -> list[DeadLetter]:
        """The letters that are meant, oldest first; those that were replayed only with `again`."""
        found = [
            letter
            for letter in self.by_id.values()
            if which.takes(letter) and (again or letter.id not in self.replayed)
        ]
        return sorted(found, key=lambda letter: (letter.failed, letter.id))

    def one(self, prefix: str) -> DeadLetter:
        """The letter whose id begins so. Raises `ConfigurationError` when it is none or several."""
        found = [letter for name, letter in self.by_id.items() if name.startswith(prefix.lower())]
        if len(found) != 1:
            number = "no dead letter has" if not found else f"{len(found)} dead letters have"
            raise ConfigurationError(f"{number} an id that begins with {prefix!r}; see: commonline dead list --ids")
        return found[0]


def read_letters(
    settings: ProcessSettings, progress: Callable[[int, int], None] = lambda _read, _total: None
) -> Letters:
    """Read dead-letters.v1 from its beginning."""
    serde = Serde(settings.ids)
    letters = Letters()
    with Reader(settings.kafka, [settings.topics.name(table.DEAD_LETTERS)]) as reader:
        for number, message in enumerate(reader.until_end()):
            letters.take(message, serde)
            if number % 500 == 0:
                progress(number, reader.total)
    return letters


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery that was set aside: its record's value, and where it was read."""

    source: str
    origin: str
    value: bytes


def read_parked(settings: ProcessSettings, source: str | None = None, *, again: bool = False) -> list[Parked]:
    """Read parked.v1 from its beginning; what was replayed already is left out."""
    found: dict[str, Parked] = {}
    replayed: set[str] = set()
    with Reader(settings.kafka, [settings.topics.name(table.PARKED)]) as reader:
        for message in reader.until_end():
            key = (message.key() or b"").decode("utf-8", "replace")
            origin = headers_of(message).get(ORIGIN, b"").decode("utf-8", "replace")
            value = message.value()
            if value is None:
                replayed.add(origin)
            elif source is None or source == key:
                found.setdefault(origin, Parked(key, origin, value))
    return [one for origin, one in found.items() if again or origin not in replayed]


class Beside:
    """What deliveries by their place have led to that is still open: ids of dead letters, parked copies."""

    def __init__(self, settings: ProcessSettings) -> None:
        letters = read_letters(settings)
        self._letters: dict[Place | None, list[str]] = {}
        for letter in letters.by_id.values():
            if letter.id not in letters.replayed:
                self._letters.setdefault(_place(letter), []).append(letter.id)
        self._parked = {one.origin: one for one in read_parked(settings)}

    def of(self, place: Place) -> tuple[list[str], list[Parked]]:
        """Letters and parked copies of the delivery that lies there."""
        topic, partition, offset = place
        parked = self._parked.get(f"{topic}/{partition}/{offset}")
        return self._letters.get(place, []), [parked] if parked is not None else []


class Originals:
    """The records that letters are about: from the letter, from another letter of the same record, or the log."""

    def __init__(self, settings: ProcessSettings, letters: Iterable[DeadLetter]) -> None:
        self._settings = settings
        self._serde = Serde(settings.ids)
        self._deliveries = settings.topics.name(table.DELIVERIES)
        self._values: dict[Place | None, bytes] = {}
        self._siblings: dict[Place | None, list[str]] = {}
        for letter in letters:
            self._siblings.setdefault(_place(letter), []).append(letter.id)
            if letter.value is not None:
                self._values[_place(letter)] = letter.value

    def siblings(self, letter: DeadLetter) -> list[str]:
        """Ids of all letters of the same record, its own among them: they are replayed together."""
        return self._siblings.get(_place(letter), [letter.id])

    def value(self, letter: DeadLetter) -> bytes | None:
        """The bytes of the record that failed; None when nothing has them any more."""
        place = _place(letter)
        if letter.value is not None or place is None:
            return letter.value
        found = self._values.get(place)
        return found if found is not None else self.fetch(place)

    def delivery(self, letter: DeadLetter) -> Delivery | None:
        """The delivery, also of an activity that failed later; None when it cannot be had or read."""
        value = self.value(letter)
        if value is None or letter.topic is None:
            return None
        try:
            record = self._serde.decode(value)
            if isinstance(record, Activity):
                origin = record.origin
                there = self.fetch((origin.topic, origin.partition, origin.offset))
                record = self._serde.decode(there) if there is not None else record
        except SchemaError:
            return None
        return record if isinstance(record, Delivery) else None

    def fetch(self, place: Place) -> bytes | None:
        """One record of a log, or None when it is deleted. Raises `PlatformError` when Kafka does not answer."""
        topic, partition, offset = place
        consumer = Consumer(
            {
                **self._settings.kafka.librdkafka(),
                "group.id": "commonline-reader",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
            }
        )
        try:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=FETCH_S)
            if not low <= offset < high:
                return None
            consumer.assign([TopicPartition(topic, partition, offset)])
            message = consumer.poll(FETCH_S)
            if message is None or message.error() is not None:
                raise PlatformError(f"{topic}[{partition}] offset {offset} cannot be read: Kafka does not answer")
            return message.value() if message.offset() == offset else None
        except KafkaException as error:
            raise PlatformError(f"{topic}[{partition}] offset {offset}: {error.args[0].str()}") from error
        finally:
            consumer.close()


def _place(letter: DeadLetter) -> Place | None:
    if letter.topic is None or letter.partition is None or letter.offset is None:
        return None
    return (letter.topic, letter.partition, letter.offset)
