"""Confluent's framing of Kafka values: a zero byte, the schema's id in four bytes, the Avro encoding.

Documented in Confluent's "Wire format" (Schema Registry, serializers). The id is
big-endian. Their newer form, a GUID in the record header ``__value_schema_id``, is not read here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from commonline.schemas.errors import FramingError

MAGIC: Final = b"\x00"
HEADER_SIZE: Final = 5
_ID_LIMIT: Final = 1 << 32


@lru_cache(maxsize=1024)
def header(schema_id: int) -> bytes:
    """The five bytes that go before the encoding."""
    if not 0 <= schema_id < _ID_LIMIT:
        raise FramingError("framing", f"schema id {schema_id} does not fit into 4 bytes")
    return MAGIC + schema_id.to_bytes(4, "big")


def frame(schema_id: int, encoded: bytes) -> bytes:
    """The value of a Kafka record."""
    return header(schema_id) + encoded


def schema_id(value: bytes) -> int:
    """The id that a value begins with; the encoding follows at byte 5.

    Raises:
        FramingError: too short, or another first byte (a plain JSON value, a newer framing).
    """
    if len(value) < HEADER_SIZE:
        raise FramingError("framing", f"{len(value)} bytes are too few for a schema id")
    if value[0] != 0:
        raise FramingError("framing", f"first byte is 0x{value[0]:02x}, not 0x00: not written by this contract")
    return int.from_bytes(value[1:HEADER_SIZE], "big")
