"""The second path: lists of messages, calls, recordings and transcripts, for Twilio gives a webhook up after one try.

Lists come newest first and are chosen by the day on which something was made, so that each round reads back as far as
what may still change: a message fails, and a call ends, within hours.

https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import msgspec

from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 6 * 3_600_000_000
PAGE = "200"
LISTS = {
    "Messages": "DateSent>",
    "Calls": "StartTime>",
    "Recordings": "DateCreated>",
    "Transcriptions": "DateCreated>",
}
"""Each list with the filter that Twilio offers for it."""


class _Record(msgspec.Struct):
    sid: str = ""
    date_created: str | None = None
    date_updated: str | None = None
    status: str | None = None


class _Listed(msgspec.Struct):
    next_page_uri: str | None = None
    messages: list[msgspec.Raw] = []
    calls: list[msgspec.Raw] = []
    recordings: list[msgspec.Raw] = []
    transcriptions: list[msgspec.Raw] = []


_LISTED = msgspec.json.Decoder(_Listed)
_RECORD = msgspec.json.Decoder(_Record)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over the lists; each has a position of its own, moved when it was read to its end."""
    account = str(context.settings.get("account_sid") or "")
    if not account:
        raise ConfigurationError("account_sid is missing; the API is asked with it")
    basic = base64.b64encode(f"{account}:{credential(context, 'auth_token')}".encode()).decode()
    api = Api(context, "twilio", str(context.settings["api_url"]), {"Authorization": f"Basic {basic}"})
    places: Cursor = dict(cursor or {})
    for name, filtered in LISTS.items():
        place = Changes(context, places.get(name), OVERLAP_US)
        since = times.from_micros(place.since).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {filtered: since, "PageSize": PAGE}
        path = f"/2010-04-01/Accounts/{account}/{name}.json"
        answer = await api.get(path, query)
        while answer is not None:
            page = answer.decode(_LISTED)
            records: list[msgspec.Raw] = getattr(page, name.lower())
            items = [Item(bytes(raw), request=f"GET {path}") for raw in records if _is_news(place, raw)]
            if page.next_page_uri:
                yield Page(items, dict(places))
                answer = await api.get(page.next_page_uri)
                continue
            places[name] = place.cursor()
            yield Page(items, dict(places))
            answer = None


def _is_news(place: Changes, raw: msgspec.Raw) -> bool:
    record = _RECORD.decode(raw)
    changed = times.parse(record.date_updated) or times.parse(record.date_created)
    return place.is_news(record.sid, None if changed is None else max(changed, place.since))
