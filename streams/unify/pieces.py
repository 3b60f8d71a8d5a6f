"""Records of feeds and of conversations.v1, put together from parts that are encoded once and used often.

The fields are those of ``feed-activity.v1`` and ``conversation-activity.v1``, in their order (Avro 1.12 specification,
"Binary Encoding"); tests hold them against the generated encoders.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from commonline.schemas.records import Visibility
from commonline.schemas.wire import LAST_PAIRS, LONGS, PAIRS, SMALL, TIME_LIMIT, TIME_START, encode_long

ACTIONS: Final = {"name": b"\x04", "account": b"\x04"} | dict.fromkeys(("handle", "field", "attachment"), b"\x00")
"""pseudonym, pseudonym, removed; what is in none of them is masked."""
MASKED: Final = b"\x02"
LEVELS: Final[tuple[Visibility, ...]] = ("public", "customer", "partner", "internal", "restricted")
_LEVELS: Final = tuple(bytes((2 * level,)) for level in range(len(LEVELS)))
_UUID: Final = b"\x48"
_FALSE_NULL: Final = b"\x00\x00"
_TRUE_NULL: Final = b"\x01\x00"
_NO_OTHER: Final = b"\x00\x00\x00"
EMPTY: Final = b"\x00"
"""No items, or null."""
SOME: Final = b"\x02"
"""What comes is not null."""
join = b"".join


def long(value: int) -> bytes:
    """A number."""
    return LONGS[value] if 0 <= value < SMALL else encode_long(value)


def string(text: str) -> bytes:
    """A string."""
    data = text.encode()
    return long(len(data)) + data


def strings(texts: Sequence[str]) -> bytes:
    """An array of strings."""
    return array([string(text) for text in texts])


def array(items: Sequence[bytes]) -> bytes:
    """An array of what is encoded already."""
    return join((long(len(items)), *items, EMPTY)) if items else EMPTY


def time(moment: int) -> bytes:
    """A moment in microseconds."""
    if TIME_START <= moment < TIME_LIMIT:
        low = PAIRS[moment << 1 & 16383] + PAIRS[moment >> 13 & 16383]
        return low + PAIRS[moment >> 27 & 16383] + LAST_PAIRS[moment >> 41]
    return encode_long(moment)


def person(account: str, identifier: str) -> bytes:
    """A PartyPerson."""
    data = account.encode()
    return long(len(data)) + data + _UUID + identifier.encode()


def redactions(seen: Iterable[tuple[str, str]], label: str) -> bytes:
    """Redactions, from (path, kind)."""
    return array([string(path) + ACTIONS.get(kind, MASKED) + string(f"{label}/{kind}") for path, kind in seen])


def feed_head(workspace: str, feed: str) -> bytes:
    """What a feed's records of activities begin with: event, workspace, feed."""
    return EMPTY + string(workspace) + string(feed)


def conversation(identifier: str) -> bytes:
    """A conversation, and no other, in a feed."""
    return _UUID + identifier.encode() + EMPTY


def feed_tail(level: int, known: int, about: str) -> bytes:
    """Visibility, known, object, and that an activity follows."""
    return join((_LEVELS[level], time(known), SOME, string(about), SOME))


def feed_activity(
    head: bytes,
    seq: int,
    conversation: bytes,
    reasons: bytes,
    redactions: bytes,
    fact: bytes,
    persons: bytes,
    tail: bytes,
    raw: bytes,
    *,
    catch_up: bool,
) -> bytes:
    """A record of a feed that carries an activity. `fact`: 16 bytes; `raw`: the activity as its policy has it."""
    flag = _TRUE_NULL if catch_up else _FALSE_NULL
    number = LONGS[seq] if seq < SMALL else encode_long(seq)
    return join((head, number, conversation, reasons, redactions, SOME, fact, flag, persons, tail, raw))


@lru_cache(maxsize=1024)
def _conversation_head(workspace: str) -> bytes:
    return EMPTY + string(workspace)


@lru_cache(maxsize=4096)
def _names(feeds: tuple[str, ...]) -> bytes:
    return strings(feeds)


def conversation_activity(
    workspace: str,
    seq: int,
    conversation: str,
    customer: str | None,
    persons: bytes,
    level: int,
    feeds: tuple[str, ...],
    known: int,
    supersedes: str | None,
    raw: bytes,
) -> bytes:
    """A record of conversations.v1 that carries an activity, whose bytes are those of activities.v1."""
    return join(
        (
            _conversation_head(workspace),
            long(seq),
            _UUID,
            conversation.encode(),
            EMPTY if customer is None else SOME + _UUID + customer.encode(),
            persons,
            _LEVELS[level],
            _names(feeds),
            _NO_OTHER,
            time(known),
            EMPTY if supersedes is None else SOME + string(supersedes),
            SOME,
            raw,
        )
    )
