"""What normalize writes: activities, dead letters, parked deliveries, ledger lines; each to its place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import ModuleType
from typing import cast

from confluent_kafka import Message

from commonline import topics as table
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import headers_of
from commonline.bus.wire.writer import WireWriter
from commonline.bus.writer import RecordWriter
from commonline.ids import SEPARATOR, keyed_hash
from commonline.kit.declared.engine import Finished
from commonline.kit.declared.program import SYMBOLS
from commonline.schemas import cloudevents, framing
from commonline.schemas.codec import encode_dead_letter, encode_ledger
from commonline.schemas.records import Activity, ActivityType, DeadLetter, Ledger
from commonline.streams.normalize.compiled import CompiledMappings
from commonline.streams.normalize.decide import Source

KEY_BYTES = 16
_VERBS = cast("tuple[ActivityType, ...]", SYMBOLS["type"])
ORIGIN = "commonline_origin"
"""Header of a parked delivery: where it was read, ``deliveries.v1/3/1234``."""


class Outbox:
    """Encodes and hands over to the writer. `key` names objects in record keys (protocol F12)."""

    def __init__(
        self, settings: ProcessSettings, writer: RecordWriter, key: bytes, partitions: Mapping[str, int]
    ) -> None:
        names, ids = settings.topics, settings.ids
        self.partitions = partitions
        self._write = writer.write
        self._wire = writer if isinstance(writer, WireWriter) else None
        # As `keyed_hash` with the derived key, the key taken in once for all records.
        self._record_key = keyed_hash(key, "record keys", size=32)
        self._hash = hashlib.blake2b(key=self._record_key, digest_size=KEY_BYTES)
        self._activities = names.name(table.ACTIVITIES)
        self._dead = names.name(table.DEAD_LETTERS)
        self._parked = names.name(table.PARKED)
        self._ledger = names.name(table.LEDGER)
        self._delivery_frame = framing.header(ids.id_of("Delivery"))
        self._activity_frame = framing.header(ids.id_of("Activity"))
        self._dead_frame = framing.header(ids.id_of("DeadLetter"))
        self._ledger_frame = framing.header(ids.id_of("Ledger"))
        self._stamps: dict[tuple[str, str, str], cloudevents.Stamp] = {}

    def activity(self, activity: Activity, raw: bytes, timestamp_ms: int, traceparent: bytes | None = None) -> None:
        """To the partition of its workspace, set explicitly; key: keyed hash of the object."""
        workspace, verb = activity.workspace, activity.type
        hashed = self._hash.copy()
        hashed.update(f"{workspace}{SEPARATOR}{activity.edge or activity.object.id}".encode("utf-8", "surrogatepass"))
        stamp = self._stamps.get((verb, workspace, activity.source)) or self._stamp(verb, workspace, activity.source)
        self._write(
            self._activities,
            self._activity_frame + raw,
            hashed.digest(),
            partition=self.partitions[workspace],
            headers=stamp(activity.id, activity.published, traceparent),
            timestamp_ms=timestamp_ms,
        )

    def hand_over(self, compiled: CompiledMappings, first: int, end: int, at: int) -> None:
        """The activities that the compiled form made at these places, to where `activity` sends them. `at`: the
        present, in microseconds."""
        wire = self._wire
        if wire is None:
            for one in compiled.finished(first, end):
                self._finished(one, at)
        elif held := compiled.hand_over(first, end, at, self._activities, wire.accumulator, wire.builder):
            wire.appended(held)

    def _finished(self, one: Finished, at: int) -> None:
        verb = _VERBS[one.verb]
        stamp = self._stamps.get((verb, one.workspace, one.source)) or self._stamp(verb, one.workspace, one.source)
        self._write(
            self._activities,
            one.value,
            one.key,
            partition=self.partitions[one.workspace],
            headers=stamp(one.id, one.published, one.traceparent),
            timestamp_ms=min(one.received, at) // 1000,
        )

    def _stamp(self, verb: ActivityType, workspace: str, source: str) -> cloudevents.Stamp:
        kind = cloudevents.activity(verb)
        made = cloudevents.Stamp(kind, workspace=workspace, source=source, partition_key=workspace)
        self._stamps[verb, workspace, source] = made
        return made

    def compiled_mappings(
        self, known: Mapping[str, Source], topic: str, module: ModuleType | None
    ) -> CompiledMappings | None:
        """The compiled forms of the sources' mappings that make the records of this outbox; None where there are none.
        `topic`: where deliveries are read."""
        if module is None or not any(source.connector.declared for source in known.values()):
            return None
        frames = self._delivery_frame, self._activity_frame
        made = CompiledMappings(module, known, self.partitions, frames, topic, self._record_key)
        return made if made.sources else None

    def dead(self, letter: DeadLetter, timestamp_ms: int) -> None:
        """Key: the letter's id, the same at every try."""
        headers = cloudevents.headers(
            cloudevents.DEAD_LETTER,
            letter.id,
            workspace=letter.workspace,
            source=letter.source,
            time_us=letter.failed,
            partition_key=letter.source,
        )
        self._write(
            self._dead,
            self._dead_frame + encode_dead_letter(letter),
            letter.id.encode(),
            headers=headers,
            timestamp_ms=timestamp_ms,
        )

    def parked(self, message: Message, timestamp_ms: int) -> None:
        """The record as it was, and where it was."""
        headers = list(headers_of(message).items())
        origin = f"{message.topic()}/{message.partition()}/{message.offset()}"
        headers.append((ORIGIN, origin.encode()))
        self._write(self._parked, message.value(), message.key(), headers=headers, timestamp_ms=timestamp_ms)

    def ledger(self, line: Ledger) -> None:
        """Key: stage and input partition."""
        headers = cloudevents.headers(
            cloudevents.LEDGER,
            f"{line.stage}/{line.partition}/{line.first}-{line.last}/{line.source}/{line.hour}",
            workspace=line.workspace,
            source=line.source,
            time_us=line.at,
            partition_key=line.stage,
        )
        self._write(
            self._ledger,
            self._ledger_frame + encode_ledger(line),
            f"{line.stage}/{line.partition}".encode(),
            headers=headers,
            timestamp_ms=line.at // 1000,
        )
