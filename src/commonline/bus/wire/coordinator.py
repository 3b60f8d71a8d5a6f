"""Questions to a coordinator, of a transactional id or of a group: asked until they are answered. One thread's own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError

from commonline.bus.wire.answers import Meaning, failure, of_coordinator, silent, worst
from commonline.bus.wire.cluster import Cluster
from commonline.bus.wire.connection import Connection, LostError, NotSentError

SOON_S, LONGEST_S = 0.001, 0.1
"""A transaction that is being completed keeps the next one waiting for a few milliseconds."""


class Coordinator:
    """Of one transactional id, or one group: `kind` as in `commonline.bus.wire.requests.find`."""

    def __init__(self, cluster: Cluster, kind: int, name: str) -> None:
        self._cluster, self._kind, self._name = cluster, kind, name
        self._number: int | None = None

    def ask(self, asked: Sequence[Any], timeout_s: float, *, again: bool) -> list[Any]:
        """Send all, wait for all answers; those that are not done yet are sent again. The answers in the same order.

        `again`: whether a request whose answer was lost may be made once more; else the loss is the end, because it may
        be carried out later, in the next transaction (protocol F11).

        Raises `KafkaException`: to be aborted, or fatal, as `answers.failure` tells.
        """
        deadline, wait_s = time.monotonic() + timeout_s, SOON_S
        answers: dict[int, Any] = {}
        while True:
            left = [at for at in range(len(asked)) if at not in answers]
            trouble = self._round(asked, left, answers, again=again)
            if not trouble:
                return [answers[at] for at in range(len(asked))]
            if time.monotonic() + wait_s > deadline:
                raise silent(f"{_name(asked[left[0]])}: {trouble}")
            time.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_S)

    def _round(self, asked: Sequence[Any], left: list[int], answers: dict[int, Any], *, again: bool) -> str:
        """Ask for what is left; says what keeps it from being done."""
        try:
            connection = self._connection()
        except NotSentError as error:
            self._number = None
            return str(error)
        try:
            for at in left:
                connection.send(asked[at])
            told = [connection.receive() for _ in left]  # all of them: the next question's answer comes behind them
        except LostError as error:
            self._number = None
            if not again:
                raise silent(f"{_name(asked[left[0]])}: {error}; its outcome is unknown") from error
            return str(error)
        found = {at: self._judge(asked[at], answer) for at, answer in zip(left, told, strict=True)}
        answers.update({at: answer for at, answer in zip(left, told, strict=True) if not found[at]})
        return next(filter(None, found.values()), "")

    def _judge(self, request: Any, answer: Any) -> str:
        code = worst(codes(answer))
        meaning = of_coordinator(code)
        if meaning in (Meaning.ABORT, Meaning.END):
            raise failure(code, _name(request))
        if meaning is Meaning.MOVED:
            self._number = None
        return "" if meaning is Meaning.DONE else str(KafkaError(code).str())

    def _connection(self) -> Connection:
        if self._number is None:
            self._number = self._cluster.coordinator(self._kind, self._name)
        return self._cluster.broker(self._number)


def codes(answer: Any) -> list[int]:
    """The error codes of an answer about a transaction: one, or one a partition."""
    if answer.name == "AddPartitionsToTxnResponse":
        return [
            one.partition_error_code
            for topic in answer.results_by_topic_v3_and_below
            for one in topic.results_by_partition
        ]
    if answer.name == "TxnOffsetCommitResponse":
        return [one.error_code for topic in answer.topics for one in topic.partitions]
    return [answer.error_code]


def _name(request: Any) -> str:
    return str(request.name).removesuffix("Request")
