"""The rim: reads the log and writes rows and offsets in one transaction, so that every record counts once.

No consumer group: where reading goes on stands in the database, beside the rows. Of several processes on one database
the last that began writes; the others serve, and one of them goes on when nothing was heard of the writer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from confluent_kafka import KafkaException, Message
from confluent_kafka.admin import AdminClient
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from commonline import topics as table
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader
from commonline.clock import Clock, now_us
from commonline.errors import PlatformError, StateError
from commonline.gateway.project.batch import Input, Told, project
from commonline.gateway.project.feeds import Feeds
from commonline.gateway.store import search, tables
from commonline.gateway.store.engine import Store
from commonline.gateway.store.tables import projector
from commonline.metrics import Metrics
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import ConversationActivity, FeedActivity, Link, Person
from commonline.schemas.serde import Serde

log = logging.getLogger(__name__)
NAME = "gateway"
BATCH = 2000
POLL_S = 0.2
LOOK_S = 5.0
"""How often feeds that are new are looked for, and a sign of life is left."""
SILENT_US = 15_000_000
AGAIN_S = 2.0
ASK_S = 15.0
Place = tuple[str, int]
Committed = Callable[[Sequence[Told]], None]


class TakenOverError(Exception):
    """Another process writes now."""


class Projector:
    """Keeps the store as the log says. `committed` is called, in its thread, with what became visible."""

    def __init__(
        self,
        store: Store,
        settings: ProcessSettings,
        metrics: Metrics,
        *,
        committed: Committed = lambda _told: None,
        clock: Clock = now_us,
    ) -> None:
        self._store, self._settings, self._metrics, self._clock = store, settings, metrics, clock
        self._committed = committed
        self._serde = Serde(settings.ids)
        self._stopping = threading.Event()
        self._epoch = 0
        self._feeds: Feeds | None = None
        self._reader: Reader | None = None
        self._topics: frozenset[str] = frozenset()
        self._looked = 0.0
        self.read = 0
        self.behind: int | None = None
        """Records that are not in the store yet; None: not known."""

    def stop(self) -> None:
        """Ask for a clean end; safe from any thread."""
        self._stopping.set()

    def ready(self) -> str | None:
        """What is missing, for /readyz."""
        if self.behind is None:
            return "waiting for Kafka"
        return None if self.behind < BATCH else f"{self.behind} records are not in the store yet"

    def run(self) -> None:
        """Project until `stop`. Raises `StateError` when log and store do not belong together."""
        try:
            while not self._stopping.is_set():
                try:
                    self._write_on()
                except TakenOverError:
                    log.info("another process writes to the database; this one serves")
                    self._stand_by()
                except (PlatformError, DBAPIError, KafkaException) as error:
                    log.warning("%s", error)
                    self._stopping.wait(AGAIN_S)
                finally:
                    self._close()
        finally:
            self._close()

    def catch_up(self, progress: Callable[[int, int], None] = lambda _read, _total: None) -> None:
        """Project what lies in the log now, and return."""
        self._begin()
        try:
            reader = self._open()
            total = reader.total
            while not self._at_end(reader):
                self._take(reader.poll(POLL_S, BATCH))
                progress(self.read, total)
        finally:
            self._close()

    @staticmethod
    def _at_end(reader: Reader) -> bool:
        return reader.ended >= reader.spans.keys()

    def _write_on(self) -> None:
        self._begin()
        while not self._stopping.is_set():
            if time.monotonic() - self._looked > LOOK_S:
                self._look()
            assert self._reader is not None
            self._take(self._reader.poll(POLL_S, BATCH))
            self.behind = self._reader.behind()
            self._metrics.gauge("commonline_gateway_lag_records").set(self.behind)

    def _begin(self) -> None:
        """Become the process that writes."""
        cluster = self._log()
        with self._store.writing() as connection:
            row = connection.execute(select(projector)).mappings().first()
            if row is not None and row["log"] != cluster:
                raise StateError(
                    f"the database {self._store.told} was filled from {row['log']}, and this is {cluster}: "
                    "build it anew with: commonline gateway rebuild"
                )
            self._epoch = (row["epoch"] if row else 0) + 1
            values = {"epoch": self._epoch, "beat": self._clock(), "log": cluster}
            if row is None:
                connection.execute(insert(projector).values(id=1, **values))
            else:
                connection.execute(update(projector).values(**values))
            self._feeds = Feeds(connection)
        self._looked = 0.0

    def _log(self) -> str:
        try:
            told = AdminClient(self._settings.kafka.librdkafka(), logger=log).list_topics(timeout=ASK_S)
        except KafkaException as error:
            raise PlatformError(f"Kafka at {self._settings.kafka.bootstrap} does not answer: {error}") from error
        names = self._settings.topics
        begin, _, end = names.feed("{}", "").partition("{}")
        feeds = {name for name in told.topics if name.startswith(begin) and name.endswith(end.lstrip("."))}
        self._topics = frozenset(feeds | {names.name(one) for one in (table.CONVERSATIONS, table.PERSONS, table.LINKS)})
        return f"cluster {told.cluster_id} prefix {names.prefix!r}"

    def _look(self) -> None:
        """Feeds that are new are read as well; leave a sign of life."""
        before = self._topics
        self._log()
        if self._reader is None or self._topics != before:
            self._open()
        with self._store.writing() as connection:
            self._beat(connection)
        self._looked = time.monotonic()

    def _open(self) -> Reader:
        if self._reader is not None:
            self._reader.close()
        with self._store.reading() as connection:
            start = offsets_of(connection)
        self._reader = Reader(self._settings.kafka, sorted(self._topics), start=start)
        for place, offset in start.items():
            span = self._reader.spans.get(place)
            if span is not None and offset > span.high:
                raise StateError(
                    f"{place[0]}[{place[1]}] ends at {span.high}, and the database has read up to {offset}: the log "
                    "was made anew; build the database anew with: commonline gateway rebuild"
                )
        return self._reader

    def _take(self, messages: Sequence[Message]) -> None:
        assert self._feeds is not None
        assert self._reader is not None
        settled = self._unsettled()
        if not messages and not settled:
            return
        started = time.monotonic()
        inputs = [one for message in messages if (one := self._input(message)) is not None]
        with self._store.writing() as connection:
            self._beat(connection)
            told = project(connection, self._feeds, inputs)
            for name in self._unsettled():
                self._feeds.settle(name)
            self._feeds.save(connection)
            save_offsets(connection, messages)
        self.read += len(messages)
        stage = {"stage": NAME}
        self._metrics.counter("commonline_stage_batches_total", stage).inc()
        self._metrics.histogram("commonline_stage_batch_records", stage).observe(len(messages))
        self._metrics.histogram("commonline_stage_batch_seconds", stage).observe(time.monotonic() - started)
        if told:
            self._committed(told)

    def _unsettled(self) -> list[tuple[str, str]]:
        """Feeds that have come to their log's end and do not know yet since when they are exact."""
        assert self._feeds is not None
        assert self._reader is not None
        names, ended = self._settings.topics, self._reader.ended
        return [
            (feed.workspace, feed.department)
            for feed in self._feeds.all
            if feed.exact_since == tables.FOREVER and (names.feed(feed.workspace, feed.department), 0) in ended
        ]

    def _input(self, message: Message) -> Input | None:
        value = message.value()
        if value is None:
            return None
        try:
            record = self._serde.decode(value)
        except SchemaError as error:
            log.error("%s[%s] offset %s: %s", message.topic(), message.partition(), message.offset(), error)
            labels = {"stream": NAME, "cause": "undecodable"}
            self._metrics.counter("commonline_stream_skipped_total", labels).inc()
            return None
        if not isinstance(record, FeedActivity | ConversationActivity | Person | Link):
            return None
        return Input(record, (message.key() or b"").hex())

    def _beat(self, connection: Connection) -> None:
        alive = update(projector).where(projector.c.epoch == self._epoch).values(beat=self._clock())
        if connection.execute(alive).rowcount != 1:
            raise TakenOverError

    def _stand_by(self) -> None:
        self._close()
        self.behind = 0
        while not self._stopping.wait(LOOK_S):
            with self._store.reading() as connection:
                beat = connection.execute(select(projector.c.beat)).scalar_one()
            if self._clock() - beat > SILENT_US:
                return

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def offsets_of(connection: Connection) -> dict[Place, int]:
    """Where reading goes on."""
    c = tables.offsets.c
    found = connection.execute(select(c.topic, c.partition, c.next))
    return {(topic, number): offset for topic, number, offset in found}


def save_offsets(connection: Connection, messages: Sequence[Message]) -> None:
    """Reading goes on behind these."""
    found: dict[Place, int] = {}
    for message in messages:
        found[message.topic() or "", message.partition() or 0] = (message.offset() or 0) + 1
    _put_offsets(connection, found)


def _put_offsets(connection: Connection, found: Mapping[Place, int]) -> None:
    c = tables.offsets.c
    for (topic, number), offset in found.items():
        where = (c.topic == topic, c.partition == number)
        if connection.execute(update(tables.offsets).where(*where).values(next=offset)).rowcount == 0:
            connection.execute(insert(tables.offsets).values(topic=topic, partition=number, next=offset))


def drop(store: Store) -> None:
    """Forget all that was projected, and which log it came from; read marks and what others keep stay."""
    with store.writing() as connection:
        search.forget(connection)
        for one in (*tables.PROJECTED, projector):
            connection.execute(delete(one))
