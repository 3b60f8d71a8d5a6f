from __future__ import annotations

import asyncio
import gzip

import pytest

from commonline.errors import RetryLaterError, TooLargeError
from commonline.kit.ingress.body import Body, receive
from commonline.kit.ingress.limits import Budget, Limits
from commonline.kit.ingress.refusal import RefusedError


class Slow:
    """Parts with pauses before them."""

    def __init__(self, *parts: bytes, pause_s: float = 0.0, here: bool = False) -> None:
        self.parts, self.pause_s, self.here = list(parts), pause_s, here

    async def readany(self) -> bytes:
        await asyncio.sleep(self.pause_s)
        return self.parts.pop(0) if self.parts else b""

    def is_eof(self) -> bool:
        return self.here

    def read_nowait(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


LIMITS = Limits(idle_s=0.05, total_s=0.2)


async def read(stream: Slow, cap: int = 100, budget: int = 1000, **headers: str) -> bytes:
    body = Body(Budget(budget), cap)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    await receive(stream, named, body, cap, LIMITS)
    return body.content()


async def test_a_body_in_parts() -> None:
    assert await read(Slow(b"a", b"bc", b"d")) == b"abcd"
    assert await read(Slow()) == b""
    assert await read(Slow(b"a", b"bc", pause_s=1, here=True)) == b"abc"
    assert await read(Slow(gzip.compress(b"abcd")), content_encoding="gzip") == b"abcd"


async def test_too_large_as_announced_received_or_unpacked() -> None:
    stream = Slow(b"x" * 101)
    with pytest.raises(TooLargeError):
        await read(stream, content_length="101")
    assert stream.parts, "nothing was read"
    with pytest.raises(TooLargeError):
        await read(Slow(b"x" * 60, b"x" * 60))
    with pytest.raises(TooLargeError):
        await read(Slow(b"x" * 60, b"x" * 60, here=True))
    with pytest.raises(TooLargeError):
        await read(Slow(gzip.compress(b"x" * 101)), content_encoding="gzip")


async def test_a_silent_sender_and_a_dripping_one_are_cut_off() -> None:
    for stream in (Slow(b"x", pause_s=0.1), Slow(*[b"x"] * 50, pause_s=0.02)):
        with pytest.raises(RefusedError) as caught:
            await read(stream)
        assert caught.value.refusal.status == 408


async def test_the_budget_is_shared_and_given_back() -> None:
    budget = Budget(100)
    first = Body(budget, 80)
    await receive(Slow(b"x" * 80), {}, first, 80, LIMITS)
    second = Body(budget, 80)
    with pytest.raises(RetryLaterError):
        await receive(Slow(b"x" * 80), {}, second, 80, LIMITS)
    second.release()
    first.release()
    assert budget.used == 0
    await receive(Slow(b"x" * 80), {}, Body(budget, 80), 80, LIMITS)
