"""Records of feeds and of conversations.v1, put together from parts that are encoded once and used often.

The fields are those of ``feed-activity.v1`` and ``conversation-activity.v1``, in their order (Avro 1.12 specification,
"Binary Encoding"); tests hold them against the generated encoders.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, get_args

from commonline.schemas.records import FeedEvent, Visibility
from commonline.streams.unify.chosen import fed, packed
from commonline.streams.unify.outputs import Output

ACTIONS: Final = {"name": b"\x04", "account": b"\x04"} | dict.fromkeys(("handle", "field", "attachment"), b"\x00")
"""pseudonym, pseudonym, removed; what is in none of them is masked."""
MASKED: Final = b"\x02"
LEVELS: Final[tuple[Visibility, ...]] = ("public", "customer", "partner", "internal", "restricted")
_LEVELS: Final = tuple(bytes((2 * level,)) for level in range(len(LEVELS)))
_EVENTS: Final[dict[FeedEvent, bytes]] = {name: bytes((2 * n,)) for n, name in enumerate(get_args(FeedEvent))}
_FALSE_NULL: Final = b"\x00\x00"
_TRUE_NULL: Final = b"\x01\x00"
_NO_OTHER: Final = b"\x00\x00\x00"
_NO_ACTIVITY: Final = b"\x00\x00\x00\x00"
"""No rules, no redactions, no fact, no catch-up."""
EMPTY: Final = b"\x00"
"""No items, or null."""
SOME: Final = b"\x02"
"""What comes is not null."""


def string(text: str) -> bytes:
    """A string."""
    return packed(text)


def strings(texts: Sequence[str]) -> bytes:
    """An array of strings."""
    return packed(len(texts), *texts, EMPTY) if texts else EMPTY


def persons(pairs: Sequence[str]) -> bytes:
    """An array of PartyPersons: account, person's id, account, person's id …"""
    return packed(len(pairs) // 2, *pairs, EMPTY) if pairs else EMPTY


def redactions(seen: Iterable[tuple[str, str]], label: str) -> bytes:
    """Redactions, from (path, kind)."""
    items = [packed(path, ACTIONS.get(kind, MASKED), f"{label}/{kind}") for path, kind in seen]
    return packed(len(items), *items, EMPTY) if items else EMPTY


def feed_head(workspace: str, feed: str) -> bytes:
    """What a feed's records of activities begin with: event, workspace, feed."""
    return packed(EMPTY, workspace, feed)


def conversation(identifier: str) -> bytes:
    """A conversation, and no other, in a feed."""
    return packed(identifier, EMPTY)


def feed_tail(level: int, known: int, about: str) -> bytes:
    """Visibility, known, object, and that an activity follows."""
    return packed(_LEVELS[level], known, SOME, about, SOME)


def feed_activity(
    numbers: dict[str, int],
    key: bytes,
    source: str,
    at: int,
    workspace: str,
    department: str,
    head: bytes,
    conversation: bytes,
    reasons: bytes,
    redactions: bytes,
    fact: bytes,
    persons: bytes,
    tail: bytes,
    raw: bytes,
    *,
    catch_up: bool,
) -> Output:
    """The next record of a feed, that carries an activity. `fact`: 16 bytes; `raw`: as its policy has it."""
    flag = _TRUE_NULL if catch_up else _FALSE_NULL
    return fed(
        numbers,
        "activity",
        key,
        source,
        at,
        workspace,
        department,
        head,
        conversation,
        reasons,
        redactions,
        SOME,
        fact,
        flag,
        persons,
        tail,
        raw,
    )


def feed_note(
    numbers: dict[str, int],
    event: FeedEvent,
    key: bytes,
    source: str,
    known: int,
    workspace: str,
    department: str,
    head: bytes,
    conversation: str,
    other: str | None,
    label: str,
    count: int | None,
    clearance: int,
    about: str | None,
) -> Output:
    """The next record of a feed, without an activity."""
    return fed(
        numbers,
        event,
        key,
        source,
        known,
        workspace,
        department,
        _EVENTS[event] + head[1:],
        conversation,
        EMPTY if other is None else packed(SOME, other),
        label,
        _NO_ACTIVITY,
        EMPTY if count is None else packed(SOME, count),
        EMPTY,
        _LEVELS[clearance],
        known,
        EMPTY if about is None else packed(SOME, about),
        EMPTY,
    )


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
    return packed(
        EMPTY,
        workspace,
        seq,
        conversation,
        EMPTY if customer is None else packed(SOME, customer),
        persons,
        _LEVELS[level],
        _names(feeds),
        _NO_OTHER,
        known,
        EMPTY if supersedes is None else packed(SOME, supersedes),
        SOME,
        raw,
    )
