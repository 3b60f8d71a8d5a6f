"""Reads the members of the workspace, for messages name people by their ids only.

https://docs.slack.dev/reference/methods/users.list/
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import aiohttp
import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.errors import ConfigurationError, DisconnectedError, MalformedPayloadError, RetryLaterError
from commonline.kit.source import Context, Cursor, Item, Page

PAGE_SIZE = 200
TIMEOUT = aiohttp.ClientTimeout(total=60)
PATIENCE_S = 60.0


class _Metadata(msgspec.Struct):
    next_cursor: str | None = None


class _Answer(msgspec.Struct):
    ok: bool
    error: str | None = None
    response_metadata: _Metadata | None = None


_ANSWER = msgspec.json.Decoder(_Answer)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Yield every page of the list; there is no position in it: ids of what is known are known."""
    del cursor
    after = ""
    while True:
        query = {"limit": str(PAGE_SIZE), **({"cursor": after} if after else {})}
        target = f"/users.list?{urlencode(query)}"
        body = await _get(context, target)
        after = _next(body)
        yield Page([Item(body, request=f"GET {target}")], None if after else {"read_us": context.clock()})
        if not after:
            return


async def _get(context: Context, target: str) -> bytes:
    token = context.settings.get("bot_token")
    if not isinstance(token, ResolvedSecret):
        raise ConfigurationError('bot_token is missing; for instance: bot_token = {env = "SLACK_BOT_TOKEN"}')
    base = str(context.settings["api_url"]).rstrip("/")
    headers = {"Authorization": f"Bearer {token.value}"}
    try:
        async with context.http.get(base + target, headers=headers, timeout=TIMEOUT) as answer:
            body = await answer.read()
            if answer.status == 429 or answer.status >= 500:
                told = answer.headers.get("Retry-After", "")
                after = float(told) if told.isdigit() else PATIENCE_S
                raise RetryLaterError(f"Slack answered {answer.status}; asking again in {after:.0f} s", after)
            return body
    except (aiohttp.ClientError, TimeoutError) as error:
        raise DisconnectedError(f"Slack at {base}: {error or type(error).__name__}") from error


def _next(body: bytes) -> str:
    """Where the list goes on, "" at its end. Raises by what Slack calls the error."""
    try:
        answer = _ANSWER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedPayloadError(f"users.list: {error}") from error
    if answer.ok:
        return (answer.response_metadata.next_cursor if answer.response_metadata else None) or ""
    if answer.error in ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"):
        raise RetryLaterError(f"Slack says {answer.error}", PATIENCE_S)
    raise ConfigurationError(f"Slack refused users.list: {answer.error}; bot_token needs the scope users:read")
