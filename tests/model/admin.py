"""The admin client: ends of partitions, ids of topics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confluent_kafka import IsolationLevel, KafkaError, TopicPartition

from tests.model.context import UNANSWERED, here
from tests.model.errors import retriable

EARLIEST = -2
ENDED = "hanging transaction ends now"


class Answer:
    """A future of the client library: asked when its result is."""

    def __init__(self, name: str, ask: Callable[[float], Any]) -> None:
        self._name, self._ask = name, ask

    def result(self, timeout: float = 60.0) -> Any:
        context = here()
        context.point(f"{self._name} asked")
        told = self._ask(timeout)
        if context.point(f"{self._name} answered", (UNANSWERED,)) == UNANSWERED:
            raise retriable(KafkaError._TIMED_OUT, self._name)
        context.say(f"{self._name}: {told}")
        return told


class _End:
    def __init__(self, offset: int) -> None:
        self.offset = offset

    def __str__(self) -> str:
        return str(self.offset)


class _Topic:
    def __init__(self, name: str) -> None:
        self.topic_id = f"id of {name}"

    def __str__(self) -> str:
        return self.topic_id


class AdminClient:
    """`settings` as librdkafka takes them."""

    def __init__(self, settings: dict[str, Any], logger: Any = None) -> None:
        self._here = here()

    def list_offsets(
        self, asked: dict[TopicPartition, Any], *, isolation_level: IsolationLevel, request_timeout: float = 60.0
    ) -> dict[TopicPartition, Answer]:
        def end(where: TopicPartition) -> _End:
            log = self._here.cluster.log(where.topic, where.partition)
            if asked[where]._value == EARLIEST:
                return _End(0)
            committed = isolation_level == IsolationLevel.READ_COMMITTED
            if committed and self._here.fault("stable end asked", (ENDED,)):
                self._here.cluster.unhang()
            if log.stable < log.end:
                self._here.coverage["reached: changelog's stable end is behind its end in a takeover"] += 1
            return _End(log.stable if committed else log.end)

        def answer(where: TopicPartition) -> Answer:
            return Answer("offsets of a topic", lambda _limit: end(where))

        return {where: answer(where) for where in asked}

    def describe_topics(self, topics: Any, *, request_timeout: float = 60.0) -> dict[str, Answer]:
        (name,) = topics.topic_names if hasattr(topics, "topic_names") else list(topics)
        return {name: Answer("topic", lambda _limit: _Topic(name))}
