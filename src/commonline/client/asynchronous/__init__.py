"""The client for asyncio, by aiokafka: `AsyncFeed` is to `Feed` what ``async for`` is to ``for``."""

from __future__ import annotations

from commonline.client.asynchronous.feed import AsyncFeed
from commonline.client.asynchronous.following import AsyncFollowing
from commonline.client.asynchronous.transactions import AsyncTransactions

__all__ = ["AsyncFeed", "AsyncFollowing", "AsyncTransactions"]
