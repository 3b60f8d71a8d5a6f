"""The second path: deliveries that failed, from GitHub's own record of them.

GitHub never repeats a delivery by itself. It keeps what it sent, and what it was answered, for three days. Each round
asks for the list of a webhook's deliveries down to the last one seen, and fetches those that no 2xx was answered to and
that have not been delivered again since.

https://docs.github.com/en/rest/repos/webhooks#list-deliveries-for-a-repository-webhook
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api
from commonline.kit.source import Context, Cursor, Item, Page

HOOK = re.compile(r"(repos/[\w.-]+/[\w.-]+|orgs/[\w.-]+)/hooks/\d+\Z", re.ASCII)
ACCEPT = "application/vnd.github+json"
PAGE = "100"


class _Delivery(msgspec.Struct):
    id: int
    guid: str = ""
    delivered_at: str | None = None
    status_code: int = 0
    event: str = ""


class _Request(msgspec.Struct):
    payload: msgspec.Raw
    headers: dict[str, Any] | None = None


class _Whole(msgspec.Struct):
    request: _Request


_LIST = msgspec.json.Decoder(list[_Delivery])
_WHOLE = msgspec.json.Decoder(_Whole)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all webhooks; a position each: the newest delivery that was looked at."""
    token = context.settings.get("access_token")
    if not isinstance(token, ResolvedSecret):
        raise ConfigurationError("access_token is missing; the record of deliveries needs it")
    headers = {"Authorization": f"Bearer {token.value}", "X-GitHub-Api-Version": "2022-11-28"}
    api = Api(context, "github", str(context.settings["api_url"]), headers)
    seen: dict[str, int] = {name: int(place) for name, place in (cursor or {}).items()}
    for hook in context.settings["hooks"]:
        if not HOOK.match(hook):
            raise ConfigurationError(f"hooks: {hook!r} is no webhook; write repos/<owner>/<name>/hooks/<id>")
        found = await _since(api, hook, seen.get(hook), context.since_us)
        if found is None:
            raise ConfigurationError(f"hooks: {hook} does not exist, or access_token may not read it")
        items = []
        for one in _lost(found):
            item = await _item(api, hook, one)
            items += [item] if item is not None else []
        seen[hook] = max([seen.get(hook, 0), *(one.id for one in found)])
        yield Page(items, dict(seen))


async def _since(api: Api, hook: str, last: int | None, since_us: int | None) -> list[_Delivery] | None:
    """The deliveries behind the last one seen, or since a time; newest first."""
    query: dict[str, str] = {"per_page": PAGE}
    found: list[_Delivery] = []
    while True:
        answer = await api.get(f"/{hook}/deliveries", query, Accept=ACCEPT)
        if answer is None:
            return None
        listed = answer.decode(_LIST)
        fresh = [one for one in listed if _is_fresh(one, last, since_us)]
        found += fresh
        following = parse_qs(urlsplit(answer.next or "").query).get("cursor")
        if len(fresh) < len(listed) or not listed or not following:
            return found
        query["cursor"] = following[0]


def _is_fresh(one: _Delivery, last: int | None, since_us: int | None) -> bool:
    if last is not None:
        return one.id > last
    return since_us is None or (times.parse(one.delivered_at) or 0) >= since_us


def _lost(found: list[_Delivery]) -> list[_Delivery]:
    """Those that nobody took, oldest first; a delivery that was repeated has the same guid."""
    taken = {one.guid for one in found if 200 <= one.status_code < 300}
    lost = {one.guid: one for one in found if one.guid not in taken}
    return sorted(lost.values(), key=lambda one: one.id)


async def _item(api: Api, hook: str, one: _Delivery) -> Item | None:
    """What was sent then. GitHub gives the payload as JSON, not byte for byte."""
    path = f"/{hook}/deliveries/{one.id}"
    answer = await api.get(path, Accept=ACCEPT)
    if answer is None:
        return None
    payload = bytes(answer.decode(_WHOLE).request.payload)
    return Item(payload, request=f"GET {path}", headers={"x-github-event": one.event}, vendor_id=one.guid)
