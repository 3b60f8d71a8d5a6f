"""A declared mapping in both forms: what the engine makes of a delivery, and what Python makes of it."""

from __future__ import annotations

import hashlib
import struct
from mmap import mmap
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.schemas import compiling

from commonline.configuration.model import Source as Configured
from commonline.configuration.model import Workspace
from commonline.errors import StateError
from commonline.ids import SEPARATOR, keyed_hash
from commonline.kit import catalogue, deliver
from commonline.kit.declared.engine import Finished
from commonline.kit.declared.program import SYMBOLS
from commonline.kit.instance import instance
from commonline.schemas.codec import DecodeError, decode_delivery
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Delivery
from commonline.schemas.serde import Serde
from commonline.streams.normalize.compiled import CompiledMappings
from commonline.streams.normalize.decide import Normalizer, Source
from commonline.streams.normalize.letters import Place

NOW = 1_795_000_000_000_123
TOPIC = "deliveries.v1"
KEY = keyed_hash(b"k" * 32, "record keys", size=32)
SERDE = Serde(SchemaIds.bundled())
FRAMES = SERDE.header("Delivery"), SERDE.header("Activity")


def engine_module() -> Any:
    """The C module; skips the test where it cannot be built."""
    found, why = compiling.module("commonline.kit.declared._engine")
    if found is None:
        pytest.skip(why)
    return found


def no_blob(uri: str) -> bytes:
    raise StateError(f"{uri} is not there")


OTHERWISE: dict[str, dict[str, Any]] = {
    "webhook": {"signature": {"scheme": "none"}},
    "files": {"paths": ["/exports/*.jsonl"]},
}
"""Connectors with declared mappings, and what else they want to be told."""


class Lying:
    """A record as confluent-kafka gives it, as far as it is looked at."""

    def __init__(self, value: bytes | None, partition: int, offset: int) -> None:
        self._value, self._partition, self._offset = value, partition, offset

    def __len__(self) -> int:
        return len(self._value or b"")

    def value(self) -> bytes | None:
        return self._value

    def partition(self) -> int:
        return self._partition

    def offset(self) -> int:
        return self._offset


class Pair:
    """One source ``desk`` under a mapping and the rest of a source's configuration."""

    def __init__(
        self,
        mapping: dict[str, Any],
        workspace: dict[str, Any] | None = None,
        connector: str = "webhook",
        **source: Any,
    ) -> None:
        told: dict[str, Any] = {"mapping": mapping, **OTHERWISE[connector]}
        configured = Configured(connector=connector, workspace="acme", **told, **source)
        self.instance = instance("desk", configured, Workspace(**workspace or {}), Path())
        self.known = {"desk": Source(catalogue.connector(connector), self.instance)}
        self.normalizer = Normalizer(self.known, {"acme": 0}, no_blob, "commonline test")
        self.compiled = CompiledMappings(engine_module(), self.known, {"acme": 5}, FRAMES, TOPIC, KEY)

    def delivery(self, body: bytes, headers: dict[str, str] | None = None, **changes: Any) -> Delivery:
        made = deliver.delivery(
            self.instance,
            body,
            received=NOW,
            transport="webhook",
            authentication="none",
            content_type="application/json; charset=utf-8",
            headers=headers,
        )
        return msgspec.structs.replace(made, **changes)

    def engine(self, value: bytes, partition: int = 3, offset: int = 70) -> Finished | None:
        """What the engine makes of a delivery as it lies in Kafka; None: it steps aside."""
        some: list[Any] = [Lying(value, partition, offset)]
        with mmap(-1, 24) as page:
            left = self.compiled.work(some, page)
            assert struct.unpack("<qqq", page[:24]) == (1, partition, offset)
        found = self.compiled.finished(0, 1)
        assert left == ([] if found else [0])
        return found[0] if found else None

    def python(self, value: bytes, partition: int = 3, offset: int = 70) -> Finished | str:
        """What Python makes of it; or what became of it that is no activity."""
        try:
            delivery = decode_delivery(value, len(FRAMES[0]))
        except DecodeError as error:
            return str(error)
        decided = self.normalizer.decide(delivery, Place(TOPIC, partition, offset, value), NOW)
        if len(decided.activities) != 1 or decided.dead or decided.skipped:
            return str(decided)
        ((activity, raw),) = decided.activities
        named = f"{activity.workspace}{SEPARATOR}{activity.edge or activity.object.id}".encode()
        traced = delivery.headers.get("traceparent")
        return Finished(
            workspace=activity.workspace,
            source=activity.source,
            verb=SYMBOLS["type"].index(activity.type),
            id=activity.id,
            key=hashlib.blake2b(named, key=KEY, digest_size=16).digest(),
            value=FRAMES[1] + raw,
            published=activity.published,
            received=activity.received,
            traceparent=None if traced is None else traced.encode(),
        )

    def agree(self, value: bytes) -> bool:
        """Whether the engine did it; fails where it differs from Python."""
        told = self.engine(value)
        if told is None:
            return False
        wanted = self.python(value)
        assert told == wanted
        return True


def framed(delivery: Delivery) -> bytes:
    """A delivery as it lies in Kafka."""
    return SERDE.encode(delivery)
