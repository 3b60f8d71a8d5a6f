"""Reads the incremental ticket export by cursor, and the comments of each ticket that changed.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/

The position moves only behind the comments of the tickets before it, so a crash in between reads them again; their
ids are known. Tickets that come late into the export are found by the kit's sweep (`look_back_s`).
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from yarl import URL

from commonline.configuration.load import ResolvedSecret
from commonline.errors import ConfigurationError, DisconnectedError, MalformedPayloadError, RetryLaterError
from commonline.kit import times
from commonline.kit.source import Context, Cursor, Item, Page

EXPORT = "/api/v2/incremental/tickets/cursor.json"
SECOND = 1_000_000
YOUNGEST_S = 60
"""The export refuses to begin within the last minute."""
OVERLAP_US = 3600 * SECOND
"""Comments so much older than the last reading are read again: clocks differ, and tickets are indexed late."""
COMMENTS_A_PAGE = 100
TIMEOUT = aiohttp.ClientTimeout(total=60)
GONE = frozenset({404, 410})
STALE = frozenset({400, 422})


class _Ticket(msgspec.Struct):
    id: int | str
    status: str | None = None


class _Export(msgspec.Struct):
    tickets: list[_Ticket]
    after_cursor: str | None = None
    end_of_stream: bool | None = None


class _Moment(msgspec.Struct):
    created_at: str | None = None


class _Meta(msgspec.Struct):
    has_more: bool | None = None
    after_cursor: str | None = None


class _Comments(msgspec.Struct):
    comments: list[_Moment]
    meta: _Meta | None = None


_EXPORT = msgspec.json.Decoder(_Export)
_COMMENTS = msgspec.json.Decoder(_Comments)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Yield a page for each answer of the API; the last page of a round carries the new position."""
    api = _Api(context)
    position = cursor or _begin(context)
    while True:
        now = context.clock()
        horizon = _horizon(position)
        target = _target(position, int(context.settings["page_size"]))
        status, body = await api.get(target)
        if status in STALE and "after" in position:
            # A cursor that the vendor no longer knows: go back to when it was last good.
            position = {"start": _seconds(horizon, now), "read_us": position["read_us"]}
            continue
        export = _decoded(_EXPORT, api.expect(status, body, target), target)
        if export.tickets:
            yield Page([Item(body, request=f"GET {target}")], cursor)
            for ticket in export.tickets:
                if (ticket.status or "").lower() != "deleted":
                    async for page in _comments(api, ticket, horizon):
                        yield Page([page], cursor)
        if export.after_cursor:
            position = {"after": export.after_cursor, "read_us": now}
        cursor = position
        yield Page([], cursor)
        if export.end_of_stream or not export.after_cursor:
            return


async def _comments(api: _Api, ticket: _Ticket, horizon: int) -> AsyncIterator[Item]:
    """Pages of a ticket's comments, newest first, down to those that were read before."""
    after: str | None = None
    while True:
        query = {"include": "users", "sort": "-created_at", "page[size]": str(COMMENTS_A_PAGE)}
        if after:
            query["page[after]"] = after
        target = f"/api/v2/tickets/{quote(str(ticket.id), safe='')}/comments.json?{urlencode(query)}"
        status, body = await api.get(target)
        if status in GONE:
            return
        page = _decoded(_COMMENTS, api.expect(status, body, target), target)
        if page.comments:
            yield Item(body, request=f"GET {target}")
        after = page.meta.after_cursor if page.meta and page.meta.has_more else None
        oldest = min((times.parse(one.created_at) or 0 for one in page.comments), default=0)
        if after is None or oldest < horizon:
            return


def _begin(context: Context) -> Cursor:
    """Where to begin without a cursor: at `since_us`, else now."""
    now = context.clock()
    start = context.since_us if context.since_us is not None else now
    return {"start": _seconds(start, now), "read_us": start}


def _seconds(micros: int, now: int) -> int:
    return min(micros // SECOND, now // SECOND - YOUNGEST_S - 1)


def _horizon(position: Cursor) -> int:
    """Comments older than this were read in an earlier round."""
    return int(position.get("read_us", 0)) - OVERLAP_US


def _target(position: Cursor, page_size: int) -> str:
    query: dict[str, Any] = {"include": "users", "per_page": page_size}
    if "after" in position:
        query["cursor"] = position["after"]
    else:
        query["start_time"] = position["start"]
    return f"{EXPORT}?{urlencode(query)}"


def _decoded(decoder: msgspec.json.Decoder[Any], body: bytes, target: str) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedPayloadError(f"{target.partition('?')[0]}: {error}") from error


class _Api:
    """The REST API with our credentials."""

    def __init__(self, context: Context) -> None:
        settings = context.settings
        self.http = context.http
        self.base = (settings.get("api_url") or f"https://{settings['subdomain']}.zendesk.com").rstrip("/")
        self.headers = {"Authorization": _authorization(settings), "Accept": "application/json"}

    async def get(self, target: str) -> tuple[int, bytes]:
        """Status and body. Raises `RetryLaterError` (429, 5xx), `DisconnectedError` (network)."""
        url = URL(self.base + target, encoded=True)
        try:
            async with self.http.get(url, headers=self.headers, timeout=TIMEOUT, allow_redirects=False) as answer:
                body = await answer.read()
                if answer.status == 429 or answer.status >= 500:
                    after = _retry_after(answer.headers.get("Retry-After"))
                    raise RetryLaterError(f"Zendesk answered {answer.status}; asking again in {after:.0f} s", after)
                return answer.status, body
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DisconnectedError(f"Zendesk at {self.base}: {error or type(error).__name__}") from error

    def expect(self, status: int, body: bytes, target: str) -> bytes:
        """The body of a good answer. Raises `ConfigurationError` for what only a person can mend."""
        if status == 200:
            return body
        path = target.partition("?")[0]
        if status in (401, 403):
            raise ConfigurationError(f"Zendesk refused {path} ({status}): email and api_token must belong to an admin")
        raise ConfigurationError(f"Zendesk answered {status} to {path}: check subdomain and api_url")


def _authorization(settings: Mapping[str, Any]) -> str:
    """https://developer.zendesk.com/api-reference/introduction/security-and-auth/"""
    token, email = settings.get("api_token"), settings.get("email")
    if not isinstance(token, ResolvedSecret) or not email:
        raise ConfigurationError("email and api_token are missing; the export needs both")
    return "Basic " + base64.b64encode(f"{email}/token:{token.value}".encode()).decode()


def _retry_after(value: str | None) -> float:
    """Seconds to wait; half a minute if it is not told or no number."""
    return min(float(value), 3600.0) if value and value.isdigit() else 30.0
