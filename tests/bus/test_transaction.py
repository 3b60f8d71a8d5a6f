"""The three ends of a batch: committed, aborted and read again, or the end of the process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from commonline.bus.batch import AgainError, Batch, Record, Send
from commonline.bus.guard import Guard
from commonline.bus.outbound import LibrdkafkaTransactions
from commonline.bus.store import LocalStore
from commonline.bus.transaction import OwnedPartition
from commonline.bus.tuning import StageSettings
from commonline.errors import RestartError

ABORTABLE = KafkaError(KafkaError.ILLEGAL_GENERATION, "a join", False, False, True)
UNKNOWN = KafkaError(KafkaError._TIMED_OUT, "no answer", False, True, False)
FENCED = KafkaError(KafkaError._FENCED, "fenced", True, False, False)


@dataclass
class Read:
    """A consumed, or delivered, record."""

    at: int

    def offset(self) -> int:
        return self.at


@dataclass
class Client:
    """What a transactional producer is asked for; `fail` names the call that raises, `full` how often it is full."""

    fail: str = ""
    error: KafkaError = ABORTABLE
    full: int = 0
    refused: KafkaError | None = None
    said: list[str] = field(default_factory=list)
    log: list[tuple[str, Any, Any]] = field(default_factory=list)
    open: list[tuple[str, Any, Any]] = field(default_factory=list)
    report: Callable[[KafkaError | None, Any], None] | None = None
    end: int = 0

    def _call(self, name: str) -> None:
        self.said.append(name)
        if self.fail == name:
            raise KafkaException(self.error)

    def begin_transaction(self) -> None:
        self._call("begin")
        self.open.clear()

    def produce(
        self, topic: str, value: Any, key: Any, partition: int, _callback: Any = None, on_delivery: Any = None, *_: Any
    ) -> None:
        if self.full:
            self.full -= 1
            raise BufferError
        self.open.append((topic, key, value))
        self.report = on_delivery or self.report

    def produce_batch(self, topic: str, rows: list[dict[str, Any]], partition: int) -> int:
        for row in rows:
            if self.full:
                self.full -= 1
                row["_error"] = KafkaError(KafkaError._QUEUE_FULL)
            elif self.refused is not None:
                row["_error"] = self.refused
            else:
                self.open.append((topic, row["key"], row["value"]))
        return len(rows)

    def poll(self, _timeout: float) -> None:
        self.said.append("poll")

    def send_offsets_to_transaction(self, _where: Any, _group: Any, _timeout: float) -> None:
        self._call("offsets")

    def flush(self, _timeout: float) -> None:
        assert self.report is not None
        self.end += len(self.open)
        self.report(self.error if self.fail == "delivery" else None, Read(self.end - 1))

    def commit_transaction(self) -> None:
        self._call("commit")
        self.log += self.open

    def abort_transaction(self, _timeout: float) -> None:
        self.said.append("abort")
        if self.fail == "abort":
            raise KafkaException(FENCED)


@dataclass
class Work:
    """A task that says one record and writes one row an input. `early`: it sends each record as soon as it is decided,
    and `wrong`, the last but one is found to be wrong after that."""

    said: list[str] = field(default_factory=list)
    early: bool = False
    wrong: bool = False

    def process(self, messages: Sequence[Any], condemned: frozenset[int], send: Send) -> Batch:
        records = [Record("out", 0, b"k", b"%d" % one.offset(), [], 1) for one in messages]
        rows = {b"row%d" % one.offset(): b"v" for one in messages}
        if not self.early:
            return Batch(records, rows)
        for taken, record in enumerate(records[:-1], 1):
            if not send([record]):
                return Batch([], dict(list(rows.items())[:taken]), taken)
        if self.wrong:
            self.wrong = False
            raise AgainError
        return Batch(records[-1:], rows)

    def committed(self) -> None:
        self.said.append("committed")

    def aborted(self) -> None:
        self.said.append("aborted")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def owned(client: Client, tmp_path: Path) -> Iterator[OwnedPartition]:
    settings = StageSettings("unify", "in", "changelog", "group", "tx", tmp_path, "0")
    store = LocalStore(tmp_path / "0")
    guard = Guard(tmp_path / "0.guard.json", 0)
    producer = LibrdkafkaTransactions(client, settings, 0)  # type: ignore[arg-type]
    made = OwnedPartition(settings, 0, producer, store, Work(), guard)
    yield made
    made.let_go(clean=True)


def reads(first: int, end: int) -> Any:
    return [Read(at) for at in range(first, end)]


def work(owned: OwnedPartition) -> Work:
    assert isinstance(owned.task, Work)
    return owned.task


def said(owned: OwnedPartition) -> list[str]:
    return work(owned).said


def test_committed(owned: OwnedPartition, client: Client) -> None:
    assert owned.transact(reads(0, 3), None) is None
    assert client.said == ["begin", "offsets", "commit"]
    assert [topic for topic, _, _ in client.log] == ["out"] * 3 + ["changelog"] * 4
    assert (owned.position, owned.store.position, owned.store.changelog) == (3, 3, 7)
    assert said(owned) == ["committed"]
    assert owned.store.get(b"row2") == b"v"


def test_aborted_leaves_the_store_alone_and_the_same_records_must_come_again(
    owned: OwnedPartition, client: Client
) -> None:
    assert owned.transact(reads(0, 2), None) is None
    client.fail = "offsets"
    assert owned.transact(reads(2, 5), None) is ABORTABLE
    assert said(owned) == ["committed", "aborted"]
    assert (owned.position, owned.store.position, owned.store.get(b"row2")) == (2, 2, None)
    client.fail = ""
    with pytest.raises(RestartError, match=r"unify\[0\]: got offset 5, next is 2"):
        owned.transact(reads(5, 6), None)
    assert owned.transact(reads(2, 6), None) is None
    assert owned.transact(reads(9, 10), None) is None
    assert owned.store.position == 10


def test_records_that_were_done_are_not_done_again(owned: OwnedPartition) -> None:
    assert owned.transact(reads(0, 5), None) is None
    with pytest.raises(RestartError, match="got offset 3, next is 5"):
        owned.transact(reads(3, 6), None)


def test_a_record_that_cannot_be_delivered_aborts(owned: OwnedPartition, client: Client) -> None:
    client.fail, client.error = "delivery", KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)
    assert owned.transact(reads(0, 1), None) is client.error
    client.fail = ""
    assert owned.transact(reads(0, 1), None) is None


@pytest.mark.parametrize(("call", "error"), [("commit", UNKNOWN), ("offsets", FENCED), ("begin", UNKNOWN)])
def test_an_unknown_outcome_ends_the_process(
    owned: OwnedPartition, client: Client, call: str, error: KafkaError
) -> None:
    client.fail, client.error = call, error
    with pytest.raises(RestartError, match="unknown"):
        owned.transact(reads(0, 1), None)
    assert owned.store.position is None
    assert said(owned) == []


def test_an_abort_that_fails_ends_the_process(owned: OwnedPartition, client: Client) -> None:
    client.fail, client.refused = "abort", ABORTABLE
    with pytest.raises(RestartError, match="abort"):
        owned.transact(reads(0, 1), None)


def test_a_full_queue_is_waited_for(owned: OwnedPartition, client: Client) -> None:
    client.full = 5
    assert owned.transact(reads(0, 3), None) is None
    assert client.said.count("poll") == 5
    assert len(client.log) == 7


def test_a_full_queue_in_the_middle_of_the_rows_loses_none(owned: OwnedPartition, client: Client) -> None:
    process = owned.task.process

    def then_full(messages: Any, condemned: frozenset[int], send: Send) -> Batch:
        batch = process(messages, condemned, send)
        batch.records.clear()
        client.full = 2
        return batch

    owned.task.process = then_full  # type: ignore[method-assign]
    assert owned.transact(reads(0, 3), None) is None
    assert {key for _, key, _ in client.log} == {b"row0", b"row1", b"row2", b"\x00position"}
    assert client.log[-1][1] == b"\x00position"


def test_an_unclean_end_keeps_what_was_in_flight(owned: OwnedPartition, tmp_path: Path) -> None:
    assert owned.transact(reads(0, 1), None) is None
    owned.let_go(clean=False)
    assert (tmp_path / "0.guard.json").exists()
    owned.let_go(clean=True)
    assert not (tmp_path / "0.guard.json").exists()


def test_a_client_that_hangs_ends_the_process_and_no_record_is_blamed(
    owned: OwnedPartition, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended: list[int] = []
    monkeypatch.setattr("commonline.bus.transaction.os._exit", ended.append)

    def hang(*_: Any) -> None:
        owned._deadline.look(time.monotonic() + 14)
        assert ended == []
        owned._deadline.look(time.monotonic() + 16)

    monkeypatch.setattr(client, "send_offsets_to_transaction", hang)
    owned.transact(reads(0, 1), None)
    assert ended == [75]
    assert Guard(tmp_path / "0.guard.json", 0)._deaths == {}


def test_records_are_sent_while_others_are_decided(owned: OwnedPartition, client: Client) -> None:
    work(owned).early = True
    assert owned.transact(reads(0, 3), None) is None
    assert client.said == ["begin", "offsets", "commit"]
    assert [value for topic, _, value in client.log if topic == "out"] == [b"0", b"1", b"2"]
    assert said(owned) == ["committed"]


def test_deciding_for_long_makes_several_transactions(
    owned: OwnedPartition, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(owned).early = True
    monkeypatch.setattr("commonline.bus.transaction.LONGEST_S", 0.0)
    assert owned.transact(reads(0, 3), None) is None
    assert client.said == ["begin", "offsets", "commit"] * 3
    assert [value for topic, _, value in client.log if topic == "out"] == [b"0", b"1", b"2"]
    assert (owned.position, owned.store.position) == (3, 3)
    assert said(owned) == ["committed"] * 3


def test_what_was_sent_and_is_wrong_is_taken_back_and_decided_once_more(owned: OwnedPartition, client: Client) -> None:
    work(owned).early = work(owned).wrong = True
    assert owned.transact(reads(0, 3), None) is None
    assert client.said == ["begin", "abort", "begin", "offsets", "commit"]
    assert [value for topic, _, value in client.log if topic == "out"] == [b"0", b"1", b"2"]
    assert said(owned) == ["aborted", "committed"]
