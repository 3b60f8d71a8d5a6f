"""Public documents that a call must be judged by: keys of those who sign (ActivityPub).

Their addresses stand in calls that anybody can make, so they are asked with care: only https, only public addresses of
the network, no redirects to elsewhere, small answers, not many at once, and each only once in a while.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from commonline.errors import RetryLaterError
from commonline.kit.api import body_of

ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
TIMEOUT = aiohttp.ClientTimeout(total=8, sock_connect=4)
LARGEST = 512 * 1024
KEPT_S = 3600.0
ABSENT_S = 300.0
"""How long it is believed that a document does not exist or cannot be had."""
FRESH_S = 60.0
"""A document is not asked for again sooner, whatever a call says of it."""
MOST = 10_000
AT_ONCE = 16
GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Document:
    """What an address answered; `body` None: it says that there is nothing (any more)."""

    url: str
    body: bytes | None
    at: float


class PublicResolver(AbstractResolver):
    """Resolves names, and leaves out addresses that are not of the public network."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """See `AbstractResolver`. Raises `OSError` where nothing public is left."""
        found = [one for one in await self._resolver.resolve(host, port, family) if is_public(one["host"])]
        if not found:
            raise OSError(f"{host} is no public address")
        return found

    async def close(self) -> None:
        """See `AbstractResolver`."""
        await self._resolver.close()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False


class Documents:
    """Documents by address, kept for an hour. `private`: plain http and private addresses too (tests, intranets)."""

    def __init__(self, *, private: bool = False) -> None:
        self._private = private
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._session: aiohttp.ClientSession | None = None
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()

    async def get(self, urls: Iterable[str], *, fresh: bool = False) -> Mapping[str, Document]:
        """The documents; what cannot be asked for is not among them. `fresh` asks again for what is older than a
        minute.

        Raises `RetryLaterError` where one cannot be had now.
        """
        return {url: await self._one(url, fresh=fresh) for url in dict.fromkeys(urls) if self._may_ask(url)}

    def _may_ask(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            return False
        if not host or parts.username or len(url) > 2048:
            return False
        if self._private:
            return parts.scheme in ("https", "http")
        return parts.scheme == "https" and parts.port in (None, 443) and (not _is_address(host) or is_public(host))

    async def _one(self, url: str, *, fresh: bool) -> Document:
        known = self._kept.get(url)
        age = time.monotonic() - known.at if known is not None else 0.0
        if known is not None and age < (FRESH_S if fresh else KEPT_S if known.body is not None else ABSENT_S):
            return known
        async with self._turn:
            found = Document(url, await self._ask(url), time.monotonic())
        self._kept[url] = found
        self._kept.move_to_end(url)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return found

    async def _ask(self, url: str) -> bytes | None:
        session = self._session
        if session is None:
            options: dict[str, Any] = {} if self._private else {"resolver": PublicResolver()}
            session = self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(**options), timeout=TIMEOUT)
        host = urlsplit(url).netloc
        try:
            async with session.get(url, headers={"Accept": ACCEPT}, allow_redirects=False) as answer:
                if answer.status in GONE:
                    return None
                if answer.status != 200:
                    raise RetryLaterError(f"{host} answered {answer.status} when it was asked for a key", 60.0)
                return await body_of(answer, LARGEST)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise RetryLaterError(f"{host} cannot be asked for a key: {type(error).__name__}", 60.0) from error


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
