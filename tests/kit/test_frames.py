"""Frames are taken in while something else is done; what ended the stream comes after all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from commonline.errors import DisconnectedError
from commonline.kit.frames import Frames


async def stream(*told: int | Exception | asyncio.Event) -> AsyncIterator[int]:
    for one in told:
        if isinstance(one, Exception):
            raise one
        if isinstance(one, asyncio.Event):
            await one.wait()
        else:
            yield one


async def test_what_came_meanwhile_comes_in_one_batch() -> None:
    more = asyncio.Event()
    async with Frames(stream(1, 2, more, 3, 4, 5)) as frames:
        assert await frames.batch(1) == [1]
        await asyncio.sleep(0)
        more.set()
        await asyncio.sleep(0.01)
        assert await frames.batch(3) == [2, 3, 4]
        assert await frames.batch() == [5]
        with pytest.raises(DisconnectedError, match="the stream ended"):
            await frames.batch()


async def test_what_ended_the_stream_is_told_after_its_frames() -> None:
    async with Frames(stream(1, DisconnectedError("cut"))) as frames:
        await asyncio.sleep(0.01)
        assert await frames.batch() == [1]
        for _ in range(2):
            with pytest.raises(DisconnectedError, match="cut"):
                await frames.batch()


async def test_nothing_comes_in_time() -> None:
    more = asyncio.Event()
    async with Frames(stream(more, 1)) as frames:
        assert await frames.batch(wait_s=0.01) == []
        more.set()
        assert await frames.batch(wait_s=5) == [1]


async def test_a_full_queue_makes_the_stream_wait() -> None:
    taken: list[int] = []

    async def counted() -> AsyncIterator[int]:
        for number in range(10):
            taken.append(number)
            yield number

    async with Frames(counted(), waiting=2) as frames:
        await asyncio.sleep(0.01)
        assert taken == [0, 1, 2]
        found: list[int] = []
        while len(found) < 10:
            found += await frames.batch()
        assert found == list(range(10))


async def test_the_stream_is_closed_at_the_end() -> None:
    closed = asyncio.Event()

    async def told() -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with Frames(told()) as frames:
        assert await frames.batch() == [1]
    assert closed.is_set()
