"""unify on one partition: records in, a batch for the transactional stage out."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fastavro
import msgspec
from confluent_kafka import Message

from commonline.bus.batch import AgainError, Batch, Record, Send
from commonline.bus.store import LocalStore
from commonline.bus.wire import records as wire
from commonline.clock import now_us
from commonline.errors import CommonlineError, RestartError, TooLargeError
from commonline.ids import uuid5
from commonline.metrics import Metrics
from commonline.schemas import cloudevents, framing
from commonline.schemas.catalogue import schema_text
from commonline.schemas.codec import DecodeError, decode_activity, decode_control, encode_activity, encode_dead_letter
from commonline.schemas.errors import SchemaError
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, Control, DeadLetter
from commonline.streams.unify.decide import Decision, Unifier
from commonline.streams.unify.envelopes import Addresses, envelopes
from commonline.streams.unify.keys import WORKSPACE
from commonline.streams.unify.ledger import BatchLedger
from commonline.streams.unify.stored import decode_row
from commonline.streams.unify.view import View
from commonline.topics import Topics

log = logging.getLogger(__name__)
ACTIVITY, CONTROL = "Activity", "Control"
KILLS_WORKER = "kills-worker"
SENT_TOGETHER = 1000
"""Records that are handed to the client while more are decided."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all partitions of a process share."""

    topics: Topics
    ids: SchemaIds
    unifier: Unifier
    metrics: Metrics
    software: str
    clock: Callable[[], int] = now_us


class PoisonError(Exception):
    """A record whose decision raised; it is decided again as a dead letter."""

    def __init__(self, offset: int, cause: Exception) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.offset = offset
        self.cause = cause


