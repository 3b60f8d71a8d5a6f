"""What a restore makes of what the consumer gives it: rows, the end, what passes, and what must never be skipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from confluent_kafka import KafkaError

from commonline.bus.changelog import Changelog, _records, _rows, named
from commonline.errors import EXIT_STATE, BrokenChangelogError, RestartError
from commonline.settings import KafkaSettings

LOG = Changelog(KafkaSettings(bootstrap="127.0.0.1:9092"), "unify-state.v1", 3, mend="commonline state rebuild -p 3")


@dataclass
class Read:
    """A consumed record, or an error in its place."""

    at: int
    row: tuple[bytes, bytes | None] = (b"k", b"v")
    wrong: KafkaError | None = None

    def error(self) -> KafkaError | None:
        return self.wrong

    def offset(self) -> int:
        return self.at

    def key(self) -> bytes:
        return self.row[0]

    def value(self) -> bytes | None:
        return self.row[1]


def sorted_out(*reads: Read, end: int = 100) -> tuple[list[int], int]:
    some: Any = list(reads)
    messages, reached = _records(LOG, some, end)
    return [message.offset() or 0 for message in messages], reached


def test_records_and_the_offset_behind_them() -> None:
    assert sorted_out(Read(4), Read(9)) == ([4, 9], 10)
    assert sorted_out() == ([], -1)


def test_what_was_written_since_is_left_for_later() -> None:
    assert sorted_out(Read(98), Read(103), Read(104)) == ([98], 100)
    assert sorted_out(Read(103)) == ([], 100)


def test_the_mark_of_the_end_counts_the_marks_of_transactions() -> None:
    assert sorted_out(Read(7), Read(10, wrong=KafkaError(KafkaError._PARTITION_EOF))) == ([7], 10)


@pytest.mark.parametrize("code", [KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._TIMED_OUT])
def test_a_broker_that_is_away_is_waited_for(code: int) -> None:
    assert sorted_out(Read(5, wrong=KafkaError(code))) == ([], -1)


@pytest.mark.parametrize("code", [KafkaError._BAD_MSG, KafkaError._BAD_COMPRESSION, KafkaError.INVALID_MSG])
def test_what_the_client_cannot_read_is_never_passed_over(code: int) -> None:
    with pytest.raises(
        BrokenChangelogError, match=r"unify-state\.v1\[3\]: the record at offset 7 .*-p 3 --from"
    ) as told:
        sorted_out(Read(6), Read(7, wrong=KafkaError(code)), Read(8))
    assert told.value.exit_code == EXIT_STATE


@pytest.mark.parametrize("code", [KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError._AUTO_OFFSET_RESET])
def test_other_errors_start_anew(code: int) -> None:
    with pytest.raises(RestartError):
        sorted_out(Read(7, wrong=KafkaError(code)))


def test_a_row_that_is_none_stops() -> None:
    some: Any = [Read(1), Read(2, (b"x", None)), Read(3, (b"bad", b"v"))]
    assert _rows(LOG, some[:2], lambda _key, _value: None) == [(b"k", b"v"), (b"x", None)]
    with pytest.raises(BrokenChangelogError, match="offset 3 is unreadable: it is bad"):
        _rows(LOG, some, lambda key, _value: "it is bad" if key == b"bad" else None)


def test_a_check_is_found_by_its_name() -> None:
    check = named("commonline.streams.unify.readable:fault")
    assert check(b"", b"") is not None
    assert named("")(b"", b"") is None
