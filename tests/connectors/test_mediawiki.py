"""MediaWiki beyond its fixtures: a server of the stream, a server of the API, one change by both."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, serving

from commonline.connectors.mediawiki import source
from commonline.errors import ConfigurationError, DisconnectedError, MalformedPayloadError
from commonline.kit import times
from commonline.kit.source import Context, Cursor, Item, Page

AGENT = "AcmeKettles/1.0 (https://kettles.example)"


def event(number: int, title: str = "Kettle", wiki: str = "en.wiki.example", at: int = NOW) -> dict[str, Any]:
    return {
        "meta": {"dt": times.from_micros(at).isoformat().replace("+00:00", "Z"), "domain": wiki},
        "type": "edit",
        "title": title,
        "user": "Ana Lima",
        "revision": {"old": number - 1, "new": number},
        "timestamp": at // SECOND,
        "server_name": wiki,
        "wiki": "enwiki" if wiki == "en.wiki.example" else "other",
    }


class Wiki:
    """The stream, which ends after what it has, and the API of a wiki."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.asked: list[dict[str, str | None]] = []
        self.error: dict[str, Any] | None = None
        self.app = web.Application()
        self.app.router.add_get("/v2/stream/recentchange", self.stream)
        self.app.router.add_get("/w/api.php", self.api)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(
            {
                "agent": request.headers.get("User-Agent"),
                "id": request.headers.get("Last-Event-ID"),
                "since": request.query.get("since"),
            }
        )
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b":ok\n\n")
        for number, one in enumerate(self.events):
            place = json.dumps([{"topic": "eqiad.mediawiki.recentchange", "partition": 0, "offset": number},
                                {"topic": "codfw.mediawiki.recentchange", "partition": 0, "offset": -1}])  # fmt: skip
            await response.write(f"event: message\nid: {place}\ndata: {json.dumps(one)}\n\n".encode())
        return response

    async def api(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if self.error is not None:
            return web.json_response({"error": self.error})
        found = [one for one in self.changes if one["timestamp"] >= request.query["rcstart"]]
        begin = int(request.query.get("rccontinue", "0"))
        body: dict[str, Any] = {"query": {"recentchanges": found[begin : begin + 2]}}
        if begin + 2 < len(found):
            body["continue"] = {"rccontinue": str(begin + 2), "continue": "-||"}
        return web.json_response(body)


def settings(url: str, **more: Any) -> dict[str, Any]:
    stream = f"{url}/v2/stream/recentchange"
    return {"stream_url": stream, "user_agent": AGENT, "wikis": ["enwiki"], "pages": [], "public_wiki": False, **more}


async def heard(given: dict[str, Any], cursor: Cursor | None = None, **more: Any) -> list[Page]:
    """The pages of one connection."""
    pages: list[Page] = []
    async with aiohttp.ClientSession() as http:
        context = Context("wiki", "acme", given, http, clock=lambda: NOW, **more)
        async with asyncio.timeout(20), aclosing(source.read(context, cursor)) as reading:  # type: ignore[type-var]
            try:
                async for page in reading:
                    pages.append(page)  # noqa: PERF401 - what was read counts although the stream ends
            except DisconnectedError:
                pass
    return pages


async def test_the_stream_goes_on_behind_the_whole_id(monkeypatch: pytest.MonkeyPatch) -> None:
    wiki = Wiki()
    monkeypatch.setattr(source, "OFTEN", 2)
    async with serving(wiki.app) as url:
        wiki.events = [event(1), event(2, wiki="xx"), event(3, wiki="xx"), event(4, "Talk:Kettle"), event(5, "Pot")]
        pages = await heard(settings(url, pages=["Kettle"]))
        assert [len(page.items) for page in pages] == [1, 0, 1]
        cursor = pages[-1].cursor
        assert cursor is not None
        assert [one["offset"] for one in json.loads(cursor["id"])] == [3, -1]
        assert wiki.asked == [{"agent": AGENT, "id": None, "since": None}]
        await heard(settings(url), cursor)
        assert wiki.asked[-1]["id"] == cursor["id"]


async def test_history_ends_where_now_begins() -> None:
    wiki = Wiki()
    async with serving(wiki.app) as url:
        wiki.events = [event(1, at=NOW - MINUTE), event(2, at=NOW + SECOND), event(3, at=NOW + MINUTE)]
        pages = await heard(settings(url), mode="backfill", since_us=NOW - 60 * MINUTE)
        assert sum(len(page.items) for page in pages) == 2
        assert wiki.asked[-1]["since"] == "2026-06-01T11:00:00Z"


def change(number: int, at: str, title: str = "Repair manual") -> dict[str, Any]:
    return {
        "type": "edit",
        "title": title,
        "rcid": number,
        "revid": number,
        "old_revid": number - 1,
        "timestamp": at,
        "user": "Dora Stein",
    }


async def test_the_list_of_a_wiki_is_read_page_by_page_and_once() -> None:
    wiki = Wiki()
    async with serving(wiki.app) as url:
        wiki.changes = [
            change(n, f"2026-06-01T11:{30 + n}:00Z", "Repair manual" if n != 2 else "Lunch") for n in (1, 2, 3)
        ]
        one = Polled("mediawiki", settings(url, api_url=f"{url}/w/api.php", pages=["Repair manual"]))
        items, cursor = await one.round()
        assert len(items) == 2
        assert wiki.asked[1]["rccontinue"] == "2"
        assert {a.visibility for a in one.mapped(items)} == {"internal"}
        wiki.changes.append(change(4, "2026-06-01T11:32:30Z"))
        items, _ = await one.round(cursor)
        assert [json.loads(item.body)["rcid"] for item in items] == [4], "it was listed late"


async def test_stream_and_list_tell_the_same_fact() -> None:
    wiki = Wiki()
    async with serving(wiki.app) as url:
        one = Polled("mediawiki", settings(url, api_url=f"{url}/w/api.php"))
        host = url.removeprefix("http://")
        streamed = {**event(7, "Repair manual", host), "user": "Dora Stein"}
        told = one.mapped([Item(json.dumps(streamed).encode(), transport="stream")])
        listed = one.mapped([Item(json.dumps(change(7, "2026-06-01T12:00:00Z")).encode(), transport="poll")])
        assert [a.id for a in told] == [a.id for a in listed]
        assert [a.visibility for a in (*told, *listed)] == ["public", "internal"]


async def test_what_cannot_work_is_said() -> None:
    wiki = Wiki()
    async with serving(wiki.app) as url:
        with pytest.raises(ConfigurationError, match="wikis"):
            await heard(settings(url, wikis=[]))
        wiki.error = {"code": "readapidenied"}
        with pytest.raises(MalformedPayloadError, match="readapidenied"):
            await Polled("mediawiki", settings(url, api_url=f"{url}/w/api.php")).round()
