"""Which partition a workspace lies in: murmur2 of its name by default, fixed by the first row of workspaces.v1.

The row is the truth from then on (protocol F12): a changed number of partitions or another hash cannot move a
workspace, whose order and state are one partition's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from commonline import topics as table
from commonline.bus.reader import Reader, headers_of
from commonline.clock import now_us
from commonline.errors import ConfigurationError
from commonline.schemas import cloudevents
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Workspace
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics

DIGEST = "configuration"
"""Header of a row: digest of the configuration that was published last for the workspace."""
_M = 0x5BD1E995
_SEED = 0x9747B28C
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Austin Appleby's MurmurHash2 as Kafka's clients use it (seed 0x9747b28c), as an unsigned 32-bit number."""
    length = len(data)
    hashed = _SEED ^ length
    whole = length & ~3
    for position in range(0, whole, 4):
        part = int.from_bytes(data[position : position + 4], "little") * _M & _MASK
        part = (part ^ part >> 24) * _M & _MASK
        hashed = (hashed * _M & _MASK) ^ part
    rest = data[whole:]
    if rest:
        hashed = (hashed ^ int.from_bytes(rest, "little")) * _M & _MASK
    hashed = (hashed ^ hashed >> 13) * _M & _MASK
    return hashed ^ hashed >> 15


def partition_of(key: str, count: int) -> int:
    """The partition that Java's, kafka-python's and (as ``murmur2_random``) librdkafka's partitioner choose."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % count


@dataclass(frozen=True, slots=True)
class Row:
    """A row of workspaces.v1. `since` in microseconds; `digest` empty until a configuration was published."""

    workspace: str
    partition: int
    since: int
    digest: str = ""


def read(kafka: KafkaSettings, names: Topics, ids: SchemaIds) -> dict[str, Row]:
    """All rows. Raises `PlatformError` when the topic does not exist."""
    serde = Serde(ids)
    rows: dict[str, Row] = {}
    with Reader(kafka, [names.name(table.WORKSPACES)]) as reader:
        for message in reader.until_end():
            value = message.value()
            if value is None:
                rows.pop((message.key() or b"").decode(), None)
                continue
            record = serde.decode_as(Workspace, value)
            digest = (headers_of(message).get(DIGEST) or b"").decode()
            rows[record.workspace] = Row(record.workspace, record.partition, record.since, digest)
    return rows


def settle(
    wanted: Mapping[str, int | None], rows: Mapping[str, Row], count: int, clock: Callable[[], int] = now_us
) -> list[Row]:
    """The rows that are missing. `wanted` gives each workspace the partition that its configuration asks for. Pure.

    Raises `ConfigurationError` where a row cannot be as the configuration asks.
    """
    missing = []
    for workspace, asked in wanted.items():
        where = f"workspaces.{workspace}.partition"
        if asked is not None and asked >= count:
            raise ConfigurationError(
                f"{where}: is {asked}, but activities.v1 has {count} partitions: choose 0 to {count - 1}"
            )
        row = rows.get(workspace)
        if row is None:
            missing.append(Row(workspace, partition_of(workspace, count) if asked is None else asked, clock()))
        elif asked is not None and asked != row.partition:
            raise ConfigurationError(
                f"{where}: is {asked}, but this workspace's records lie in partition {row.partition} since its first "
                f"activity, and a workspace does not move; set {row.partition}, or remove the key"
            )
        elif row.partition >= count:
            raise ConfigurationError(
                f"workspace {workspace} lies in partition {row.partition}, but activities.v1 has only {count}: "
                "the topic was made anew with fewer partitions; restore it"
            )
    return missing


def record(row: Row, names: Topics, ids: SchemaIds) -> tuple[str, bytes, bytes, list[tuple[str, bytes]]]:
    """Topic, key, value and headers of a row."""
    value = Serde(ids).encode(Workspace(workspace=row.workspace, partition=row.partition, since=row.since))
    headers = cloudevents.headers(
        cloudevents.WORKSPACE,
        row.workspace,
        workspace=row.workspace,
        source="",
        time_us=row.since,
        partition_key=row.workspace,
    )
    if row.digest:
        headers.append((DIGEST, row.digest.encode()))
    return names.name(table.WORKSPACES), row.workspace.encode(), value, headers
