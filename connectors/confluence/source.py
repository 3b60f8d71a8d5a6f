"""The second path, and the one that has the words: a search for what was modified since then.

Confluence sends a webhook once, with ids only. CQL knows minutes, in the time zone of whoever asks, so that each round
asks some minutes further back; versions tell what is new.

https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-search/ · CQL field ``lastmodified``
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 5 * 60_000_000
PAGE = "50"
TYPES = ("page", "blogpost", "comment", "attachment")
EXPANDED = (
    "version,history,space,container,container.space,ancestors,restrictions.read.restrictions.user,"
    "restrictions.read.restrictions.group"
)


class _Links(msgspec.Struct):
    next: str | None = None
    context: str | None = None


class _Version(msgspec.Struct):
    number: int = 0
    when: str | None = None


class _Record(msgspec.Struct):
    id: str | int
    version: _Version = msgspec.field(default_factory=_Version)


class _Listed(msgspec.Struct):
    results: list[msgspec.Raw] = []
    links: _Links = msgspec.field(default_factory=_Links, name="_links")


_LISTED = msgspec.json.Decoder(_Listed)
_RECORD = msgspec.json.Decoder(_Record)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Contents that were modified since the position, the oldest change first."""
    api, prefix = _api(context)
    place = Changes(context, cursor, OVERLAP_US)
    form = "body.atlas_doc_format" if prefix.endswith("/wiki") else "body.storage"
    query = {"cql": _cql(context.settings, place.since), "limit": PAGE, "expand": f"{EXPANDED},{form}"}
    target, first = f"{prefix}/rest/api/content/search", True
    while True:
        answer = await api.get(target, query if first else None)
        if answer is None:
            raise ConfigurationError(f"{prefix}/rest/api does not exist: check site")
        page = answer.decode(_LISTED)
        items = [Item(bytes(raw), request=f"GET {prefix}/rest/api/content/search", transport="poll")
                 for raw in page.results if _is_news(place, raw)]  # fmt: skip
        yield Page(items, place.cursor())
        if not page.links.next:
            return
        following = page.links.next
        target, first = following if following.startswith(prefix) else prefix + following, False


def _is_news(place: Changes, raw: msgspec.Raw) -> bool:
    record = _RECORD.decode(raw)
    return place.is_news(f"{record.id}.{record.version.number}", times.parse(record.version.when))


def _cql(settings: Any, since_us: int) -> str:
    """The question, in the time zone of the account that asks."""
    name = str(settings["time_zone"])
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(f"time_zone: {name!r} is none; write it as Europe/Berlin") from None
    since = times.from_micros(since_us).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    spaces = [str(key) for key in settings.get("spaces") or ()]
    for key in spaces:
        if not key.replace("~", "").replace("_", "").replace("-", "").isalnum():
            raise ConfigurationError(f"spaces: {key!r} is no key of a space")
    keys = ",".join(f'"{key}"' for key in spaces)
    within = f" and space in ({keys})" if spaces else ""
    return f'lastmodified >= "{since}" and type in ({",".join(TYPES)}){within} order by lastmodified asc'


def _api(context: Context) -> tuple[Api, str]:
    """The API, and the path below which it is: ``/wiki`` in the cloud."""
    site = str(context.settings["site"]).rstrip("/")
    parts = urlsplit(site if "://" in site else f"https://{site}")
    token, user = credential(context, "api_token"), str(context.settings.get("user") or "")
    given = f"Basic {base64.b64encode(f'{user}:{token}'.encode()).decode()}" if user else f"Bearer {token}"
    return Api(context, "confluence", f"{parts.scheme}://{parts.netloc}", {"Authorization": given}), parts.path
