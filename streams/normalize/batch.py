"""One batch of deliveries: each is mapped, parked or buried, and counted. Writes by the outbox, commits nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from confluent_kafka import Message

from commonline.bus.reader import headers_of
from commonline.clock import Clock
from commonline.metrics import Metrics
from commonline.schemas import cloudevents
from commonline.schemas.codec import decode_delivery
from commonline.schemas.errors import SchemaError
from commonline.schemas.framing import HEADER_SIZE
from commonline.schemas.records import DeadLetter, Delivery
from commonline.schemas.serde import Serde
from commonline.streams.normalize.breaker import Breaker
from commonline.streams.normalize.decide import Decided, Normalizer
from commonline.streams.normalize.flight import Flight
from commonline.streams.normalize.letters import Place, Sender
from commonline.streams.normalize.outbox import Outbox
from commonline.streams.normalize.tally import Line, Tally, as_number

STAGE = "normalize"


class Batches:
    """Works on batches with everything that normalize knows and remembers between two commits."""

    def __init__(
        self,
        normalizer: Normalizer,
        outbox: Outbox,
        tally: Tally,
        flight: Flight,
        serde: Serde,
        metrics: Metrics,
        clock: Clock,
        now: Callable[[], float],
        say: Callable[[str, bool], None] = lambda _source, _open: None,
    ) -> None:
        self.normalizer = normalizer
        self.outbox = outbox
        self.tally = tally
        self.flight = flight
        self._serde, self._metrics, self._clock, self._now, self._say = serde, metrics, clock, now, say
        self._frame = serde.header("Delivery")
        self._at = 0
        """The present of this batch, microseconds."""
        self._breakers: dict[str, Breaker] = {}
        self._open: set[str] = set()
        self._counts: dict[str, list[int]] = {}
        """By source: read, with a dead letter."""

    def process(self, messages: Sequence[Message], beat: Callable[[], None]) -> None:
        """Decide and hand over all outputs. The caller must flush before it commits."""
        enter, condemned, take = self.flight.enter, self.flight.condemned, self._take
        self._at = self._clock()
        ends: dict[int, int] = {}
        try:
            for message in messages:
                partition, offset = message.partition() or 0, message.offset() or 0
                if partition not in ends:
                    self.tally.cover(partition, offset, offset)
                ends[partition] = offset
                enter(partition, offset)
                beat()
                if condemned and (partition, offset) in condemned:
                    self._condemn(message, partition, offset)
                else:
                    take(message, partition, offset)
        finally:
            self.flight.leave()
        for partition, last in ends.items():
            self.tally.cover(partition, last, last)
        self._judge()

    def mended(self) -> None:
        """The configuration was changed: sources whose breaker is open are tried at once."""
        for source in self._open:
            self._breakers[source].mended()

    def _take(self, message: Message, partition: int, offset: int) -> None:
        value = message.value() or b""
        place = Place(message.topic() or "", partition, offset, value)
        try:
            delivery = decode_delivery(value, HEADER_SIZE) if value.startswith(self._frame) else self._older(value)
        except SchemaError as error:
            self._refuse(message, place, error)
            return
        source = delivery.source
        line = self.tally.line(partition, delivery.workspace, source, delivery.received)
        line.read += 1
        # Kafka refuses records of the future (protocol F19): `received` is capped at now.
        timestamp = min(delivery.received, self._at) // 1000
        counts = self._counts.get(source)
        if counts is None:
            counts = self._counts[source] = [0, 0]
        if source in self._open and not self._breakers[source].admits(self._now(), asked=delivery.mode == "replay"):
            line.parked += 1
            self.outbox.parked(message, timestamp)
            return
        decided = self.normalizer.decide(delivery, place, self._at)
        self._send(delivery, decided, line, timestamp)
        if delivery.mode != "replay" or source in self._open:  # a replay that dies says nothing of what comes live
            counts[0] += 1
            counts[1] += bool(decided.dead)
        if source in self._open:
            self._judge_one(source)

    def _refuse(self, message: Message, place: Place, error: Exception) -> None:
        sender = _sender(message)
        letter = self.normalizer.unreadable(place, sender, error, self._at)
        self._bury_alone(letter, place.partition, sender)

    def _older(self, value: bytes) -> Delivery:
        """A delivery of another version of its schema; or what is none, which raises `SchemaError`."""
        return self._serde.decode_as(Delivery, value)

    def _send(self, delivery: Delivery, decided: Decided, line: Line, timestamp: int) -> None:
        activities = decided.activities
        if activities:
            traced = delivery.headers.get("traceparent") if delivery.headers else None
            parent = traced.encode() if traced is not None else None
            send = self.outbox.activity
            for activity, raw in activities:
                send(activity, raw, timestamp, parent)
                line.total += as_number(activity.id)
            line.activities += len(activities)
        elif not decided.dead:
            line.quiet += 1
        for rule in decided.skipped:
            line.ignored[rule] = line.ignored.get(rule, 0) + 1
        for letter in decided.dead:
            self._bury(letter, line, timestamp)

    def _bury(self, letter: DeadLetter, line: Line, timestamp: int) -> None:
        line.dead += 1
        self.outbox.dead(letter, timestamp)
        labels = {"source": letter.source, "step": letter.step, "cause": letter.cause}
        self._metrics.counter("commonline_dead_letters_total", labels).inc()

    def _bury_alone(self, letter: DeadLetter, partition: int, sender: Sender) -> None:
        line = self.tally.line(partition, sender.workspace, sender.source, letter.failed)
        line.read += 1
        self._bury(letter, line, letter.failed // 1000)

    def _condemn(self, message: Message, partition: int, offset: int) -> None:
        """Unread: not even decoded, for that may be what kills."""
        place = Place(message.topic() or "", partition, offset, message.value() or b"")
        deaths = self.flight.deaths[partition, offset]
        sender = _sender(message)
        self._bury_alone(self.normalizer.poison(place, sender, deaths, self._at), partition, sender)

    def _judge(self) -> None:
        for source in list(self._counts):
            self._judge_one(source)

    def _judge_one(self, source: str) -> None:
        read, died = self._counts.pop(source, (0, 0))
        breaker = self._breakers.get(source)
        if breaker is None:
            breaker = self._breakers[source] = Breaker()
        if read and breaker.note(read, died, self._now()):
            self._metrics.gauge("commonline_breaker_open", {"source": source}).set(int(breaker.open))
            (self._open.add if breaker.open else self._open.discard)(source)
            self._say(source, breaker.open)


def _sender(message: Message) -> Sender:
    """What headers (``ce_source`` is /<workspace>/<source>) and key say of a delivery that is not decoded."""
    found = cloudevents.attributes(headers_of(message).items()).get("source", "")
    _, _, rest = found.partition("/")
    workspace, _, source = rest.partition("/")
    return Sender(workspace, "", source or (message.key() or b"").decode("utf-8", "replace"))
