"""Polls and streams on the real broker: one reader a source, cursors behind deliveries, orders to pause."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from commonline import topics as table
from commonline.bus.partitions import partition_of
from commonline.kit import control
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Cursor
from commonline.schemas.serde import Serde
from commonline.testing.connect import Connect, Installation

pytestmark = pytest.mark.broker
SERDE = Serde(SchemaIds.bundled())


def ticker(name: str, pages: int, items: int = 10) -> str:
    return f'[sources.{name}]\nconnector = "ticker"\npages = {pages}\nitems = {items}'


def cursors(installation: Installation, source: str) -> list[tuple[int, str]]:
    """Generation and position of every cursor of a source, in order."""
    found = [SERDE.decode_as(Cursor, m.value() or b"") for m in installation.records(table.CURSORS)]
    return [(one.generation, one.position) for one in found if one.source == source]


def numbers(installation: Installation, source: str) -> list[int]:
    """What was delivered for a source, in order, repeats included."""
    return [int(one.body or b"") for one in installation.deliveries() if one.source == source]


def until_up(connect: Connect, *sources: str, timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while any(connect.sample("commonline_source_up", source=name) != 1 for name in sources):
        assert time.monotonic() < deadline, connect.log.read_text()
        time.sleep(0.1)


def until_reading(connect: Connect, names: str, timeout_s: float = 30) -> None:
    """A reader that is told to end may still be at its last page."""
    deadline = time.monotonic() + timeout_s
    while not connect.until_ready().endswith(f" reading={names}\n"):
        assert time.monotonic() < deadline, connect.log.read_text()
        time.sleep(0.1)


def test_every_page_is_kept_then_its_cursor(installation: Installation) -> None:
    installation.configure(ticker("one", pages=5))
    connect = installation.start()
    deliveries = installation.until_deliveries(50)
    assert [int(one.body or b"") for one in deliveries] == list(range(50))
    assert {(one.transport, one.mode, one.authentication) for one in deliveries} == {("poll", "live", "session")}
    assert deliveries[0].request == "GET /pages/0"
    until_up(connect, "one")
    assert cursors(installation, "one") == [(1, f'{{"page":{n}}}') for n in range(1, 6)]
    assert "reading=one" in connect.until_ready()
    assert connect.stop() == 0


@pytest.mark.crash
def test_a_killed_reader_is_followed_by_one_that_loses_nothing(installation: Installation) -> None:
    installation.configure(ticker("one", pages=3000, items=20))
    for generation in (1, 2):
        connect = installation.start()
        deadline = time.monotonic() + 60
        while not (found := cursors(installation, "one")) or found[-1][0] < generation:
            assert time.monotonic() < deadline, connect.log.read_text()
            time.sleep(0.2)
        connect.kill()
    generation, position = cursors(installation, "one")[-1]
    assert generation == 2
    installation.configure(ticker("one", pages=json.loads(position)["page"] + 5, items=20))
    last = installation.start()
    until_up(last, "one", timeout_s=40)
    got = numbers(installation, "one")
    pages = max(got) // 20 + 1
    assert sorted(set(got)) == list(range(pages * 20)), "nothing is missing"
    assert len(got) - len(set(got)) <= 2 * 20, "a kill repeats one page at most"
    ids = {one.vendor_id: one.id for one in installation.deliveries()}
    assert all(ids[one.vendor_id] == one.id for one in installation.deliveries()), "repeats have the same id"


def test_two_processes_share_the_sources_and_one_takes_over(installation: Installation) -> None:
    names = [f"s{n}" for n in range(6)]
    installation.configure(*(ticker(name, pages=2) for name in names))
    first = installation.start()
    until_up(first, *names)
    second = installation.start()
    deadline = time.monotonic() + 30
    while not (other := second.until_ready().partition("reading=")[2].strip().split(",")) or other == ["none"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    kept = first.until_ready().partition("reading=")[2].strip().split(",")
    assert not set(kept) & set(other)
    assert sorted(kept + other) == names
    first.kill()
    until_up(second, *names)
    for name in names:
        assert sorted(set(numbers(installation, name))) == list(range(20))


def test_pause_and_resume_by_command(installation: Installation) -> None:
    installation.configure(ticker("one", pages=1), ticker("two", pages=1))
    connect = installation.start()
    until_up(connect, "one", "two")

    def order(word: str, source: str) -> subprocess.CompletedProcess[str]:
        code = "from commonline.cli.main import main; main()"
        argv = [sys.executable, "-c", code, "source", word, source]
        argv += ["--config", str(installation.config), "--prefix", installation.topics.prefix]
        environ = {**os.environ, **installation.kafka.settings.environ()}
        return subprocess.run(argv, env=environ, capture_output=True, text=True, check=False, timeout=60)

    assert order("pause", "one").returncode == 0
    connect.until_logged("source=one paused by=")
    until_reading(connect, "two")
    assert connect.sample("commonline_source_paused", source="one") == 1
    assert connect.stop() == 0
    again = installation.start()
    until_up(again, "two")
    until_reading(again, "two")  # a pause outlives the process
    assert order("resume", "one").returncode == 0
    until_up(again, "one", "two")
    wrong = order("pause", "ones")
    assert wrong.returncode == 2
    assert "did you mean 'one'" in wrong.stderr


def test_a_changed_source_is_read_anew_after_sighup(installation: Installation) -> None:
    installation.configure(ticker("one", pages=1))
    connect = installation.start()
    installation.until_deliveries(10)
    installation.configure(ticker("one", pages=3), ticker("two", pages=1))
    connect.signal(signal.SIGHUP)
    assert len(installation.until_deliveries(40)) == 40
    assert numbers(installation, "one") == list(range(30))


class Lines:
    """A server that streams numbered lines from what the client knows on, and hangs up after a few."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[int] = []
        self.server: asyncio.Server | None = None

    async def start(self) -> int:
        self.server = await asyncio.start_server(self.talk, "127.0.0.1", 0)
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            known = int(await reader.readline())
            self.asked.append(known)
            for number in range(known + 1, min(known + 8, self.count + 1)):
                writer.write(f"{number} words\n".encode())
                await writer.drain()
            if known >= self.count:
                await reader.read()
        writer.close()


async def test_a_stream_is_connected_again_where_it_stopped(installation: Installation) -> None:
    lines = Lines(20)
    port = await lines.start()
    installation.configure(f'[sources.live]\nconnector = "wire"\nport = {port}')
    connect = await asyncio.to_thread(installation.start)
    deliveries = await asyncio.to_thread(installation.until_deliveries, 20)
    assert [one.body for one in deliveries] == [f"{n} words".encode() for n in range(1, 21)]
    assert {one.transport for one in deliveries} == {"stream"}
    async with asyncio.timeout(20):
        while lines.asked != [0, 7, 14, 20]:
            await asyncio.sleep(0.1)
    assert connect.sample("commonline_source_errors_total", source="live", cause="DisconnectedError") == 3
    assert await asyncio.to_thread(connect.stop) == 0
    assert lines.server is not None
    lines.server.close()


def test_orders_are_placed_where_their_reader_is(installation: Installation) -> None:
    for name in ("one", "two", "three", "desk", "mail-box", "s_1"):
        control.send(installation.kafka.settings, installation.topics, control.Control(name, paused=True, at=1))
    for message in installation.records(table.SOURCES):
        source = (message.key() or b"").decode()
        assert message.partition() == partition_of(source, 2)
        assert control.Control.decode(message.key() or b"", message.value()).paused
