"""Headers of Kafka records after CloudEvents 1.0, binary content mode (Kafka Protocol Binding, section 3.2).

Every record has ``ce_specversion, ce_id, ce_type, ce_source, ce_time, ce_partitionkey`` and
``content-type``; a W3C ``traceparent`` is passed on as it came. No personal data: headers outlive erasure
and end up in logs.

Types are ``commonline.<record>[.<what>].v1``, and ``….erased.v1`` for a tombstone (a null value).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, TypeVar

from commonline.schemas.generated.records import ActivityType, ControlKind, ConversationEvent, FeedEvent

_Key = TypeVar("_Key")
Headers: TypeAlias = list[tuple[str, bytes]]

PREFIX: Final = "ce_"
CONTENT_TYPE: Final = "application/avro"
DELIVERY: Final = "commonline.delivery.v1"
LINK: Final = "commonline.link.v1"
PERSON: Final = "commonline.person.v1"
DEAD_LETTER: Final = "commonline.dead-letter.v1"
CURSOR: Final = "commonline.cursor.v1"
WORKSPACE: Final = "commonline.workspace.v1"
LEDGER: Final = "commonline.ledger.v1"
PULSE: Final = "commonline.pulse.v1"
COMPLETENESS: Final = "commonline.completeness.v1"
FINDING: Final = "commonline.finding.v1"

_CACHED: Final = 4096
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST: Final = ("ce_specversion", b"1.0")
LAST: Final = ("content-type", CONTENT_TYPE.encode())
_types: dict[str, tuple[str, bytes]] = {}
_sources: dict[tuple[str, str], tuple[str, bytes]] = {}
_keys: dict[str, tuple[str, bytes]] = {}
_seconds: dict[int, str] = {}
_times: dict[int, tuple[str, bytes]] = {}


def activity(verb: ActivityType) -> str:
    """Type of a record of activities.v1: ``commonline.activity.create.v1``."""
    return f"commonline.activity.{verb.lower()}.v1"


def control(kind: ControlKind) -> str:
    """Type of a control record of activities.v1: ``commonline.control.ruling.v1``."""
    return f"commonline.control.{kind}.v1"


def conversation(event: ConversationEvent) -> str:
    """Type of a record of conversations.v1: ``commonline.conversation.merged.v1``."""
    return f"commonline.conversation.{event}.v1"


def feed(event: FeedEvent) -> str:
    """Type of a record of a feed: ``commonline.feed.tombstone.v1``."""
    return f"commonline.feed.{event}.v1"


def erased(kind: str) -> str:
    """Type of the tombstone (null value) that ends records of a kind: ``commonline.person.erased.v1``."""
    return f"{kind.removesuffix('.v1')}.erased.v1"


def headers(
    kind: str,
    event_id: str,
    *,
    workspace: str,
    source: str,
    time_us: int,
    partition_key: str,
    traceparent: bytes | None = None,
) -> Headers:
    """The headers of one record.

    Args:
        kind: the type, from the functions and constants of this module. event_id: with ``source`` unique for
        ever: the id of the activity, delivery, link … workspace, source: give ``ce_source``,
        ``/<workspace>/<source>``. time_us: microseconds since 1970, UTC. Outside the years 1 to 9999
        ``ce_time``, which is optional, is left out. partition_key: what order is kept by (the workspace; for
        deliveries the source).
    """
    made = [
        FIRST,
        ("ce_id", event_id.encode()),
        _types.get(kind) or _kept(_types, kind, "ce_type", kind),
        _sources.get((workspace, source))
        or _kept(_sources, (workspace, source), "ce_source", f"/{workspace}/{source}"),
    ]
    time = _times.get(time_us) or _time(time_us)
    if time is not None:
        made.append(time)
    made.append(_keys.get(partition_key) or _kept(_keys, partition_key, "ce_partitionkey", partition_key))
    made.append(LAST)
    if traceparent is not None:
        made.append(("traceparent", traceparent))
    return made


class Stamp:
    """Makes the headers of records that differ in id, time and trace only; the same as `headers`, in half the time.

    `constant`: the headers ce_type, ce_source and ce_partitionkey.
    """

    __slots__ = ("constant",)

    def __init__(self, kind: str, *, workspace: str, source: str, partition_key: str) -> None:
        self.constant = (
            ("ce_type", kind.encode()),
            ("ce_source", f"/{workspace}/{source}".encode()),
            ("ce_partitionkey", partition_key.encode()),
        )

    def __call__(self, event_id: str, time_us: int, traceparent: bytes | None = None) -> Headers:
        """The headers of one record; `time_us` in microseconds since 1970, UTC."""
        kind, source, key = self.constant
        time = _times.get(time_us) or _time(time_us)
        identifier = ("ce_id", event_id.encode())
        if time is None:
            made = [FIRST, identifier, kind, source, key, LAST]
        else:
            made = [FIRST, identifier, kind, source, time, key, LAST]
        if traceparent is not None:
            made.append(("traceparent", traceparent))
        return made


def moment(time_us: int) -> tuple[str, bytes] | None:
    """``ce_time``, or None outside the years 1 to 9999."""
    return _times.get(time_us) or _time(time_us)


def attributes(found: Iterable[tuple[str, bytes | None]] | None) -> dict[str, str]:
    """CloudEvents attributes of a record that was read, without prefix. Other headers are left out."""
    read: dict[str, str] = {}
    for name, value in found or ():
        if name.startswith(PREFIX) and value is not None:
            try:
                read[name[len(PREFIX) :]] = value.decode()
            except UnicodeDecodeError:
                continue
    return read


def traceparent(found: Iterable[tuple[str, bytes | None]] | None) -> bytes | None:
    """The W3C trace context of a record that was read, to pass on."""
    return next((value for name, value in found or () if name == "traceparent"), None)


def _kept(cache: dict[_Key, tuple[str, bytes]], key: _Key, name: str, value: str) -> tuple[str, bytes]:
    if len(cache) >= _CACHED:
        cache.clear()
    cache[key] = (name, value.encode())
    return cache[key]


def _time(time_us: int) -> tuple[str, bytes] | None:
    """``ce_time``; kept, since what follows from one record has its time."""
    second, microsecond = divmod(time_us, 1_000_000)
    begin = _seconds.get(second) or _second(second)
    if not begin:
        return None
    if len(_times) >= _CACHED:
        _times.clear()
    found = _times[time_us] = ("ce_time", f"{begin}.{microsecond:06}Z".encode())
    return found


def _second(second: int) -> str:
    if len(_seconds) >= _CACHED:
        _seconds.clear()
    try:
        moment = _EPOCH + timedelta(seconds=second)
    except OverflowError:
        return ""
    _seconds[second] = moment.replace(tzinfo=None).isoformat()
    return _seconds[second]
