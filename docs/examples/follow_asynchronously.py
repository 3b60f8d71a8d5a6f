"""Follows a feed with asyncio.

COMMONLINE_KAFKA=127.0.0.1:9092 python follow_asynchronously.py
"""

from __future__ import annotations

import asyncio

from commonline.client.asynchronous import AsyncFeed


async def main() -> None:
    async with AsyncFeed("service").follow("my-async-application") as records:
        async for record in records:
            print(record.seq, record.event, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
