"""The errors that librdkafka gives, as it marks them."""

from __future__ import annotations

from confluent_kafka import KafkaError, KafkaException


def abortable(code: int, text: str) -> KafkaException:
    """The transaction has to be aborted; the producer can go on."""
    return KafkaException(KafkaError(code, text, False, False, True))


def fatal(code: int, text: str) -> KafkaException:
    """The producer is done."""
    return KafkaException(KafkaError(code, text, True, False, False))


def retriable(code: int, text: str) -> KafkaException:
    """May be called again; nobody knows what became of it."""
    return KafkaException(KafkaError(code, text, False, True, False))


def fenced() -> KafkaException:
    return fatal(KafkaError._FENCED, "a newer producer has this transactional id, or the transaction was given up")


def timed_out(what: str) -> KafkaException:
    return retriable(KafkaError._TIMED_OUT, f"{what}: no answer")
