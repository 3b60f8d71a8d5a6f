"""Vendors' HTTP APIs, as sources ask them: one budget an account, errors that the runner understands, pages.

An answer of 200 to 299 is given back; 404 and 410 are None: what is gone is no failure. 429 and 5xx ask for patience
(`RetryLaterError`, with the vendor's Retry-After), 401 and 403 are `AuthenticationError`, a connection that breaks is
`DisconnectedError`, and anything else a `ConfigurationError`, for we asked for something that the vendor does not have.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp
import msgspec
from yarl import URL

from commonline.configuration.load import ResolvedSecret
from commonline.errors import (
    AuthenticationError,
    ConfigurationError,
    DisconnectedError,
    MalformedPayloadError,
    RetryLaterError,
    TooLargeError,
)
from commonline.kit import catalogue
from commonline.kit.budget import Budget, retry_after_s
from commonline.kit.source import Context

PATIENT_S = 60.0
"""How long a whole answer may take."""
SILENCE_S = 60.0
"""How long a stream may say nothing; vendors send signs of life every 15 to 30 s."""
LONGEST_LINE = 8 * 1024 * 1024
"""Bytes of one line of a stream."""
PATIENCE_S = 10.0
"""Where a vendor asks for patience and does not say how long."""
LARGEST = 64 * 1024 * 1024
"""Bytes of one answer."""
GONE = frozenset({404, 410})
DENIED = frozenset({401, 403})
T = TypeVar("T")
_budgets: dict[tuple[str, str, str], Budget] = {}


def credential(context: Context, name: str) -> str:
    """The secret setting `name` of a source. Raises `ConfigurationError` if it is not set."""
    secret = context.settings.get(name)
    if not isinstance(secret, ResolvedSecret):
        raise ConfigurationError(f"{name} is missing; the API is asked with it")
    return secret.value


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx. `headers` by lower-case name; `target` is path and query as they were asked, without secrets."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    target: str
    next: str | None = None
    """The next page by the answer's Link header (RFC 8288), if it lies at the same origin."""

    def decode(self, decoder: msgspec.json.Decoder[T]) -> T:
        """The body. Raises `MalformedPayloadError` naming the path that was asked."""
        try:
            return decoder.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise MalformedPayloadError(f"{self.target.partition('?')[0]}: {error}") from error


