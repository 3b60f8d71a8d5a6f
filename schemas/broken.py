"""Errors of the generated decoders."""

from __future__ import annotations

import struct
from typing import Final

from commonline.schemas.errors import DecodeError

# Everything that bytes of another shape make the generated decoders raise.
CAUSES: Final = (ValueError, KeyError, IndexError, TypeError, struct.error)


def broken(record: str, data: bytes, error: Exception) -> DecodeError:
    """The error to raise in place of `error`."""
    match error:
        case DecodeError():
            return DecodeError(record, str(error))
        case IndexError() | struct.error():
            return DecodeError(record, f"the {len(data)} bytes end before the record does")
        case KeyError():
            return DecodeError(record, f"symbol number {error} is unknown: another version of the schema, or damage")
        case UnicodeDecodeError():
            return DecodeError(record, f"text is not UTF-8: {error.reason}")
        case _:
            return DecodeError(record, f"{type(error).__name__}: {error}: another version of the schema, or damage")


def check_end(record: str, data: bytes, end: int) -> None:
    """Raise DecodeError because reading ended at `end`, before or behind the end of the bytes."""
    if end > len(data):
        raise DecodeError(record, f"the {len(data)} bytes end before the record does")
    raise DecodeError(record, f"{len(data) - end} bytes are left behind the record")
