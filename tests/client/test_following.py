"""Following a feed on the real broker."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from commonline.client import ClientSettings, Feed, Following
from commonline.errors import ConfigurationError, PlatformError
from commonline.settings import KafkaSettings
from tests.client.published import Ground, shown

pytestmark = pytest.mark.broker


def seqs(records: Following, count: int) -> list[int]:
    """The next `count` records, the last of which is done when this returns."""
    found = []
    with records:
        for record in records:
            found.append(record.seq)
            if len(found) == count:
                break
    return found


def test_aborted_transactions_are_not_seen_and_the_end_is_found(ground: Ground) -> None:
    ground.write([shown(1, "one"), None, shown(2, "two")])
    ground.write([shown(3, "never happened")], commit=False)
    ground.write([shown(3, "three")])
    ground.write([shown(4, "never happened either")], commit=False)
    with Feed("service", settings=ground.settings).read() as records:
        found = [(one.seq, one.item.object.text if one.item else None) for one in records]
    assert found == [(1, "one"), (2, "two"), (3, "three")]


def test_nothing_of_an_open_transaction_is_seen(ground: Ground) -> None:
    ground.write([shown(1)])
    other = ground.writer("other")
    other.begin_transaction()
    other.produce(ground.topic, b"open", b"open")
    other.flush()
    ground.write([shown(2)])
    assert [one.seq for one in Feed("service", settings=ground.settings).read()] == [1]
    other.abort_transaction(30)
    assert [one.seq for one in Feed("service", settings=ground.settings).read()] == [1, 2]


def test_a_group_goes_on_where_it_was(ground: Ground) -> None:
    feed = Feed("service", "acme", settings=ground.settings)
    ground.write([shown(seq) for seq in range(1, 6)])
    assert seqs(feed.follow("crm"), 2) == [1, 2]
    assert seqs(feed.follow("crm"), 3) == [3, 4, 5]
    ground.write([shown(6)])
    assert seqs(feed.follow("crm"), 1) == [6]
    assert seqs(feed.follow("other"), 1) == [1]


def test_a_record_whose_work_failed_comes_again(ground: Ground) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(1), shown(2), shown(3)])

    def fail() -> None:
        with feed.follow("crm") as records:
            for record in records:
                if record.seq == 2:
                    raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert seqs(feed.follow("crm"), 2) == [2, 3]


def test_now_is_kept_before_the_first_record(ground: Ground) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(1)])
    records = feed.follow("crm", start="now")
    records.close()  # before it has read anything
    ground.write([shown(2)])
    assert seqs(feed.follow("crm", start="now"), 1) == [2]


def test_from_a_time(ground: Ground) -> None:
    ground.write([shown(1)])
    time.sleep(0.02)
    between = datetime.now(UTC)
    time.sleep(0.02)
    ground.write([shown(2), shown(3)])
    feed = Feed("service", settings=ground.settings)
    assert seqs(feed.follow(start=between), 2) == [2, 3]
    assert [one.seq for one in feed.read(start=between)] == [2, 3]
    with pytest.raises(ConfigurationError, match="no zone"):
        feed.read(start=datetime(2026, 1, 1))


def test_two_members_share_and_the_second_takes_over(ground: Ground) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(seq) for seq in range(1, 201)])
    first = feed.follow("crm")
    assert next(first).seq == 1
    assert next(first).seq == 2
    found: list[int] = []
    second = feed.follow("crm")
    taking = threading.Thread(target=lambda: found.extend(seqs(second, 199)))
    taking.start()
    time.sleep(0.3)
    first.close()  # record 2 is in hand: not done
    taking.join(60)
    assert found == list(range(2, 201))


def test_stop_ends_a_loop_that_waits(ground: Ground) -> None:
    records = Feed("service", settings=ground.settings).follow("crm")
    timer = threading.Timer(0.5, records.stop)
    timer.start()
    assert list(records) == []
    timer.join()


def test_messages_say_what_to_do(ground: Ground) -> None:
    with pytest.raises(
        ConfigurationError, match=r"no feed 'servce' .*did you mean 'service'\? There are: acme/service"
    ):
        Feed("servce", settings=ground.settings).read()
    with pytest.raises(ConfigurationError, match=r"no feed 'umbrella/service'.*There are: acme/service"):
        Feed("service", "umbrella", settings=ground.settings).read()
    nobody = ClientSettings(kafka=KafkaSettings(bootstrap="127.0.0.1:1"))
    with pytest.raises(PlatformError, match=r"no Kafka answers at 127\.0\.0\.1:1: Connection refused"):
        Feed("service", settings=nobody).read()
