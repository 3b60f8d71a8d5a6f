"""The second path: notifications as LinkedIn keeps them, for 60 days.

https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-social-action-notifications
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import msgspec

from commonline.connectors.linkedin.actions import TYPES
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

PATH = "/rest/organizationalEntityNotifications"
COUNT = 100
OVERLAP_US = 3600 * times.SECOND
"""Webhooks come up to minutes later than what they tell; lists no sooner."""


class _Element(msgspec.Struct):
    id: int | str | None = msgspec.field(default=None, name="notificationId")
    changed: int | str | None = msgspec.field(default=None, name="lastModifiedAt")


class _List(msgspec.Struct):
    elements: list[msgspec.Raw]


_LIST = msgspec.json.Decoder(_List)
_ELEMENT = msgspec.json.Decoder(_Element)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """What was done since the newest that was read."""
    settings = context.settings
    headers = {
        "Authorization": f"Bearer {credential(context, 'access_token')}",
        "LinkedIn-Version": str(settings["version"]),
        "X-Restli-Protocol-Version": "2.0.0",
    }
    api = Api(context, "linkedin", str(settings["api_url"]), headers)
    place = Changes(context, cursor, OVERLAP_US)
    organization = quote(f"urn:li:organization:{settings['organization']}", safe="")
    # Rest.li writes lists and ranges with parentheses, which must not be escaped.
    span = f"(start:{max(place.since, 0) // 1000},end:{context.clock() // 1000})"
    question = f"q=criteria&actions=List({','.join(TYPES)})&organizationalEntity={organization}&timeRange={span}"
    start = 0
    while True:
        answer = await api.call("GET", f"{PATH}?{question}&start={start}&count={COUNT}")
        if answer is None:
            raise ConfigurationError(f"LinkedIn does not know {PATH}: check version and organization")
        told = answer.decode(_LIST)
        items = []
        for raw in told.elements:
            element = _ELEMENT.decode(raw)
            if place.is_news(str(element.id), times.parse(element.changed)):
                items.append(Item(bytes(raw), request=f"GET {PATH}"))
        last = len(told.elements) < COUNT
        yield Page(items, place.cursor() if last else None)
        if last:
            return
        start += COUNT
