"""What a broker's answer means for us: done, once more, abort, or the end. Pure.

Meanings: Kafka's protocol guide (error codes), KIP-98 (idempotence, transactions), KIP-360, KIP-447, KIP-890.
"""

from __future__ import annotations

from enum import Enum

from confluent_kafka import KafkaError, KafkaException

AGAIN_NOW = frozenset(
    {
        KafkaError.INVALID_MSG,  # a check sum that does not fit: the bytes are whole here
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.NOT_ENOUGH_REPLICAS,
        KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.CONCURRENT_TRANSACTIONS,
        KafkaError.THROTTLING_QUOTA_EXCEEDED,
    }
)
MOVED = frozenset(
    {
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.LISTENER_NOT_FOUND,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.UNKNOWN_LEADER_EPOCH,
    }
)
TOO_LARGE = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE})
_COORDINATOR_MOVED = frozenset({KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE})
_COORDINATOR_BUSY = frozenset(
    {
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.CONCURRENT_TRANSACTIONS,
        KafkaError.UNKNOWN_TOPIC_OR_PART,  # it has not heard of a new topic yet
        KafkaError.THROTTLING_QUOTA_EXCEEDED,
    }
)
_ABORTABLE = frozenset(
    {
        KafkaError.TRANSACTION_ABORTABLE,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.OPERATION_NOT_ATTEMPTED,
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.FENCED_INSTANCE_ID,
    }
)
_FENCED = frozenset({KafkaError.INVALID_PRODUCER_EPOCH, KafkaError.PRODUCER_FENCED})


class Meaning(Enum):
    """What follows."""

    DONE = "done"
    AGAIN = "the same once more, a little later"
    MOVED = "the same once more, where it belongs now"
    ABORT = "the transaction is to be aborted; the producer goes on"
    END = "the producer is of no use any more"


def of_batch(code: int) -> Meaning:
    """To a batch. All that is not known to pass by itself is the end: whether a batch was written is then nobody's
    guess, and sequence numbers behind it would be (KIP-98)."""
    if code in (KafkaError.NO_ERROR, KafkaError.DUPLICATE_SEQUENCE_NUMBER):
        return Meaning.DONE
    if code in MOVED:
        return Meaning.MOVED
    return Meaning.AGAIN if code in AGAIN_NOW else Meaning.END


def of_coordinator(code: int) -> Meaning:
    """To a request about a transaction, or about the offsets in it."""
    if code == KafkaError.NO_ERROR:
        return Meaning.DONE
    if code in _COORDINATOR_MOVED:
        return Meaning.MOVED
    if code in _COORDINATOR_BUSY:
        return Meaning.AGAIN
    return Meaning.ABORT if code in _ABORTABLE else Meaning.END


def worst(codes: list[int]) -> int:
    """Of the answers for several partitions, the one that decides; 0 if all are done. That another partition was not
    attempted because of it says nothing by itself."""
    rank = (Meaning.END, Meaning.ABORT, Meaning.MOVED, Meaning.AGAIN, Meaning.DONE)
    causes = [code for code in codes if code != KafkaError.OPERATION_NOT_ATTEMPTED]
    decides = min(causes, key=lambda code: rank.index(of_coordinator(code)), default=KafkaError.NO_ERROR)
    return decides or max(codes, default=KafkaError.NO_ERROR)


def failure(code: int, what: str) -> KafkaException:
    """As librdkafka tells it, so that messages and metrics stay what they are."""
    meaning = of_coordinator(code)
    told = f"{what}: {KafkaError(code).str()}"
    name = KafkaError._FENCED if code in _FENCED else code
    return KafkaException(KafkaError(name, told, meaning is Meaning.END, False, meaning is Meaning.ABORT))


def silent(what: str) -> KafkaException:
    """Nobody answered: what was asked may be done yet, late (protocol F11)."""
    return KafkaException(KafkaError(KafkaError._TIMED_OUT, what, True))
