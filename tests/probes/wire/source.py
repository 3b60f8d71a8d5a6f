"""Sends the number of the last line that it knows, then reads lines `<number> <text>`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from commonline.errors import DisconnectedError
from commonline.kit.source import Context, Cursor, Item, Page


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Lines until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", context.settings["port"])
    try:
        writer.write(f"{cursor['line'] if cursor else 0}\n".encode())
        await writer.drain()
        while line := await reader.readline():
            number = int(line.split()[0])
            yield Page([Item(line.rstrip(), "text/plain", vendor_id=f"l-{number}")], {"line": number})
    finally:
        writer.close()
    raise DisconnectedError("the other side hung up")
