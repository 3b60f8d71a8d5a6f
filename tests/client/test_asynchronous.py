"""The client for asyncio, on the real broker: the same promises as the synchronous one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiosqlite
import pytest

from commonline.client import ClientSettings
from commonline.client.asynchronous import AsyncFeed, AsyncFollowing
from commonline.errors import ConfigurationError, PlatformError, StateError
from commonline.settings import KafkaSettings
from tests.client.published import Ground, shown

pytestmark = pytest.mark.broker


async def seqs(records: AsyncFollowing, count: int) -> list[int]:
    found = []
    async with records:
        async for record in records:
            found.append(record.seq)
            if len(found) == count:
                break
    return found


async def test_committed_records_to_the_end(ground: Ground) -> None:
    ground.write([shown(1, "one"), None, shown(2, "two")])
    ground.write([shown(3, "never happened")], commit=False)
    ground.write([shown(3, "three")])
    ground.write([shown(4, "never happened either")], commit=False)
    async with AsyncFeed("service", settings=ground.settings).read() as records:
        found = [(one.seq, one.item.object.text if one.item else None) async for one in records]
    assert found == [(1, "one"), (2, "two"), (3, "three")]
    view = await AsyncFeed("service", settings=ground.settings).current()
    assert len(view.conversations()) == 1


async def test_a_group_goes_on_where_it_was(ground: Ground) -> None:
    feed = AsyncFeed("service", "acme", settings=ground.settings)
    ground.write([shown(seq) for seq in range(1, 6)])
    assert await seqs(feed.follow("crm"), 2) == [1, 2]
    assert await seqs(feed.follow("crm"), 3) == [3, 4, 5]

    async def fail() -> None:
        async with feed.follow("other") as records:
            async for record in records:
                if record.seq == 2:
                    raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await seqs(feed.follow("other"), 2) == [2, 3]


async def test_two_members_share_and_the_second_takes_over(ground: Ground) -> None:
    feed = AsyncFeed("service", settings=ground.settings)
    ground.write([shown(seq) for seq in range(1, 201)])
    first = feed.follow("crm")
    assert [(await anext(first)).seq for _ in range(2)] == [1, 2]
    second = asyncio.create_task(seqs(feed.follow("crm"), 199))
    await asyncio.sleep(0.3)
    await first.close()  # record 2 is in hand: not done
    assert await asyncio.wait_for(second, 60) == list(range(2, 201))


async def test_stop_ends_a_loop_that_waits(ground: Ground) -> None:
    records = AsyncFeed("service", settings=ground.settings).follow(start="now")
    asyncio.get_running_loop().call_later(0.5, records.stop)
    assert [record async for record in records] == []


async def test_exactly_once_into_a_database(ground: Ground, tmp_path: Path) -> None:
    feed = AsyncFeed("service", settings=ground.settings)
    ground.write([shown(seq) for seq in range(1, 5)])
    async with aiosqlite.connect(tmp_path / "crm.db") as database:
        await database.execute("CREATE TABLE seen (seq INTEGER)")

        async def take(until: int, fail_at: int = 0) -> None:
            async with feed.transactions(database, "crm") as records:
                async for record in records:
                    await database.execute("INSERT INTO seen VALUES (?)", (record.seq,))
                    if record.seq == fail_at:
                        raise ZeroDivisionError
                    if record.seq == until:
                        break

        with pytest.raises(ZeroDivisionError):
            await take(4, fail_at=2)
        await take(3)
        await take(4)
        assert [seq async for (seq,) in await database.execute("SELECT seq FROM seen")] == [1, 2, 3, 4]
        await database.execute("UPDATE commonline_offsets SET next_offset = 1000")
        await database.commit()
        with pytest.raises(StateError, match="was at offset 1000"):
            await take(5)
    async with aiosqlite.connect(tmp_path / "crm.db", isolation_level=None) as database:
        with pytest.raises(ConfigurationError, match="autocommit"):
            await take(5)


async def test_messages_say_what_to_do(ground: Ground) -> None:
    with pytest.raises(ConfigurationError, match=r"no feed 'servce' .*There are: acme/service"):
        await seqs(AsyncFeed("servce", settings=ground.settings).read(), 1)
    nobody = ClientSettings(kafka=KafkaSettings(bootstrap="127.0.0.1:1"))
    with pytest.raises(PlatformError, match=r"no Kafka answers at 127\.0\.0\.1:1: Connection refused"):
        await seqs(AsyncFeed("service", settings=nobody).read(), 1)
