"""Where deliveries and cursors go: encoded, sent, and acknowledged by the broker before anybody is told."""

from __future__ import annotations

import asyncio
from importlib.metadata import version

import msgspec
from prometheus_client import Counter, Gauge

from commonline import topics as table
from commonline.bus.producer import AsyncProducer, Headers
from commonline.clock import Clock, now_us
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
        self._of_source: dict[str, tuple[Counter, Gauge]] = {}

    async def keep(self, delivery: Delivery) -> None:
        """Return when the broker has the delivery.

        Raises `RetryLaterError` (not acknowledged), `TooLargeError`, `PlatformError` (a large body cannot be
        written to disk).
        """
        source = delivery.source
        if delivery.body is not None and delivery.body_size > self._inline_limit:
            uri = await asyncio.to_thread(self._blobs.put, delivery.body)
            delivery = msgspec.structs.replace(delivery, body=None, body_uri=uri)
            self._metrics.counter("commonline_blobs_written_total", {"source": source}).inc()
        await self._send(
            table.DELIVERIES,
            self._serde.encode(delivery),
            cloudevents.headers(
                cloudevents.DELIVERY,
                delivery.id,
                workspace=delivery.workspace,
                source=source,
                time_us=delivery.received,
                partition_key=source,
            ),
            key=source,
            time_us=delivery.received,
        )
        counter, last = self._of_source.get(source) or self._count(source)
        counter.inc()
        last.set(delivery.received / 1e6)

    def _count(self, source: str) -> tuple[Counter, Gauge]:
        labels = {"source": source}
        self._of_source[source] = found = (
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
