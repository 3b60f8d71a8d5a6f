"""Kafka values to records and back: framing, ids, codec, older and newer versions of the schemas.

    serde = Serde(SchemaIds.bundled())
    value = serde.encode(activity)
    record = serde.decode(value)

Hot loops take `header` and the functions of ``codec``: ``serde.header("Activity") +
encode_activity(activity)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from commonline.schemas import records
from commonline.schemas.catalogue import RECORDS
from commonline.schemas.codec import DECODERS, ENCODERS
from commonline.schemas.errors import DecodeError
from commonline.schemas.framing import HEADER_SIZE, header, schema_id
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import (
    Activity,
    Completeness,
    Control,
    ConversationActivity,
    Cursor,
    DeadLetter,
    Delivery,
    FeedActivity,
    Finding,
    Ledger,
    Link,
    Person,
    Pulse,
    Workspace,
)

Message: TypeAlias = (
    Delivery
    | Activity
    | Control
    | ConversationActivity
    | FeedActivity
    | Link
    | Person
    | DeadLetter
    | Cursor
    | Workspace
    | Ledger
    | Pulse
    | Completeness
    | Finding
)
_Wanted = TypeVar("_Wanted", bound=Message)
Decoder: TypeAlias = Callable[[bytes, int], Any]


class Serde:
    """Encodes and decodes values with the ids given. Not bound to a topic: the id says what a value is."""

    def __init__(self, ids: SchemaIds) -> None:
        self._ids = ids
        self._writers = {getattr(records, name): (header(ids.id_of(name)), encode) for name, encode in ENCODERS.items()}
        self._readers: dict[bytes, Decoder] = {header(ids.id_of(name)): DECODERS[name] for name in RECORDS}

    def header(self, record: str) -> bytes:
        """The five bytes before the encoding of a record, by its name (``Activity``)."""
        return header(self._ids.id_of(record))

    def encode(self, record: Message) -> bytes:
        """The Kafka value of a record.

        Raises:
            EncodeError: it holds a value that the schema forbids.
        """
        head, encode = self._writers[type(record)]
        return head + encode(record)

    def decode(self, value: bytes) -> Message:
        """The record in a Kafka value (None is not a value: see how the topic uses tombstones).

        Raises:
            FramingError: no known schema id.
            DecodeError: the bytes are not what the id says.
            RegistryError: an id is new and the registry cannot be reached: retry later.
        """
        reader = self._readers.get(value[:HEADER_SIZE]) or self._reader(value)
        found: Message = reader(value, HEADER_SIZE)
        return found

    def decode_as(self, kind: type[_Wanted], value: bytes) -> _Wanted:
        """As `decode`, where a topic holds one kind of record.

        Raises:
            DecodeError: it is a record of another kind.
        """
        found = self.decode(value)
        if not isinstance(found, kind):
            raise DecodeError(kind.__name__, f"the value is a record {type(found).__name__}")
        return found

    def record_name(self, value: bytes) -> str:
        """Which record a value is, from its id alone."""
        return self._ids.written(schema_id(value)).record

    def _reader(self, value: bytes) -> Decoder:
        from commonline.schemas.evolution import Evolved  # fastavro is needed for other versions only

        written = self._ids.written(schema_id(value))
        reader = DECODERS[written.record] if written.schema is None else Evolved(written.record, written.schema).decode
        self._readers[value[:HEADER_SIZE]] = reader
        return reader
