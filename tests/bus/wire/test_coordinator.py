"""Questions about a transaction: what is asked again, what is to be aborted, and what is the end."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from kafka.protocol.producer import AddOffsetsToTxnResponse, EndTxnResponse

from commonline.bus.wire import requests
from commonline.bus.wire.connection import LostError, NotSentError
from commonline.bus.wire.coordinator import Coordinator
from commonline.bus.wire.requests import Identity

WHO = Identity(1, 2)
END = requests.end("id", WHO, committed=True)
OFFSETS = requests.add_offsets("id", WHO, "group")
LOST = "lost"
AWAY = "away"


class Script:
    """A coordinator that answers with these codes. `LOST` ends a connection, `AWAY` keeps it from being made."""

    def __init__(self, *answers: int | str) -> None:
        self._answers = deque(answers)
        self._sent: deque[Any] = deque()
        self.asked: list[str] = []
        self.found = 0

    def coordinator(self, _kind: int, _name: str) -> int:
        self.found += 1
        return 1

    def broker(self, _number: int) -> Script:
        assert not self._sent, "answers of an earlier question lie there"
        if self._answers and self._answers[0] == AWAY:
            self._answers.popleft()
            raise NotSentError("away")
        return self

    def send(self, request: Any) -> None:
        self.asked.append(request.name)
        self._sent.append(request)

    def receive(self) -> Any:
        request, told = self._sent.popleft(), self._answers.popleft()
        if told == LOST:
            self._sent.clear()
            raise LostError("reset")
        kind = EndTxnResponse if request.name == "EndTxnRequest" else AddOffsetsToTxnResponse
        return kind(version=3, error_code=told)


def asked(script: Script, *questions: Any, again: bool = False) -> list[Any]:
    return Coordinator(script, requests.TRANSACTION, "id").ask(questions, 5.0, again=again)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answers", "count", "found"),
    [
        ((0,), 1, 1),
        ((KafkaError.CONCURRENT_TRANSACTIONS, KafkaError.COORDINATOR_LOAD_IN_PROGRESS, 0), 3, 1),
        ((KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, 0), 3, 3),
        ((AWAY, AWAY, 0), 1, 3),
    ],
)
def test_what_passes_by_itself_is_asked_again(answers: tuple[int | str, ...], count: int, found: int) -> None:
    script = Script(*answers)
    assert asked(script, END)[0].error_code == 0
    assert (script.asked, script.found) == (["EndTxnRequest"] * count, found)


def test_only_what_is_not_done_is_asked_again() -> None:
    script = Script(0, KafkaError.CONCURRENT_TRANSACTIONS, 0)
    assert len(asked(script, OFFSETS, END)) == 2
    assert script.asked == ["AddOffsetsToTxnRequest", "EndTxnRequest", "EndTxnRequest"]


def test_a_lost_answer_is_the_end_where_the_question_may_be_carried_out_later() -> None:
    script = Script(LOST, 0)
    with pytest.raises(KafkaException, match="EndTxn: reset; its outcome is unknown") as told:
        asked(script, END)
    error = told.value.args[0]
    assert (error.code(), error.fatal(), len(script.asked)) == (KafkaError._TIMED_OUT, True, 1)


def test_a_lost_answer_is_asked_for_again_where_that_does_no_harm() -> None:
    script = Script(LOST, 0)
    asked(script, OFFSETS, again=True)
    assert (len(script.asked), script.found) == (2, 2)


@pytest.mark.parametrize(
    ("code", "name", "fatal", "abort"),
    [
        (KafkaError.ILLEGAL_GENERATION, "ILLEGAL_GENERATION", False, True),
        (KafkaError.PRODUCER_FENCED, "_FENCED", True, False),
        (KafkaError.INVALID_TXN_STATE, "INVALID_TXN_STATE", True, False),
        (KafkaError.REQUEST_TIMED_OUT, "REQUEST_TIMED_OUT", True, False),
    ],
)
def test_aborted_or_ended_and_no_answer_is_left_behind(code: int, name: str, fatal: bool, abort: bool) -> None:
    script = Script(code, 0, 0)
    coordinator = Coordinator(script, requests.TRANSACTION, "id")  # type: ignore[arg-type]
    with pytest.raises(KafkaException) as told:
        coordinator.ask([OFFSETS, END], 5.0, again=True)
    error = told.value.args[0]
    assert (error.name(), error.fatal(), error.txn_requires_abort()) == (name, fatal, abort)
    coordinator.ask([END], 5.0, again=False)


def test_patience_has_an_end() -> None:
    script = Script(*[KafkaError.CONCURRENT_TRANSACTIONS] * 100)
    with pytest.raises(KafkaException, match="EndTxn: Broker: Producer attempted") as told:
        Coordinator(script, requests.TRANSACTION, "id").ask([END], 0.05, again=False)  # type: ignore[arg-type]
    assert told.value.args[0].fatal()
