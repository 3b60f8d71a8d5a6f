"""The impure half of a connector, where the kit's generic webhook is not enough: ``source.py`` offers ``read``.

``async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]``

For a poll source the iterator ends when there is nothing more for now; the runner waits `interval_s` and calls it
again with the last cursor. For a stream source it goes on for ever; `DisconnectedError` makes the runner connect
again with back-off, `RetryLaterError` makes it wait as told. The runner writes a page's items, waits for the
broker's acknowledgement of all of them, then writes the page's cursor: a crash between the two repeats items whose
ids are known (protocol F8).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import aiohttp

from commonline.clock import Clock, now_us

Cursor = dict[str, Any]
"""JSON-able position. A source must accept every older form of its own cursor."""


@dataclass(frozen=True, slots=True)
class Item:
    """What the product said, byte for byte, and how we asked for it (method, path and query without secrets)."""

    body: bytes
    content_type: str = "application/json"
    request: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    vendor_id: str | None = None
    transport: Literal["poll", "stream"] | None = None
    """None: as the manifest says; a stream source that also reads pages (back-fill after a gap) says which it was."""


@dataclass(frozen=True, slots=True)
class Page:
    """Items in the source's order, and the position after them."""

    items: list[Item]
    cursor: Cursor | None


@dataclass(frozen=True, slots=True)
class Context:
    """What a source may use. `settings` holds all settings of the source; secrets are `ResolvedSecret` (``.value``).

    Where `read` begins: at the cursor if it is given; else at `since_us` (microseconds); else with what is new from
    now on. `mode` ``live`` is the normal reading, with the last cursor. ``sweep`` reads once more from `since_us`, with
    cursor None, what may have come late (`look_back_s` of the manifest; poll sources only): the iterator must end, and
    its cursors are not stored. ``backfill`` reads history from `since_us` on, once: the iterator must end. Its cursors
    are kept apart from the live ones, and a back-fill that was interrupted is given the last of them; where pages have
    none, it begins anew.
    """

    source: str
    workspace: str
    settings: Mapping[str, Any]
    http: aiohttp.ClientSession
    mode: Literal["live", "sweep", "backfill"] = "live"
    since_us: int | None = None
    clock: Clock = now_us
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    callback: str | None = None
    """The public address of the source's webhook, where ``public_url`` is configured."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What a vendor grants for a time only: a subscription, a channel, a validated address. Times in microseconds;
    `data` is JSON-able and holds what the vendor needs to know it again, never a secret."""

    since: int
    until: int
    data: Cursor = field(default_factory=dict)


class Renewer(Protocol):
    """The type of ``renew``, which a ``source.py`` may offer: get the lease, or prolong the one that is given. None:
    the source as it is configured needs none."""

    async def __call__(self, context: Context, lease: Lease | None) -> Lease | None: ...


class Reader(Protocol):
    """The type of ``read``."""

    def __call__(self, context: Context, cursor: Cursor | None) -> AsyncIterator[Page]: ...
