"""Rows as bytes: one byte of version and msgpack (arrays, not maps)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from commonline.errors import StateError, TooLargeError
from commonline.streams.unify.keys import ACCOUNT, ANCHOR, CONVERSATION, LINK, OBJECT, PERSON, THREAD, WORKSPACE, Key
from commonline.streams.unify.rows import (
    AccountRow,
    AnchorRow,
    ConversationRow,
    LinkRow,
    ObjectRow,
    PersonRow,
    Row,
    ThreadRow,
)
from commonline.streams.unify.shapes import (
    AccountShape,
    AnchorShape,
    ConversationShape,
    LinkShape,
    ObjectShape,
    PersonShape,
    Shape,
    ThreadShape,
    WorkspaceShape,
)
from commonline.streams.unify.workspace import WorkspaceRow

ROW_VERSION = 1
ROW_LIMIT = 64 * 1024 * 4
"""A row may hold one activity, whose text is capped at 40,000 characters of up to four bytes."""
TYPES: dict[bytes, tuple[type[Row], type[Shape]]] = {
    WORKSPACE: (WorkspaceRow, WorkspaceShape),
    OBJECT: (ObjectRow, ObjectShape),
    THREAD: (ThreadRow, ThreadShape),
    CONVERSATION: (ConversationRow, ConversationShape),
    ACCOUNT: (AccountRow, AccountShape),
    PERSON: (PersonRow, PersonShape),
    LINK: (LinkRow, LinkShape),
    ANCHOR: (AnchorRow, AnchorShape),
}
"""By kind: a row, and as what it is read."""
_DECODERS: dict[int, tuple[Any, Callable[[bytes], Any]]] = {
    kind[0]: (row, msgspec.msgpack.Decoder(shape).decode) for kind, (row, shape) in TYPES.items()
}
_fields_of = msgspec.structs.astuple
_encode = msgspec.msgpack.Encoder().encode
_VERSION_BYTE = bytes([ROW_VERSION])


def encode_row(row: Row) -> bytes:
    """Bytes of a row. Raises `TooLargeError` beyond the limit (protocol F14)."""
    data = _VERSION_BYTE + _encode(row.fields())
    if len(data) > ROW_LIMIT:
        raise TooLargeError(f"state row {type(row).__name__} in bytes", ROW_LIMIT)
    return data


def decode_row(key: Key, data: bytes) -> Any:
    """The row. Raises `StateError` for a newer version or unreadable bytes (protocol F25)."""
    if data[:1] != _VERSION_BYTE:
        raise StateError(
            f"state row of version {data[:1].hex()}: this program reads version {ROW_VERSION}; run the newer one"
        )
    try:
        row, decode = _DECODERS[key[0]]
        found = decode(data[1:])
    except (msgspec.DecodeError, KeyError) as error:
        raise StateError(f"state row {key.hex()} cannot be read: {error}; move the state away to rebuild it") from error
    return row(*_fields_of(found))
