"""Records that grow: a ticket and what was said in it, an order and its notes.

A poll is told that such a record changed, and asks for its parts. It keeps the record with those that are new, in one
item, so that the mapping knows both.
"""

from __future__ import annotations

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit import times

Moment = int | float | str | None


class _Times(msgspec.Struct):
    """The names under which products say when a part was written and changed."""

    updated_at: Moment = None
    updated: Moment = None
    created_at: Moment = None
    created: Moment = None
    date_created_gmt: Moment = None


_TIMES = msgspec.json.Decoder(_Times)
_RECORD = msgspec.json.Decoder(dict[str, msgspec.Raw])


def is_fresh(part: msgspec.Raw | bytes, since: int) -> bool:
    """Whether a part was written or changed since then. One that does not tell it is."""
    told = _TIMES.decode(part)
    at = times.parse(told.updated_at or told.updated or told.created_at or told.created or told.date_created_gmt)
    return at is None or at >= since


def fresh(parts: list[msgspec.Raw], since: int) -> list[msgspec.Raw]:
    """Those that are, in their order."""
    return [part for part in parts if is_fresh(part, since)]


def with_parts(record: msgspec.Raw | bytes, name: str, parts: list[msgspec.Raw], path: str) -> bytes:
    """The record's JSON with `parts` as its field `name`. Raises `MalformedPayloadError` naming `path` if it is no
    record."""
    try:
        whole = _RECORD.decode(record)
    except msgspec.DecodeError as error:
        raise MalformedPayloadError(f"{path}: {error}") from error
    whole[name] = msgspec.Raw(msgspec.json.encode(parts))
    return msgspec.json.encode(whole)
