"""What is read where: ownership, pauses, changes of the configuration, places after a takeover."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from commonline.configuration.load import parse
from commonline.errors import RetryLaterError
from commonline.kit import cursors
from commonline.kit.control import Control
from commonline.kit.cursors import position
from commonline.kit.instance import Instance, instances
from commonline.kit.readers import Readers, is_read
from commonline.metrics import Metrics
from commonline.schemas.records import Cursor, Delivery

FILE = """
[workspaces.acme]
[sources.one]
connector = "ticker"
workspace = "acme"
pages = {one}
[sources.two]
connector = "ticker"
workspace = "acme"
pages = 3
"""


class Sink:
    def __init__(self) -> None:
        self.cursors: list[Cursor] = []
        self.items: list[str] = []

    async def keep(self, delivery: Delivery) -> None:
        self.items.append(f"{delivery.source} {delivery.vendor_id}")

    async def keep_cursor(self, cursor: Cursor) -> None:
        self.cursors.append(cursor)

    async def bury(self, delivery: Delivery, limit: int) -> None:
        raise AssertionError


class World:
    """Readers over a log of cursors; source one lies in partition 1, source two in partition 2."""

    def __init__(self) -> None:
        self.sink = Sink()
        self.log: list[Cursor] = []
        self.failures: list[Exception] = []
        self.readers = Readers(self.sink, Metrics(), self.read_cursors, {"one": 1, "two": 2}.get)

    async def read_cursors(self) -> Mapping[str, Cursor]:
        if self.failures:
            raise self.failures.pop()
        return cursors.newest(self.log)

    async def until(self, *names: str) -> None:
        async with asyncio.timeout(5):
            while self.readers.running != frozenset(names):
                await asyncio.sleep(0.01)

    async def until_page(self, source: str, page: int) -> Cursor:
        async with asyncio.timeout(5):
            while True:
                for cursor in self.sink.cursors:
                    if cursor.source == source and (position(cursor) or {}).get("page") == page:
                        return cursor
                await asyncio.sleep(0.01)


def configured(probes: Path, one: int = 2) -> dict[str, Instance]:
    return instances(parse(FILE.replace("{one}", str(one))), probes)


@pytest.fixture
async def world(probes: Path) -> AsyncIterator[World]:
    made = World()
    made.readers.configure(configured(probes))
    made.readers.start()
    yield made
    await made.readers.stop()
    assert made.readers.running == frozenset()


async def test_only_what_is_owned_is_read(world: World) -> None:
    await asyncio.sleep(0.05)
    assert world.readers.running == frozenset()
    await world.readers.owned(frozenset({1}))
    await world.until("one")
    await world.readers.owned(frozenset({2}))
    await world.until("one", "two")
    await world.readers.lost(frozenset({1}))
    assert world.readers.running == {"two"}


async def test_a_takeover_goes_on_in_the_next_generation(world: World) -> None:
    world.log = [cursors.record("two", "acme", 6, 1, {"page": 1})]
    await world.readers.owned(frozenset({2}))
    assert (await world.until_page("two", 3)).generation == 7
    assert world.sink.items[0] == "two n-10"


async def test_what_is_lost_and_owned_again_is_placed_anew(world: World) -> None:
    await world.readers.owned(frozenset({2}))
    await world.until_page("two", 3)
    await world.readers.lost(frozenset({2}))
    world.log = [*world.sink.cursors, cursors.record("two", "acme", 4, 1, {"page": 2})]
    world.sink.cursors = []
    await world.readers.owned(frozenset({2}))
    assert (await world.until_page("two", 3)).generation == 5


async def test_paused_before_it_starts_and_resumed(world: World) -> None:
    await world.readers.ordered(Control("one", paused=True, at=1))
    await world.readers.owned(frozenset({1, 2}))
    await world.until("two")
    await world.readers.ordered(Control("one", paused=False, at=2))
    await world.until("one", "two")
    await world.readers.ordered(Control("two", paused=True, at=3))
    await world.until("one")


async def test_a_changed_source_is_restarted_where_it_was_and_no_other(world: World, probes: Path) -> None:
    await world.readers.owned(frozenset({1, 2}))
    await world.until_page("one", 2)
    await world.until_page("two", 3)
    count = len(world.sink.items)
    world.readers.configure(configured(probes, one=3))
    assert (await world.until_page("one", 3)).generation == 1
    assert world.sink.items[count:] == [f"one n-{n}" for n in range(20, 30)]
    world.readers.configure({"two": configured(probes)["two"]})
    await world.until("two")


async def test_nothing_is_read_before_the_cursors_are_known(world: World, monkeypatch: Any) -> None:
    world.failures = [RetryLaterError("no broker")]
    await world.readers.owned(frozenset({1}))
    await asyncio.sleep(0.1)
    assert world.readers.running == frozenset()
    await world.until("one")


def test_is_read(probes: Path) -> None:
    one = configured(probes)["one"]
    assert is_read(one)
    needing = one.manifest.model_copy(
        update={"poll": one.manifest.poll.model_copy(update={"requires": ["password"]})}  # type: ignore[union-attr]
    )
    assert not is_read(Instance("x", "acme", needing, one.settings, {}, one.placement))
    assert is_read(Instance("x", "acme", needing, {**one.settings, "password": "set"}, {}, one.placement))
    pushed = one.manifest.model_copy(update={"transports": ["webhook"]})
    assert not is_read(Instance("x", "acme", pushed, one.settings, {}, one.placement))
