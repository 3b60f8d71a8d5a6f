"""Listings, newest first, down to what was read before. https://www.reddit.com/dev/api/

`before` would be simpler, and fails when the thing that it names is deleted; so a listing is read by pages until it is
older than the position, with an overlap for what is shown late. An edit does not move a thing: it is found as long as
the overlap or the look-back reaches it.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import msgspec

from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.oauth import access_token
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 900 * times.SECOND
PAGE = "100"
AGENT = "python:commonline:0.1 (event integration)"


class _Data(msgspec.Struct):
    name: str = ""
    created_utc: float | None = None
    edited: Any = None


class _Child(msgspec.Struct):
    data: _Data


class _Listing(msgspec.Struct):
    children: list[msgspec.Raw]
    after: str | None = None


class _Answer(msgspec.Struct):
    data: _Listing


_ANSWER = msgspec.json.Decoder(_Answer)
_CHILD = msgspec.json.Decoder(_Child)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all listings; a position each."""
    listings = _listings(context)
    if not listings:
        raise ConfigurationError("communities, search and password are empty: say what is read")
    headers = {"Authorization": f"Bearer {await _token(context)}", "User-Agent": AGENT}
    api = Api(context, "reddit", str(context.settings["api_url"]), headers)
    held: Cursor = dict(cursor or {})
    for name, (path, query) in listings.items():
        place = Changes(context, held.get(name), OVERLAP_US)
        async for items in _listed(api, path, query, place):
            yield Page(items, None)
        held[name] = place.cursor()
        yield Page([], dict(held))


def _listings(context: Context) -> dict[str, tuple[str, dict[str, str]]]:
    settings = context.settings
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for one in settings["communities"]:
        community = quote(str(one).removeprefix("r/"), safe="")
        found[f"new:{community}"] = (f"/r/{community}/new", {})
        found[f"comments:{community}"] = (f"/r/{community}/comments", {})
    for words in settings["search"]:
        found[f"search:{words}"] = ("/search", {"q": str(words), "sort": "new", "type": "link"})
    if settings.get("password") is not None:
        found["inbox"] = ("/message/inbox", {})
        found["sent"] = ("/message/sent", {})
    return found


async def _token(context: Context) -> str:
    """An access token, of the account where its password is given, else of the app alone."""
    settings = context.settings
    client, secret = str(settings["client_id"]), credential(context, "client_secret")
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "User-Agent": AGENT}
    form = {"grant_type": "client_credentials"}
    if settings.get("password") is not None:
        password = credential(context, "password")
        form = {"grant_type": "password", "username": str(settings.get("account") or ""), "password": password}
    credentials = (client, secret, *form.values())
    return await access_token(context, str(settings["token_url"]), credentials, lambda: form, headers)


async def _listed(api: Api, path: str, query: dict[str, str], place: Changes) -> AsyncIterator[list[Item]]:
    """The things of a listing that are news, by pages."""
    after: str | None = None
    while True:
        answer = await api.get(path, {"limit": PAGE, "raw_json": "0", **query, **({"after": after} if after else {})})
        if answer is None:
            raise ConfigurationError(f"Reddit does not know {path}: check communities")
        listing = answer.decode(_ANSWER).data
        items: list[Item] = []
        oldest: int | None = None
        for raw in listing.children:
            data = _CHILD.decode(raw).data
            created = times.parse(data.created_utc)
            oldest = created if created is not None else oldest
            changed = times.parse(data.edited) if isinstance(data.edited, float) else None
            if place.is_news(data.name, changed or created):
                items.append(Item(bytes(raw), request=f"GET {path}"))
        yield items
        after = listing.after
        if not after or not listing.children or (oldest is not None and oldest < place.since):
            return
