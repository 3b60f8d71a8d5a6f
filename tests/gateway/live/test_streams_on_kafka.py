"""Streams on a real Kafka: nothing missed, nothing twice, whatever ends in between."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from commonline.settings import KafkaSettings
from commonline.testing.kafka import KafkaUnderTest
from tests.gateway.live.client import EventSource, Served
from tests.gateway.live.feed import PR, Writer, conversation, record, said

pytestmark = pytest.mark.broker


@pytest.fixture
def settings(kafka: KafkaUnderTest) -> KafkaSettings:
    return kafka.settings


@pytest.fixture
def writer(settings: KafkaSettings, prefix: str) -> Writer:
    return Writer(settings, prefix)


@pytest.fixture
def served(settings: KafkaSettings, prefix: str, writer: Writer) -> Iterator[Served]:
    """A gateway that keeps 20 records in memory, so that most of what was missed comes from Kafka."""
    found = Served(settings, prefix, keep=20, heartbeat_s=0.3, sweep_s=0.1)
    yield found
    found.kill()


async def test_connections_that_end_anywhere_miss_nothing_and_hear_nothing_twice(
    writer: Writer, served: Served
) -> None:
    dice, total = random.Random(7), 400
    writer.write(*(said("kettle", number) for number in range(1, 101)))

    async def write() -> None:
        for number in range(101, total + 1):
            await asyncio.to_thread(writer.write, said("kettle", number))

    async def listen(begin: str) -> list[int]:
        source = EventSource(served.feed)
        while total not in source.seqs:
            left = dice.randint(1, 80)
            async for _ in source.connect(**{"from": begin}):
                left -= 1
                if left == 0 or total in source.seqs:
                    break
            await asyncio.sleep(dice.random() / 5)
        return source.seqs

    writing = asyncio.create_task(write())
    async with asyncio.timeout(120):
        heard = await asyncio.gather(*(listen("beginning") for _ in range(4)), listen("now"))
    await writing
    whole = EventSource(served.feed)
    await whole.until(lambda: len(whole.heard) == total, **{"from": "beginning"})
    assert whole.seqs == list(range(1, total + 1))
    for seqs in heard[:4]:
        assert seqs == whole.seqs
    assert heard[4] == list(range(heard[4][0], total + 1))


async def test_a_gateway_that_is_killed_is_resumed(writer: Writer, served: Served) -> None:
    total = 200
    sources = [EventSource(served.feed) for _ in range(5)]
    listening = [
        asyncio.create_task(source.until(lambda s=source: total in s.seqs, **{"from": "beginning"}))  # type: ignore[misc]
        for source in sources
    ]
    for number in range(1, total + 1):
        await asyncio.to_thread(writer.write, said("kettle", number))
        if number in (60, 130):
            served.kill()
            await asyncio.to_thread(served.start)
    await asyncio.gather(*listening)
    for source in sources:
        assert source.seqs == list(range(1, total + 1))
        assert not source.notices


async def test_a_conversation_goes_on_under_the_id_that_survives_a_merge(writer: Writer, served: Served) -> None:
    old, new = conversation("kettle"), conversation("pan")
    source, other = EventSource(served.conversation(old)), EventSource(served.feed.replace("service", "pr"))
    writer.write(said("elsewhere", 1), feed=PR)
    await other.until(lambda: len(other.heard) == 1, **{"from": "beginning"})  # the gateway has found this feed
    writer.write(record("entered", "kettle", 1), said("kettle", 2), said("pan", 3))
    await source.until(lambda: len(source.heard) == 2, **{"from": "beginning"})
    writer.write(said("elsewhere", 4), record("merged", "pan", 5, other=old), said("pan", 6))
    writer.write(said("pan", 2), said("elsewhere", 3), feed=PR)  # a feed in which nothing was merged
    await source.until(lambda: len(source.heard) == 4)
    writer.write(said("elsewhere", 7), said("pan", 8))
    await source.until(lambda: len(source.heard) == 5)
    assert source.seqs == [1, 2, 5, 6, 8]
    assert source.heard[2] | {"event": "merged", "conversation": new, "other": old} == source.heard[2]


async def test_who_may_not_see_an_object_any_more_is_told_to_forget_it(writer: Writer, served: Served) -> None:
    source = EventSource(served.feed)
    seen = {"as": "customer", "from": "beginning"}
    writer.write(record("entered", "kettle", 1), said("kettle", 2), said("secret", 3, visibility="internal"))
    await source.until(lambda: len(source.heard) == 2, **seen)
    writer.write(said("kettle", 2, visibility="internal"), said("kettle", 9))
    await source.until(lambda: len(source.heard) == 4, **seen)
    assert [(one["event"], one["seq"]) for one in source.heard] == [
        ("entered", 0),
        ("activity", 0),
        ("tombstone", 0),
        ("activity", 0),
    ]
    assert source.heard[2]["object"] == source.heard[1]["object"]
    assert source.heard[2]["item"] is None
    assert "secret" not in str(source.heard)


async def test_a_feed_that_comes_later_can_be_read(settings: KafkaSettings, prefix: str, served: Served) -> None:
    from commonline.gateway.viewer import FeedName

    late = FeedName("acme", "hr")
    writer = Writer(settings, f"{prefix}", [late])
    writer.write(said("kettle", 1), feed=late)
    source = EventSource(served.feed.replace("service", "hr"))
    deadline = asyncio.get_running_loop().time() + 30
    while httpx.head(source.url).status_code == 404 and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.2)
    await source.until(lambda: len(source.heard) == 1, **{"from": "beginning"})


async def test_a_quiet_stream_tells_where_it_stands(writer: Writer, served: Served) -> None:
    source = EventSource(served.conversation(conversation("kettle")))
    await source.until(lambda: source.positions >= 3)
    writer.write(said("elsewhere", 1), said("kettle", 2))
    await source.until(lambda: bool(source.heard))
    assert source.seqs == [2]


async def test_websockets_resume_as_well(writer: Writer, served: Served) -> None:
    writer.write(*(said("kettle", number) for number in range(1, 101)))
    url, seqs, last = served.feed.replace("http:", "ws:"), list[int](), ""
    dice = random.Random(3)
    while len(seqs) < 100:
        query = f"?after={last}" if last else "?from=beginning"
        async with connect(url + query) as socket:
            for _ in range(dice.randint(1, 3)):
                for told in json.loads(await asyncio.wait_for(socket.recv(), 30)):
                    last = told["id"]
                    if told["event"] == "record":
                        seqs.append(told["data"]["seq"])
                if len(seqs) == 100:
                    break
    assert seqs == list(range(1, 101))


async def test_websockets_that_are_refused_say_why(served: Served) -> None:
    url = served.feed.replace("http:", "ws:")
    for wrong, headers, status in (
        (url.replace("service", "legal"), {}, 404),
        (f"{url}?after=12", {}, 400),
        (url, {"Origin": "https://elsewhere.example"}, 403),
    ):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(wrong, additional_headers=headers):
                pass
        assert refused.value.response.status_code == status
        assert json.loads(refused.value.response.body)["status"] == status


async def test_a_slow_listener_is_dropped_with_a_reason_and_slows_nobody(
    writer: Writer, settings: KafkaSettings, prefix: str
) -> None:
    total, big = 100, "kettle " * 20_000
    served = Served(settings, prefix, blocked_s=1, sweep_s=0.2, linger_s=60)
    reader, slow = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
    try:
        slow.write(b"GET /v1/feeds/acme/service/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with connect(served.feed.replace("http:", "ws:"), max_queue=1, compression=None) as lazy:
            assert await lazy.recv()
            quick = EventSource(served.feed)
            listening = asyncio.create_task(quick.until(lambda: total in quick.seqs))
            while not quick.last:
                await asyncio.sleep(0.05)
            for number in range(1, total + 1):
                await asyncio.to_thread(writer.write, said("kettle", number, big))
            await listening
            assert quick.seqs == list(range(1, total + 1))
            while await asyncio.to_thread(served.metric, 'commonline_gateway_dropped_total{reason="slow"}') < 2:
                await asyncio.sleep(0.1)
            text = await _until_end(reader)
            assert b'event: error\ndata: {"detail":"nothing was taken from this stream for 1 s"}' in text
            with suppress(ConnectionClosedError):
                async for _ in lazy:
                    pass
            assert (lazy.close_code, (lazy.close_reason or "")[:17]) == (1013, "nothing was taken")
    finally:
        slow.close()
        served.kill()


async def _until_end(reader: asyncio.StreamReader) -> bytes:
    """The last bytes of a stream that ends."""
    text = b""
    async with asyncio.timeout(30):
        while b"\r\n0\r\n\r\n" not in text:
            more = await reader.read(1 << 20)
            assert more, text
            text = text[-5000:] + more
    return text


async def test_what_cannot_be_resumed_is_refused(served: Served) -> None:
    for headers, query, status in (
        ({"Last-Event-ID": "AAAA"}, "", 400),
        ({}, "?from=yesterday", 400),
        ({}, "?after=12", 400),
    ):
        answer = httpx.get(served.feed + query, headers=headers)
        assert answer.status_code == status
    assert httpx.get(served.feed.replace("service", "legal")).status_code == 404
    assert httpx.get(served.feed.replace("service", "hr"), params={"as": "customer"}).status_code == 404
    assert httpx.get(served.conversation("x")).status_code == 404
