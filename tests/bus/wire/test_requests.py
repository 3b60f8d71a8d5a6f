"""The request that we write ourselves is what kafka-python writes; the others are in the versions of Kafka 2.8."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.protocol.producer import ProduceRequest

from commonline.bus.wire import requests
from commonline.bus.wire.group import Member
from commonline.bus.wire.requests import Identity

WHO = Identity(4711, 2)


@given(
    st.lists(
        st.tuples(st.tuples(st.sampled_from(("a", "fäden", "x" * 200)), st.integers(0, 99)), st.binary(min_size=1)),
        unique_by=lambda one: one[0],
        min_size=1,
        max_size=8,
    ),
    st.sampled_from((None, "commonline-unify-3")),
)
def test_a_produce_request_is_what_the_library_writes(
    batches: list[tuple[requests.Place, bytes]], transactional_id: str | None
) -> None:
    grouped = defaultdict(list)
    topic = ProduceRequest.TopicProduceData
    for (name, number), sealed in batches:
        grouped[name].append(topic.PartitionProduceData(index=number, records=sealed))
    theirs = ProduceRequest(
        version=requests.PRODUCE,
        transactional_id=transactional_id,
        acks=-1,
        timeout_ms=4000,
        topic_data=[topic(name=name, partition_data=some) for name, some in grouped.items()],
    )
    theirs.with_header(correlation_id=12, client_id="wörker")
    ours = b"".join(requests.produce(12, "wörker", transactional_id, 4000, batches))
    assert ours == theirs.encode(framed=True, header=True)


@pytest.mark.parametrize(
    "request_",
    [
        requests.metadata(["a", "b"]),
        requests.find(requests.TRANSACTION, "id"),
        requests.init("id", 10_000),
        requests.init(None, 0),
        requests.add_partitions("id", WHO, [("a", 0), ("b", 1), ("a", 2)]),
        requests.add_offsets("id", WHO, "group"),
        requests.commit_offset("id", WHO, Member("g", 5, "m", "i"), ("a", 3), 77),
        requests.end("id", WHO, committed=True),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_request_can_be_read_back(request_: Any) -> None:
    request_.with_header(correlation_id=1, client_id="c")
    kind = type(request_)
    assert kind.decode(request_.encode(), version=requests.VERSIONS[kind]) == request_
