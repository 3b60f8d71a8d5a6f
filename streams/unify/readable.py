"""Whether a row of the changelog is one: its form at a glance while restoring, all of it where there is time."""

from __future__ import annotations

import msgspec

from commonline.bus.store import BEGINNING_KEY, POSITION_KEY
from commonline.errors import StateError
from commonline.streams.unify.keys import PREFIX_SIZE
from commonline.streams.unify.stored import ROW_VERSION, TYPES, decode_row

KEY_SIZE = PREFIX_SIZE + 16
POSITION_SIZE = 8
_META = frozenset({POSITION_KEY, BEGINNING_KEY})
_VERSION = bytes([ROW_VERSION])
_KINDS = frozenset(kind[0] for kind in TYPES)
_walk = msgspec.msgpack.Decoder(msgspec.Raw).decode
_ARRAYS = frozenset(range(0x90, 0xA0)) | {0xDC, 0xDD}
"""First byte of a msgpack array (github.com/msgpack/msgpack/blob/master/spec.md)."""
_BEGINNINGS = frozenset(_VERSION + bytes([first]) for first in _ARRAYS)


def fault(key: bytes, value: bytes | None) -> str | None:
    """What is wrong with a row's key and form: kind, size of the key, version, msgpack from begin to end.

    Tells apart what unify wrote from what it did not; that every field has its type is `whole_fault`'s.
    """
    if len(key) == KEY_SIZE and key[0] in _KINDS:
        if value is None:
            return None
        if value[:2] not in _BEGINNINGS:
            return _version_fault(value)
        try:
            _walk(value[1:])
        except msgspec.DecodeError as error:
            return f"its value is no row: {error}"
        return None
    if key in _META and value is not None and len(value) == POSITION_SIZE:
        return None
    return f"its key {key[:40].hex() or 'is empty and'} is none of a state row"


def _version_fault(value: bytes) -> str:
    if value[:1] > _VERSION and value[1:2] and value[1] in _ARRAYS:
        return f"a newer program wrote it (row version {value[0]}, this one reads {ROW_VERSION}): run that one"
    return "its value is no row"


def whole_fault(key: bytes, value: bytes | None) -> str | None:
    """What is wrong with a row, every field looked at."""
    wrong = fault(key, value)
    if wrong is not None or value is None or key in _META:
        return wrong
    try:
        decode_row(key, value)
    except StateError as error:
        return str(error)
    return None
