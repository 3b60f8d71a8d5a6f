"""What follows from an answer about a transaction; every code of the protocol has one meaning."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError
from kafka.protocol.producer import (
    AddPartitionsToTxnResponse,
    EndTxnResponse,
    TxnOffsetCommitResponse,
)

from commonline.bus.transaction import SILENT
from commonline.bus.wire.answers import Meaning, failure, of_batch, of_coordinator, silent, worst
from commonline.bus.wire.coordinator import codes

FATAL = (
    KafkaError.INVALID_PRODUCER_EPOCH,
    KafkaError.PRODUCER_FENCED,
    KafkaError.INVALID_TXN_STATE,
    KafkaError.INVALID_PRODUCER_ID_MAPPING,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTION_COORDINATOR_FENCED,
    KafkaError.REQUEST_TIMED_OUT,
    KafkaError.UNKNOWN,
)


@pytest.mark.parametrize("code", FATAL)
def test_what_leaves_a_transaction_in_doubt_is_the_end(code: int) -> None:
    assert of_coordinator(code) is Meaning.END
    error = failure(code, "EndTxn").args[0]
    assert (error.fatal(), error.txn_requires_abort()) == (True, False)


@pytest.mark.parametrize(
    "code", [KafkaError.ILLEGAL_GENERATION, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.TRANSACTION_ABORTABLE]
)
def test_what_is_settled_by_an_abort(code: int) -> None:
    error = failure(code, "TxnOffsetCommit").args[0]
    assert (error.code(), error.fatal(), error.txn_requires_abort()) == (code, False, True)
    assert error.str().startswith("TxnOffsetCommit: Broker: ")


def test_who_is_fenced_is_told_so_as_by_librdkafka() -> None:
    assert failure(KafkaError.PRODUCER_FENCED, "x").args[0].code() == KafkaError._FENCED


def test_silence_is_fatal_and_known_as_silence() -> None:
    error = silent("EndTxn").args[0]
    assert (error.fatal(), error.code() in SILENT) == (True, True)


def test_every_other_code_has_a_meaning_and_none_that_is_unknown_is_taken_for_success() -> None:
    for code in range(-1, 200):
        batch, coordinator = of_batch(code), of_coordinator(code)
        assert (batch is Meaning.DONE) == (code in (0, KafkaError.DUPLICATE_SEQUENCE_NUMBER))
        assert (coordinator is Meaning.DONE) == (code == 0)
        assert batch is not Meaning.ABORT
        if code > 120:
            assert (batch, coordinator) == (Meaning.END, Meaning.END)


@pytest.mark.parametrize(
    ("told", "decides"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 51], 51),
        ([3, 55, 55], 3),
        ([55, 55], 55),
        ([51, 22], 22),
        ([22, 47, 51], 47),
        ([16, 51], 16),
    ],
)
def test_the_worst_of_several_decides(told: list[int], decides: int) -> None:
    assert worst(told) == decides


def test_codes_are_found_where_each_answer_has_them() -> None:
    topic = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult
    one = topic.AddPartitionsToTxnPartitionResult
    added = AddPartitionsToTxnResponse(
        version=3,
        results_by_topic_v3_and_below=[
            topic(name="a", results_by_partition=[one(partition_index=0, partition_error_code=3)]),
            topic(name="b", results_by_partition=[one(partition_index=0, partition_error_code=55)]),
        ],
    )
    assert codes(added) == [3, 55]
    group = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
    place = group.TxnOffsetCommitResponsePartition(partition_index=0, error_code=22)
    assert codes(TxnOffsetCommitResponse(version=3, topics=[group(name="a", partitions=[place])])) == [22]
    assert codes(EndTxnResponse(version=3, error_code=47)) == [47]
