"""One batch of deliveries: each is mapped, parked or buried, and counted. Writes by the outbox, commits nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
from commonline.streams.normalize.compiled import CompiledMappings
from commonline.streams.normalize.decide import Decided, Normalizer
from commonline.streams.normalize.flight import Flight
from commonline.streams.normalize.letters import Place, Sender
from commonline.streams.normalize.outbox import Outbox
from commonline.streams.normalize.tally import Line, Tally

STAGE = "normalize"
TOGETHER = 32
TOGETHER_BYTES = 4 * 1024 * 1024
"""Records that go through each step together (of 1 to 200 the quickest number), and of how many bytes."""
BEAT_EVERY = 16
"""Records between two signs of life; a record that hangs is found all the same."""


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
        compiled: CompiledMappings | None = None,
    ) -> None:
        self.normalizer, self._compiled = normalizer, compiled
        self.outbox = outbox
        self.tally = tally
        self.flight = flight
        self._serde, self._metrics, self._clock, self._now, self._say = serde, metrics, clock, now, say
        self._frame = serde.header("Delivery")
        self._at = 0
        """The present of this batch, microseconds."""
        self._condemned: frozenset[tuple[int, int]] = frozenset()
        self._breakers: dict[str, Breaker] = {}
        self._open: set[str] = set()
        self._counts: dict[str, list[int]] = {}
        """By source: read, with a dead letter."""

    def process(self, messages: Sequence[Message], beat: Callable[[], None]) -> None:
        """Decide and hand over all outputs. The caller must flush before it commits."""
        self._at, self._condemned = self._clock(), self.flight.condemned
        for message in messages:
            self.tally.cover(message.partition() or 0, message.offset() or 0)
        try:
            for some in _handfuls(messages):
                self._together(some, beat)
        finally:
            self.flight.leave()
        self._judge()

    def changed(self, normalizer: Normalizer, compiled: CompiledMappings | None) -> None:
        """The configuration was changed: this one counts now, and sources whose breaker is open are tried at once."""
        self.normalizer, self._compiled = normalizer, compiled
        self.outbox.partitions = normalizer.workspaces
        for source in self._open:
            self._breakers[source].mended()
            self._enable(source, on=False)

    def _together(self, messages: Sequence[Message], beat: Callable[[], None]) -> None:
        """One step for all, then the next: a step's code stays in the processor's caches (a third of the time)."""
        enter, normalizer = self.flight.enter, self.normalizer
        beat()
        compiled = None if self._condemned else self._compiled  # what is condemned must not even be looked at
        left = range(len(messages)) if compiled is None else self._in_compiled_form(compiled, messages)
        taken = [(number, one) for number in left if (one := self._take(messages[number])) is not None]
        works = []
        for turn, (_, (place, delivery, _)) in enumerate(taken):
            if not turn % BEAT_EVERY:
                beat()
            enter(place.partition, place.offset)
            works.append(normalizer.mapped(delivery, place))
        decided = []
        for work in works:
            enter(work.place.partition, work.place.offset)
            decided.append(normalizer.finished(work, self._at))
        beat()
        sent = 0
        for (number, (_, delivery, line)), outcome in zip(taken, decided, strict=True):
            if compiled is not None and sent < number:
                self.outbox.hand_over(compiled, sent, number, self._at)
            self._send(delivery, outcome, line)
            sent = number
        if compiled is not None:
            self.outbox.hand_over(compiled, sent, len(messages), self._at)

    def _in_compiled_form(self, compiled: CompiledMappings, messages: Sequence[Message]) -> Sequence[int]:
        """Let the compiled mappings do what they can, and count it; the places of what is left for Python."""
        left = compiled.work(messages, self.flight.page)
        for told in compiled.counts():
            line = self.tally.line(told.partition, told.workspace, told.source, told.hour)
            line.read += told.records
            line.activities += told.records
            line.sum += told.upper << 64 | told.lower
            if told.live:
                self._note(told.source, read=told.live)
        return left

    def _take(self, message: Message) -> tuple[Place, Delivery, Line] | None:
        """Read a record and count it; None where it needs no mapping any more."""
        partition, offset, value = message.partition() or 0, message.offset() or 0, message.value() or b""
        self.flight.enter(partition, offset)
        place = Place(message.topic() or "", partition, offset, value)
        if self._condemned and (partition, offset) in self._condemned:
            self._condemn(message, place)
            return None
        try:
            delivery = decode_delivery(value, HEADER_SIZE) if value.startswith(self._frame) else self._older(value)
        except SchemaError as error:
            self._refuse(message, place, error)
            return None
        line = self.tally.line(partition, delivery.workspace, delivery.source, delivery.received)
        line.read += 1
        if delivery.source not in self._open:
            return place, delivery, line
        self._probe(message, place, delivery, line)
        return None

    def _probe(self, message: Message, place: Place, delivery: Delivery, line: Line) -> None:
        """A source whose breaker is open: its deliveries are parked, but one now and then is tried."""
        source = delivery.source
        if not self._breakers[source].admits(self._now(), asked=delivery.mode == "replay"):
            line.parked += 1
            self.outbox.parked(message, self._timestamp(delivery))
            return
        self._send(delivery, self.normalizer.decide(delivery, place, self._at), line)
        self._judge_one(source)

    def _timestamp(self, delivery: Delivery) -> int:
        """Milliseconds. Kafka refuses records of the future (protocol F19): `received` is capped at now."""
        return min(delivery.received, self._at) // 1000

    def _refuse(self, message: Message, place: Place, error: Exception) -> None:
        sender = _sender(message)
        letter = self.normalizer.unreadable(place, sender, error, self._at)
        self._bury_alone(letter, place.partition, sender)

    def _older(self, value: bytes) -> Delivery:
        """A delivery of another version of its schema; or what is none, which raises `SchemaError`."""
        return self._serde.decode_as(Delivery, value)

    def _send(self, delivery: Delivery, decided: Decided, line: Line) -> None:
        timestamp = self._timestamp(delivery)
        activities = decided.activities
        if activities:
            traced = delivery.headers.get("traceparent") if delivery.headers else None
            parent = traced.encode() if traced is not None else None
            for activity, raw in activities:
                self.outbox.activity(activity, raw, timestamp, parent)
                line.ids.append(activity.id)
            line.activities += len(activities)
        elif not decided.dead:
            line.quiet += 1
        for rule in decided.skipped:
            line.ignored[rule] = line.ignored.get(rule, 0) + 1
        for letter in decided.dead:
            self._bury(letter, line, timestamp)
        if delivery.mode != "replay" or delivery.source in self._open:  # a replay's dead say nothing of what comes live
            self._note(delivery.source, died=bool(decided.dead))

    def _note(self, source: str, *, read: int = 1, died: int = 0) -> None:
        counts = self._counts.get(source)
        if counts is None:
            counts = self._counts[source] = [0, 0]
        counts[0] += read
        counts[1] += died

    def _bury(self, letter: DeadLetter, line: Line, timestamp: int) -> None:
        line.dead += 1
        self.outbox.dead(letter, timestamp)
        labels = {"source": letter.source, "step": letter.step, "cause": letter.cause}
        self._metrics.counter("commonline_dead_letters_total", labels).inc()

    def _bury_alone(self, letter: DeadLetter, partition: int, sender: Sender) -> None:
        line = self.tally.line(partition, sender.workspace, sender.source, letter.failed)
        line.read += 1
        self._bury(letter, line, letter.failed // 1000)

    def _condemn(self, message: Message, place: Place) -> None:
        """Unread: not even decoded, for that may be what kills."""
        deaths = self.flight.deaths[place.partition, place.offset]
        sender = _sender(message)
        self._bury_alone(self.normalizer.poison(place, sender, deaths, self._at), place.partition, sender)

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
            self._enable(source, on=not breaker.open)
            self._say(source, breaker.open)

    def _enable(self, source: str, *, on: bool) -> None:
        """A source whose breaker is open is Python's: its deliveries are parked and tried one by one."""
        if self._compiled is not None:
            self._compiled.enable(source, on=on)


def _handfuls(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """As many as fit together, fewer where they are large."""
    begin = size = 0
    for end, message in enumerate(messages, 1):
        size += len(message)
        if end - begin == TOGETHER or size > TOGETHER_BYTES:
            yield messages[begin:end]
            begin, size = end, 0
    if begin < len(messages):
        yield messages[begin:]


def _sender(message: Message) -> Sender:
    """What headers (``ce_source`` is /<workspace>/<source>) and key say of a delivery that is not decoded."""
    found = cloudevents.attributes(headers_of(message).items()).get("source", "")
    _, _, rest = found.partition("/")
    workspace, _, source = rest.partition("/")
    return Sender(workspace, "", source or (message.key() or b"").decode("utf-8", "replace"))
