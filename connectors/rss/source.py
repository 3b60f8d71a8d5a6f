"""Feeds, asked politely: only what has changed, no sooner than they wish; and their hubs, asked to push.

RFC 9110 §13 (conditional requests) · ``ttl`` of RSS and ``sy:`` periods · https://www.w3.org/TR/websub/

The first time, what a feed shows is remembered. Later a document is kept when an entry of it is new or says something
else than it did, and with it is written down which ones. A feed that cannot be read holds up no other; one that says
that it is gone (410) is not asked again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.rss import articles
from commonline.connectors.rss.mapping import CHANGED, NEW
from commonline.errors import (
    CommonlineError,
    ConfigurationError,
    DisconnectedError,
    MalformedPayloadError,
)
from commonline.kit import feeds, times, websub
from commonline.kit.api import body_of
from commonline.kit.budget import retry_after_s
from commonline.kit.source import Context, Cursor, Item, Lease, Page
from commonline.kit.syndication import Feed

TIMEOUT = aiohttp.ClientTimeout(total=60)
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
LARGEST = 16 * 1024 * 1024
LONGEST_TTL_S = 86_400.0
PATIENCE_S = 300.0
INTERVAL_S = 600.0
"""As in the manifest. A feed that fails makes the round begin again sooner, which the others are not to feel."""
MOST_KNOWN = 1000
"""Entries that are remembered of a feed; most show less than a hundred."""


class _Answer(msgspec.Struct):
    body: bytes
    content_type: str
    headers: Mapping[str, str]
    links: dict[str, list[str]]


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all feeds. History is what a feed shows now; what it does not show cannot be asked for."""
    held: Cursor = dict(cursor or {})
    failure: CommonlineError | None = None
    interval_s = float(context.settings.get("interval_s") or INTERVAL_S) * 0.9
    for address in context.settings["feeds"]:
        known = dict(held.get(address) or {})
        if known.get("gone") or context.clock() < int(known.get("not_before", 0)):
            continue
        item = None
        try:
            item = await _news(context, str(address), known)
        except (CommonlineError, msgspec.DecodeError) as error:
            failure = failure or DisconnectedError(f"feed {address}: {error}")
        if context.mode == "live":
            _wait(context, known, max(interval_s, float(known.get("ttl_s") or 0)))
        held[address] = known
        yield Page([item] if item is not None else [], dict(held))
    if failure is not None:
        raise failure


async def _news(context: Context, address: str, known: Cursor) -> Item | None:
    """The document, if there is news in it. `known` is brought up to date."""
    answer = await _fetch(context, address, known)
    if answer is None:
        return None
    feed = feeds.parse(answer.body, answer.content_type, address)
    known["etag"], known["modified"] = answer.headers.get("etag"), answer.headers.get("last-modified")
    known["ttl_s"] = min(feed.ttl_s, LONGEST_TTL_S) if feed.ttl_s else None
    item = Item(answer.body, answer.content_type, request=f"GET {address}")
    if context.mode != "live":
        return item if feed.entries else None
    before: dict[str, str] | None = known.get("entries")
    now = {articles.key(one): articles.version(one) for one in feed.entries}
    known["entries"] = dict(list({**(before or {}), **now}.items())[-MOST_KNOWN:])
    if before is None:
        return None
    new = [name for name in now if name not in before]
    changed = [name for name, told in now.items() if before.get(name, told) != told]
    if not new and not changed and not feed.removed:
        return None
    return dataclasses.replace(item, headers={NEW: " ".join(new), CHANGED: " ".join(changed)})


def _wait(context: Context, known: Cursor, wait_s: float) -> None:
    """Do not ask sooner."""
    known["not_before"] = max(int(known.get("not_before", 0)), context.clock() + int(wait_s * times.SECOND))


async def _fetch(context: Context, address: str, known: Cursor) -> _Answer | None:
    """The document; None if it has not changed. Raises what the runner understands."""
    if not address.startswith(("https://", "http://")):
        raise ConfigurationError(f"feeds: {address!r} is no address; write https://…")
    sent = {"Accept": ACCEPT, "User-Agent": "Commonline (feed reader)"}
    if known.get("etag"):
        sent["If-None-Match"] = str(known["etag"])
    if known.get("modified"):
        sent["If-Modified-Since"] = str(known["modified"])
    try:
        async with context.http.get(address, headers=sent, timeout=TIMEOUT, max_redirects=5) as answer:
            status = answer.status
            headers = {name.lower(): value for name, value in answer.headers.items()}
            if status == 200:
                links = {rel: [str(link["url"])] for rel, link in answer.links.items()}
                return _Answer(await body_of(answer, LARGEST), headers.get("content-type", ""), headers, links)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise DisconnectedError(f"feed {address}: {error or type(error).__name__}") from error
    if status == 304:
        return None
    if status == 410:
        known["gone"] = True
        raise DisconnectedError(f"feed {address} is gone (410); it is not asked again")
    wait_s = retry_after_s(headers.get("retry-after"), context.clock() / times.SECOND)
    if status == 429 or status >= 500:
        _wait(context, known, PATIENCE_S if wait_s is None else wait_s)
        return None
    raise DisconnectedError(f"feed {address} answered {status}")


async def renew(context: Context, lease: Lease | None) -> Lease | None:  # noqa: ARG001 - all topics are asked for anew
    """Ask the hubs of all feeds that have one."""
    secret = context.settings["hub_secret"]
    if not isinstance(secret, ResolvedSecret) or context.callback is None:
        return None
    granted: dict[str, Any] = {}
    for address in context.settings["feeds"]:
        answer = await _fetch(context, str(address), {})
        feed = _read(answer, str(address))
        hubs = [*(answer.links.get("hub", []) if answer is not None else []), *(feed.hubs if feed is not None else [])]
        if answer is None or feed is None or not hubs:
            continue
        topic = next(iter(answer.links.get("self", [])), None) or feed.self_url or str(address)
        await websub.subscribe(context, hubs[0], topic, secret.value)
        granted[topic] = hubs[0]
    now = context.clock()
    return Lease(now, now + websub.LEASE_S * times.SECOND, {"topics": granted}) if granted else None


def _read(answer: _Answer | None, address: str) -> Feed | None:
    if answer is None:
        return None
    try:
        return feeds.parse(answer.body, answer.content_type, address)
    except (MalformedPayloadError, msgspec.DecodeError):
        return None
