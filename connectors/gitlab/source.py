"""The second path: deliveries that failed, from GitLab's own record of a webhook's events.

GitLab never repeats an event by itself, and switches a webhook off that fails too often. It keeps what it sent for
seven days, with what it was answered.

https://docs.gitlab.com/api/project_webhooks/#list-all-events-for-a-project-webhook
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.errors import ConfigurationError
from commonline.kit.api import Api
from commonline.kit.source import Context, Cursor, Item, Page

HOOK = re.compile(r"projects/\d+/hooks/\d+\Z", re.ASCII)
FAILED = ("server_failure", "client_failure")
MOST_PAGES = 100


class _Told(msgspec.Struct):
    id: int
    request_data: msgspec.Raw
    trigger: str = ""


_LIST = msgspec.json.Decoder(list[_Told])


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all webhooks; a position each: the newest failed event that was fetched."""
    token = context.settings.get("access_token")
    if not isinstance(token, ResolvedSecret):
        raise ConfigurationError("access_token is missing; the record of a webhook's events needs it")
    api = Api(context, "gitlab", f"{str(context.settings['url']).rstrip('/')}/api/v4", {"PRIVATE-TOKEN": token.value})
    seen: dict[str, int] = {name: int(place) for name, place in (cursor or {}).items()}
    for hook in context.settings["hooks"]:
        if not HOOK.match(hook):
            raise ConfigurationError(f"hooks: {hook!r} is no webhook; write projects/<id>/hooks/<id>")
        found: list[_Told] = []
        for status in FAILED:
            found += await _failed(api, hook, status, seen.get(hook, 0))
        found.sort(key=lambda one: one.id)
        items = [
            Item(bytes(one.request_data), request=f"GET /{hook}/events", vendor_id=f"{hook}/events/{one.id}")
            for one in found
        ]
        seen[hook] = max([seen.get(hook, 0), *(one.id for one in found)])
        yield Page(items, dict(seen))


async def _failed(api: Api, hook: str, status: str, last: int) -> list[_Told]:
    """Failed events behind the last one seen; GitLab lists the newest first."""
    found: list[_Told] = []
    for page in range(1, MOST_PAGES + 1):
        answer = await api.get(f"/{hook}/events", {"status": status, "page": str(page), "per_page": "20"})
        if answer is None:
            raise ConfigurationError(f"hooks: {hook} does not exist, or access_token may not read it")
        listed = answer.decode(_LIST)
        fresh = [one for one in listed if one.id > last]
        found += fresh
        if len(fresh) < len(listed) or len(listed) < 20:
            break
    return found