class UnifyTask:
    """Decides batch by batch on an overlay of the partition's state (protocol F1)."""

    def __init__(self, partition: int, store: LocalStore, around: Surroundings) -> None:
        self._partition = partition
        self._around = around
        for key, row in store.scan(WORKSPACE, b""):
            decode_row(key, row)  # rows of a newer program: stop before the partition is taken (protocol F25)
        self._view = View(store.get, store.scan)
        self._outcomes: dict[tuple[str, str], int] = {}
        addresses = Addresses(around.topics, around.ids, partition)
        self._envelopes = envelopes(addresses)
        self._where, self._framed = addresses.where, addresses.frames
        self._activity_frame = self._framed[ACTIVITY]
        self._newest: Activity | None = None
        self._told = BatchLedger(self._where["continue"], partition)
        self._poison: dict[int, Exception] = {}
        self._careful = self._sent = False
        self._batches: Any = None
        self._builder: Any = None
        self._placed = 0

    def write_to(self, accumulator: Any) -> None:
        """Outputs go straight into these batches, if that is compiled (`commonline.bus.batch.Placing`)."""
        if hasattr(self._envelopes, "send"):
            self._batches, self._builder = accumulator, wire.builder()

    def process(self, messages: Sequence[Message], condemned: frozenset[int], send: Send | None = None) -> Batch:
        """Decide a batch. A record whose decision raises, or makes a row too large, is decided again as a dead letter,
        the others anew."""
        while True:
            self._sent = False
            try:
                return self._process(messages, condemned, send)
            except TooLargeError as error:
                log.error("partition %d: %s: looking for the record", self._partition, error)
                self._careful = True
            except PoisonError as error:
                log.error("partition %d offset %d cannot be decided: %s", self._partition, error.offset, error)
                self._poison[error.offset] = error.cause
            if self._sent:
                raise AgainError
            self.aborted()

    def _process(self, messages: Sequence[Message], condemned: frozenset[int], send: Send | None) -> Batch:
        self._told = BatchLedger(self._where["continue"], self._partition)
        records: list[Record] = []
        taken = self._placed = 0
        for message in messages:
            self._take(message, condemned, records)
            taken += 1
            if len(records) + self._placed >= SENT_TOGETHER and send is not None:
                self._sent = True
                more = send(records)
                records, self._placed = [], 0
                if not more:
                    break
        first, last = messages[0].offset() or 0, messages[taken - 1].offset() or 0
        rows = self._view.changes()
        frame = self._framed["Ledger"]
        at = self._around.clock()
        records += self._told.records(self._where["ledger"], frame, first, last, at, self._numbers)
        return Batch(records, rows, taken)

    def _numbers(self, workspace: str) -> Mapping[str, int]:
        """How far a workspace's feeds are."""
        row = self._view.workspace(self._around.unifier.keys.key(WORKSPACE, workspace, ""))
        return row.feed_seq if row is not None else {}

    def _take(self, message: Message, condemned: frozenset[int], records: list[Record]) -> None:
        """Decide one record and append what follows from it. Raises `PoisonError`."""
        offset = message.offset() or 0
        if offset in condemned or offset in self._poison:
            records.append(self._dead(message, self._poison.get(offset)))
            return
        try:
            decision = self._decide(message)
        except (CommonlineError, MemoryError):
            raise
        except Exception as error:
            raise PoisonError(offset, error) from error
        if decision.outcome == "too-large":
            records.append(self._dead(message, TooLargeError("activity in bytes", 200 * 1024)))
        if self._batches is None:
            self._envelopes.add(decision.outputs, records)
        else:
            self._envelopes.send(decision.outputs, self._batches, self._builder)
            self._placed += len(decision.outputs)
        if self._careful:
            self._check_rows(offset)

    def _check_rows(self, offset: int) -> None:
        try:
            self._view.changes()
        except TooLargeError as error:
            raise PoisonError(offset, error) from error

    def _decide(self, message: Message) -> Decision:
        value = message.value() or b""
        unifier, view = self._around.unifier, self._view
        if value.startswith(self._activity_frame):
            raw = value[framing.HEADER_SIZE :]
            activity = decode_activity(raw)
        else:
            found = self._older(value)
            if isinstance(found, Control):
                self._told.control(found.workspace, found.at)
                return unifier.decide_control(view, found)
            activity, raw = found, encode_activity(found)
        decision = unifier.decide_activity(view, activity, raw)
        key = (activity.source, decision.outcome)
        self._outcomes[key] = self._outcomes.get(key, 0) + 1
        if decision.outcome != "too-large":
            self._told.activity(activity, decision.outcome, written=decision.written)
        if activity.origin.mode != "replay":  # what was received long ago says nothing of how quick the line is
            self._newest = activity
        return decision

    def _older(self, value: bytes) -> Activity | Control:
        """A control record, or an activity written under an earlier schema version."""
        try:
            written = self._around.ids.written(framing.schema_id(value))
        except SchemaError as error:
            from commonline.schemas.registry import RegistryError  # needs httpx, which few processes do

            if isinstance(error, RegistryError) and error.status == 0:  # silent: no record's fault
                raise RestartError(f"schema of {self._where['continue']}[{self._partition}]: {error}") from error
            raise
        raw = value[framing.HEADER_SIZE :]
        if written.record == CONTROL:
            return decode_control(raw)
        if written.record != ACTIVITY:
            raise DecodeError("record", f"{written.record} has no place in the log of activities")
        if written.schema is None:
            return decode_activity(raw)
        reader = fastavro.parse_schema(json.loads(schema_text(ACTIVITY)))
        found = fastavro.schemaless_reader(io.BytesIO(raw), dict(written.schema), reader)
        return msgspec.convert(found, Activity, strict=False)

    def _dead(self, message: Message, error: Exception | None) -> Record:
        """The original bytes, with what is known of them."""
        around = self._around
        value = message.value() or b""
        workspace = connector = source = ""
        try:
            activity = decode_activity(value[framing.HEADER_SIZE :])
            workspace, connector, source = activity.workspace, activity.connector, activity.source
        except DecodeError as unreadable:
            error = error or unreadable
        cause = (
            KILLS_WORKER if error is None else "too-large" if isinstance(error, TooLargeError) else type(error).__name__
        )
        topic, offset = message.topic() or "", message.offset() or 0
        identifier = uuid5(topic, str(self._partition), str(offset), "unify")
        timestamp = message.timestamp()[1]
        record = DeadLetter(
            id=identifier,
            workspace=workspace,
            connector=connector,
            source=source,
            step="unify",
            cause=cause,
            message=str(error)[:300] if error else "in flight at three deaths of the process",
            topic=topic,
            partition=self._partition,
            offset=offset,
            software=around.software,
            fingerprint=uuid5(connector, "unify", cause),
            attempts=1,
            failed=timestamp * 1000,
            value=value,
        )
        self._told.dead(workspace, source, timestamp * 1000)
        labels = {"source": source, "step": "unify", "cause": cause}
        around.metrics.counter("commonline_dead_letters_total", labels).inc()
        headers = cloudevents.headers(
            cloudevents.DEAD_LETTER,
            identifier,
            workspace=workspace,
            source=source,
            time_us=timestamp * 1000,
            partition_key=workspace,
        )
        body = self._framed["DeadLetter"] + encode_dead_letter(record)
        return Record(self._where["dead"], self._partition, identifier.encode(), body, headers, timestamp)

    def committed(self) -> None:
        """The overlay is the state now; count what became visible."""
        self._view.committed()
        self._poison.clear()
        self._careful = False
        metrics = self._around.metrics
        for (source, outcome), count in self._outcomes.items():
            labels = {"source": source, "outcome": outcome}
            metrics.counter("commonline_unify_outcomes_total", labels).inc(count)
        self._measure(metrics)
        self._outcomes.clear()
        self._envelopes.forget()
        self._newest = None

    def _measure(self, metrics: Metrics) -> None:
        measured: dict[tuple[str, str, str], int] = self._envelopes.measured()
        for (workspace, department, event), count in measured.items():
            labels = {"workspace": workspace, "department": department, "event": event}
            metrics.counter("commonline_feed_records_total", labels).inc(count)
        newest = self._newest
        if not measured or newest is None:
            return
        now = self._around.clock()
        received = metrics.histogram("commonline_latency_seconds", {"since": "received"})
        received.observe(max(now - newest.received, 0) / 1e6)
        if newest.origin.mode == "live" and newest.clock != "received":
            published = metrics.histogram("commonline_latency_seconds", {"since": "published"})
            published.observe(max(now - newest.published, 0) / 1e6)
        gauge = metrics.gauge("commonline_source_freshness_timestamp_seconds", {"source": newest.source})
        gauge.set(newest.published / 1e6)

    def aborted(self) -> None:
        """Forget all that the batch read and wrote."""
        if self._batches is not None:
            self._batches.clear()
        self._view.drop()
        self._outcomes.clear()
        self._envelopes.forget()
        self._newest = None
