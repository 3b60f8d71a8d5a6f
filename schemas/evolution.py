"""Reads bytes that another version of a schema wrote: Avro's schema resolution, by fastavro.

An unknown symbol becomes the enumeration's default, an unknown field is dropped, a missing one has its
default. Ten times slower than the generated decoders, which read the present version.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from typing import Any

import fastavro
import msgspec

from commonline.schemas import records
from commonline.schemas.catalogue import schema_of
from commonline.schemas.errors import DecodeError


def without_logical_types(schema: Any) -> Any:
    """The schema as its wire types: fastavro then gives text and integers, as the structs hold them."""
    if isinstance(schema, Mapping):
        return {k: without_logical_types(v) for k, v in schema.items() if k != "logicalType"}
    return [without_logical_types(item) for item in schema] if isinstance(schema, list) else schema


@cache
def _reader_schema(record: str) -> Any:
    return fastavro.parse_schema(without_logical_types(schema_of(record)))


class Evolved:
    """Reader of one record as one other version of its schema wrote it.

    Raises:
        DecodeError: the present schema cannot read the other.
    """

    def __init__(self, record: str, written_by: Mapping[str, Any]) -> None:
        self.record = record
        self._struct = getattr(records, record)
        try:
            self._writer = fastavro.parse_schema(without_logical_types(written_by))
        except Exception as error:
            raise DecodeError(record, f"the schema that wrote it is not valid: {error}") from error

    def decode(self, data: bytes, position: int = 0) -> Any:
        """The record, as a struct of the present version.

        Raises:
            DecodeError: the bytes are not what the writer's schema says, or cannot be resolved.
        """
        stream = io.BytesIO(data)
        stream.seek(position)
        try:
            found = fastavro.schemaless_reader(stream, self._writer, _reader_schema(self.record))
        except Exception as error:  # fastavro raises a dozen kinds, IndexError and struct.error among them
            raise DecodeError(self.record, f"{type(error).__name__}: {error}") from error
        left = len(data) - stream.tell()
        if left:
            raise DecodeError(self.record, f"{left} bytes are left behind the record")
        try:
            return msgspec.convert(found, self._struct, builtin_types=(bytes,))
        except msgspec.ValidationError as error:
            raise DecodeError(self.record, str(error)) from error
