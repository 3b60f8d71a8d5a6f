"""Where deliveries and cursors go: encoded, sent, and acknowledged by the broker before anybody is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import NamedTuple

import msgspec
from prometheus_client import Counter, Gauge

from commonline import topics as table
from commonline.bus.producer import Acknowledged, AsyncProducer, Headers
from commonline.clock import Clock, now_us
from commonline.errors import CommonlineError
from commonline.ids import uuid5
from commonline.kit.blobs import BlobStore
from commonline.metrics import Metrics
from commonline.schemas import cloudevents
from commonline.schemas.records import Cursor, DeadLetter, Delivery
from commonline.schemas.serde import Serde
from commonline.topics import Topics

SOFTWARE = version("commonline")
HEADROOM = 256 * 1024
"""Of a record's largest size, what is left for its headers, the request line and the batch around it."""
HEAD = 64 * 1024
"""How much of a body that is too large is kept in its dead letter."""


Told = Callable[[CommonlineError | None], None]
"""Hears what `Sink.keep` raises, or None: the broker has the delivery."""


class _Source(NamedTuple):
    """What all deliveries of a source have in common."""

    key: bytes
    stamp: cloudevents.Stamp
    counter: Counter
    last: Gauge


class Sink:
    """Keeps deliveries, cursors and dead letters of the receiving side.

    What the producer gave up may be in the log all the same: its sender repeats it, and ids take care of that.
    """

    def __init__(
        self,
        producer: AsyncProducer,
        topics: Topics,
        blobs: BlobStore,
        serde: Serde,
        metrics: Metrics,
        *,
        clock: Clock = now_us,
        inline_limit: int = table.DELIVERIES.max_bytes - HEADROOM,
    ) -> None:
        self._producer, self._blobs, self._metrics = producer, blobs, metrics
        self._serde, self._topics = serde, topics
        self._clock, self._inline_limit = clock, inline_limit
        self._deliveries = topics.name(table.DELIVERIES)
        self._sources: dict[tuple[str, str], _Source] = {}

    async def keep(self, delivery: Delivery) -> None:
        """Return when the broker has the delivery.

        Raises `RetryLaterError` (not acknowledged), `TooLargeError`, `PlatformError` (a large body cannot be
        written to disk).
        """
        if delivery.body is not None and not self.takes(delivery.body_size):
            uri = await asyncio.to_thread(self._blobs.put, delivery.body)
            delivery = msgspec.structs.replace(delivery, body=None, body_uri=uri)
            self._metrics.counter("commonline_blobs_written_total", {"source": delivery.source}).inc()
        acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.begin(delivery, partial(_end, acknowledged))
        await acknowledged

    def takes(self, size: int) -> bool:
        """Whether a body of so many bytes goes into the record; a larger one is kept beside it, by `keep` alone."""
        return size <= self._inline_limit

    def begin(self, delivery: Delivery, told: Told) -> None:
        """As `keep`, for a body that the record `takes`: `told` is called in the loop when `keep` would return.

        Raises `RetryLaterError` or `TooLargeError` when nothing was sent; `told` is then not called.
        """
        source = self._sources.get((delivery.workspace, delivery.source)) or self._source(delivery)
        self._producer.submit(
            self._deliveries,
            self._serde.encode(delivery),
            partial(_kept, source, delivery.received, told),
            source.key,
            source.stamp(delivery.id, delivery.received),
            delivery.received // 1000,
        )

    def _source(self, delivery: Delivery) -> _Source:
        name, labels = delivery.source, {"source": delivery.source}
        self._sources[delivery.workspace, name] = found = _Source(
            name.encode(),
            cloudevents.Stamp(cloudevents.DELIVERY, workspace=delivery.workspace, source=name, partition_key=name),
            self._metrics.counter("commonline_deliveries_total", labels),
            self._metrics.gauge("commonline_source_last_delivery_timestamp_seconds", labels),
        )
        return found

    async def keep_cursor(self, cursor: Cursor) -> None:
        """Return when the broker has the cursor. Raises `RetryLaterError`."""
        event_id = uuid5("cursor", cursor.source, str(cursor.generation), str(cursor.at))
        headers = cloudevents.headers(
            cloudevents.CURSOR,
            event_id,
            workspace=cursor.workspace,
            source=cursor.source,
            time_us=cursor.at,
            partition_key=cursor.source,
        )
        await self._send(table.CURSORS, self._serde.encode(cursor), headers, key=cursor.source, time_us=cursor.at)

    async def bury(self, delivery: Delivery, limit: int) -> None:
        """Keep the head of a body that a product gave us and that is larger than `limit` bytes."""
        letter = DeadLetter(
            id=uuid5("dead", delivery.id, "receive"),
            workspace=delivery.workspace,
            connector=delivery.connector,
            source=delivery.source,
            step="decode",
            cause="TooLargeError",
            message=f"the body has {delivery.body_size} bytes, the cap is {limit}; kept are the first {HEAD}",
            software=SOFTWARE,
            fingerprint=f"{delivery.connector}:decode:TooLargeError",
            attempts=1,
            failed=self._clock(),
            headers={"content-type": delivery.content_type, "request": delivery.request or ""},
            value=(delivery.body or b"")[:HEAD],
        )
        headers = cloudevents.headers(
            cloudevents.DEAD_LETTER,
            letter.id,
            workspace=letter.workspace,
            source=letter.source,
            time_us=letter.failed,
            partition_key=letter.source,
        )
        await self._send(
            table.DEAD_LETTERS,
            self._serde.encode(letter),
            headers,
            key=letter.id,
            time_us=letter.failed,
        )
        labels = {"source": letter.source, "step": letter.step, "cause": letter.cause}
        self._metrics.counter("commonline_dead_letters_total", labels).inc()

    async def _send(self, topic: table.Topic, value: bytes, headers: Headers, *, key: str, time_us: int) -> None:
        await self._producer.send(
            self._topics.name(topic), value, key=key.encode(), headers=headers, timestamp_ms=time_us // 1000
        )


def _kept(source: _Source, received: int, told: Told, result: Acknowledged | CommonlineError) -> None:
    """Count a delivery that the broker has, and tell."""
    if isinstance(result, CommonlineError):
        told(result)
        return
    source.counter.inc()
    source.last.set(received / 1e6)
    told(None)


def _end(future: asyncio.Future[None], error: CommonlineError | None) -> None:
    """End a future, unless who awaits it has given up."""
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
