"""Pages of numbers up to the setting `pages`; the cursor is the page that comes next."""

from __future__ import annotations

from collections.abc import AsyncIterator

from commonline.kit.source import Context, Cursor, Item, Page


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Everything there is, from the cursor on."""
    first = cursor["page"] if cursor else 0
    size = context.settings["items"]
    for page in range(first, context.settings["pages"]):
        numbers = range(page * size, (page + 1) * size)
        items = [Item(str(n).encode(), "text/plain", f"GET /pages/{page}", {}, f"n-{n}") for n in numbers]
        yield Page(items, {"page": page + 1})