class Api:
    """A vendor's API at `base`. `headers` hold the credential, or the path of `base` does: they tell accounts apart,
    and are never shown. Where the credential changes by the hour (see `oauth`), `account` tells them apart."""

    def __init__(
        self, context: Context, connector: str, base: str, headers: Mapping[str, str], account: str | None = None
    ) -> None:
        self.context, self.base = context, base.rstrip("/")
        manifest = catalogue.manifest(connector)
        self.title = manifest.title
        self._where = f"{self.title} at {urlsplit(self.base).netloc}"
        self._headers = {"Accept": "application/json", "User-Agent": "Commonline", **headers}
        if account is None:
            account = "\n".join(f"{name}: {value}" for name, value in sorted(headers.items()))
        key = (connector, self.base, hashlib.sha256(account.encode()).hexdigest())
        self._budget = _budgets.setdefault(key, Budget(manifest.rate_limit, time.monotonic()))

    async def get(self, path: str, query: Mapping[str, str] | None = None, **headers: str) -> Answer | None:
        """Ask; None for what does not exist. `path` may be a whole URL at the same origin."""
        return await self.call("GET", f"{path}?{urlencode(query)}" if query else path, headers=headers)

    async def post(self, path: str, content: Any, **headers: str) -> Answer | None:
        """Send `content` as JSON."""
        sent = {"Content-Type": "application/json", **headers}
        return await self.call("POST", path, msgspec.json.encode(content), headers=sent)

    async def pages(self, path: str, query: Mapping[str, str] | None = None) -> AsyncIterator[Answer]:
        """The first answer, and those that Link headers lead to."""
        answer = await self.get(path, query)
        while answer is not None:
            yield answer
            answer = await self.get(answer.next) if answer.next else None

    async def call(
        self,
        method: str,
        target: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        patience_s: float = PATIENT_S,
    ) -> Answer | None:
        """One call, when the budget allows it. `patience_s` is longer where the vendor answers only with news."""
        url = await self._turn(target)
        sent = {**self._headers, **{name.replace("_", "-"): value for name, value in (headers or {}).items()}}
        try:
            async with self.context.http.request(
                method,
                URL(url, encoded=True),
                data=content,
                headers=sent,
                timeout=aiohttp.ClientTimeout(total=patience_s),
                allow_redirects=False,
            ) as answer:
                return await self._answer(answer, url.removeprefix(self.base))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DisconnectedError(f"{self._where}: {error or type(error).__name__}") from error

    async def lines(self, path: str, query: Mapping[str, str] | None = None) -> AsyncIterator[bytes]:
        """The lines of an answer that does not end, without their ends: an empty one as soon as it is open, and empty
        ones as signs of life. Raises as `call` does, `ConfigurationError` for what does not exist, and
        `DisconnectedError` when it ends or is silent for `SILENCE_S`."""
        url = await self._turn(f"{path}?{urlencode(query)}" if query else path)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=SILENCE_S)
        try:
            async with self.context.http.request(
                "GET", URL(url, encoded=True), headers=self._headers, timeout=timeout, allow_redirects=False
            ) as answer:
                if answer.status != 200 and await self._answer(answer, path) is None:
                    raise ConfigurationError(f"{self._where} has no {path}")
                yield b""
                async for line in _split(answer):
                    yield line
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DisconnectedError(f"{self._where}: {error or type(error).__name__}") from error
        raise DisconnectedError(f"{self._where} closed the stream")

    async def _turn(self, target: str) -> str:
        """The whole URL, once the budget allows a call. Raises `ConfigurationError` for another origin."""
        url = target if "://" in target else self.base + target
        if urlsplit(url)[:2] != urlsplit(self.base)[:2]:
            raise ConfigurationError(f"{self._where} leads to {urlsplit(url).netloc}, which is not asked")
        while (wait_s := self._budget.wait_s(self.context.mode, time.monotonic())) > 0:
            await self.context.sleep(wait_s)
        self._budget.take()
        return url

    async def _answer(self, answer: aiohttp.ClientResponse, target: str) -> Answer | None:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._budget.told(headers, time.monotonic(), time.time())
        path, status = target.partition("?")[0], answer.status
        if 200 <= status < 300:
            following = answer.links.get("next")
            link = urljoin(self.base + target, str(following["url"])) if following else None
            return Answer(status, await body_of(answer), headers, target, link)
        if status in GONE:
            return None
        if status == 429 or status >= 500 or (status == 403 and "retry-after" in headers):
            wait_s = retry_after_s(headers.get("retry-after"), time.time())
            wait_s = PATIENCE_S if wait_s is None else wait_s
            self._budget.hold(wait_s, time.monotonic())
            raise RetryLaterError(f"{self.title} answered {status} to {path}; asking again in {wait_s:.0f} s", wait_s)
        if status in DENIED:
            raise AuthenticationError(f"{self.title} refused {path} ({status}): check the credential and its rights")
        raise ConfigurationError(f"{self.title} answered {status} to {path}: check the source's settings")


async def _split(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The body's lines as they come. Raises `TooLargeError` for one that does not end."""
    rest = b""
    async for part in answer.content.iter_any():
        *lines, rest = (rest + part).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise TooLargeError("line of a stream", LONGEST_LINE)
        for line in lines:
            yield line.rstrip(b"\r")


async def body_of(answer: aiohttp.ClientResponse, limit: int = LARGEST) -> bytes:
    """The whole body. Raises `TooLargeError`."""
    parts: list[bytes] = []
    size = 0
    async for part in answer.content.iter_chunked(256 * 1024):
        size += len(part)
        if size > limit:
            raise TooLargeError("answer", limit)
        parts.append(part)
    return b"".join(parts)
