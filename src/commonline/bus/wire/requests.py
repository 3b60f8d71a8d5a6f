"""The requests that a producer makes, in versions that every Kafka since 2.8 speaks (4.x included).

Fixed versions: what is tested is what runs. None of them asks for transactions of version 2 (KIP-890), so that
partitions are added to a transaction before records are sent to them, whatever the broker.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from kafka.protocol.metadata import FindCoordinatorRequest, MetadataRequest
from kafka.protocol.producer import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    InitProducerIdRequest,
    ProduceRequest,
    TxnOffsetCommitRequest,
)

from commonline.bus.wire.group import Member

PRODUCE = 8
"""The last version that is not "flexible": names and lengths of fixed size."""
VERSIONS = {
    ProduceRequest: PRODUCE,
    MetadataRequest: 8,
    FindCoordinatorRequest: 3,
    InitProducerIdRequest: 4,
    AddPartitionsToTxnRequest: 3,
    AddOffsetsToTxnRequest: 3,
    EndTxnRequest: 3,
    TxnOffsetCommitRequest: 3,
}
ALL_REPLICAS = -1
GROUP, TRANSACTION = 0, 1
Place = tuple[str, int]
"""Topic and partition."""


class Identity(NamedTuple):
    """Who a producer is to the brokers. A greater epoch of the same id shuts this one out."""

    producer: int
    epoch: int


def _made(kind: Any, **values: Any) -> Any:
    return kind(version=VERSIONS[kind], **values)


def metadata(topics: Iterable[str]) -> Any:
    """Leaders of these topics' partitions; no topic is made by asking."""
    wanted = [MetadataRequest.MetadataRequestTopic(name=name) for name in sorted(topics)]
    return _made(MetadataRequest, topics=wanted, allow_auto_topic_creation=False)


def find(kind: int, name: str) -> Any:
    """Which broker answers for a group, or a transactional id."""
    return _made(FindCoordinatorRequest, key=name, key_type=kind)


def init(transactional_id: str | None, timeout_ms: int) -> Any:
    """A producer id; with a transactional id also a new epoch, and the end of whatever its former owner had begun."""
    return _made(
        InitProducerIdRequest,
        transactional_id=transactional_id,
        transaction_timeout_ms=timeout_ms,
        producer_id=-1,
        producer_epoch=-1,
    )


def add_partitions(transactional_id: str, who: Identity, places: Iterable[Place]) -> Any:
    """Before the first record of the transaction goes to any of these."""
    kind = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic
    return _made(
        AddPartitionsToTxnRequest,
        v3_and_below_transactional_id=transactional_id,
        v3_and_below_producer_id=who.producer,
        v3_and_below_producer_epoch=who.epoch,
        v3_and_below_topics=[kind(name=topic, partitions=numbers) for topic, numbers in _by_topic(places).items()],
    )


def _by_topic(places: Iterable[Place]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = defaultdict(list)
    for topic, number in places:
        grouped[topic].append(number)
    return grouped


def add_offsets(transactional_id: str, who: Identity, group: str) -> Any:
    """Before the group's offsets go into the transaction."""
    return _made(
        AddOffsetsToTxnRequest,
        transactional_id=transactional_id,
        producer_id=who.producer,
        producer_epoch=who.epoch,
        group_id=group,
    )


def commit_offset(transactional_id: str, who: Identity, by: Member, place: Place, offset: int) -> Any:
    """The group's offset, which counts if the transaction is committed."""
    topic, number = place
    kind = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic
    one = kind.TxnOffsetCommitRequestPartition(
        partition_index=number, committed_offset=offset, committed_leader_epoch=-1, committed_metadata=""
    )
    return _made(
        TxnOffsetCommitRequest,
        transactional_id=transactional_id,
        group_id=by.group,
        producer_id=who.producer,
        producer_epoch=who.epoch,
        generation_id=by.generation,
        member_id=by.member,
        group_instance_id=by.instance,
        topics=[kind(name=topic, partitions=[one])],
    )


def end(transactional_id: str, who: Identity, *, committed: bool) -> Any:
    """The transaction's end."""
    return _made(
        EndTxnRequest,
        transactional_id=transactional_id,
        producer_id=who.producer,
        producer_epoch=who.epoch,
        committed=committed,
    )


def produce(
    correlation: int,
    client_id: str,
    transactional_id: str | None,
    timeout_ms: int,
    batches: Sequence[tuple[Place, bytes]],
) -> list[bytes]:
    """Pieces of a framed request with one batch a partition. Batches are not copied: they are most of it.

    Protocol guide: "Produce Request (Version: 8)", request header version 1.
    """
    pieces = [
        struct.pack(">hhi", ProduceRequest.API_KEY, PRODUCE, correlation)
        + _text(client_id)
        + _text(transactional_id)
        + struct.pack(">hi", ALL_REPLICAS, timeout_ms)
    ]
    grouped: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
    for (topic, number), sealed in batches:
        grouped[topic].append((number, sealed))
    pieces.append(struct.pack(">i", len(grouped)))
    for topic, some in grouped.items():
        pieces.append(_text(topic) + struct.pack(">i", len(some)))
        for number, sealed in some:
            pieces += [struct.pack(">ii", number, len(sealed)), sealed]
    return [struct.pack(">i", sum(map(len, pieces))), *pieces]


def _text(value: str | None) -> bytes:
    raw = b"" if value is None else value.encode()
    return struct.pack(">h", -1 if value is None else len(raw)) + raw
