"""Dynamics beyond its fixtures: its key, and change tracking on a small real server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.called import delivered, source
from tests.connectors.polled import NOW, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.dynamics import mapping
from commonline.errors import AuthenticationError, ConfigurationError

FIXTURES = Path(mapping.__file__).parent / "fixtures"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_bytes())


def test_the_key_stands_in_the_address_or_in_a_header() -> None:
    at = source("dynamics", webhook_key="long-secret", organisation="acme")
    assert delivered(at, b"{}", target="/in/source?code=long-secret").request == "POST /in/source?code=***"
    assert delivered(at, b"{}", {"X-Commonline-Key": "long-secret"}).authentication == "token"
    with pytest.raises(AuthenticationError):
        delivered(at, b"{}", target="/in/source?code=other")


class Environment:
    """An environment with one table; pages of one row, and what changed behind a delta link."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.news: list[dict[str, Any]] = []
        self.url = ""

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["scope"] == f"{self.url}/.default"
        if form["client_secret"] != "kettle":
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": "T"})

    async def table(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer T"
        assert "odata.track-changes" in request.headers["Prefer"]
        here = f"{self.url}/api/data/v9.2/incidents"
        if "deltatoken" in request.query:
            news, self.news = self.news, []
            return web.json_response({"value": news, "@odata.deltaLink": f"{here}?deltatoken=2"})
        page = int(request.query.get("page", "0"))
        told: dict[str, Any] = {"value": self.rows[page : page + 1]}
        if page + 1 < len(self.rows):
            told["@odata.nextLink"] = f"{here}?page={page + 1}"
        else:
            told["@odata.deltaLink"] = f"{here}?deltatoken=1"
        return web.json_response(told)


@pytest.fixture
async def environment() -> AsyncIterator[tuple[Environment, Polled]]:
    made = Environment()
    app = web.Application()
    app.router.add_post("/tenant-1/oauth2/v2.0/token", made.token)
    app.router.add_get("/api/data/v9.2/incidents", made.table)
    async with serving(app) as url:
        made.url = url
        settings: dict[str, Any] = {
            "organisation": "acme",
            "url": url,
            "login_url": url,
            "tenant": "tenant-1",
            "client_id": "I",
        }
        settings |= {"client_secret": ResolvedSecret(("kettle",)), "tables": ["incidents"]}
        yield made, Polled("dynamics", settings, since=None)


async def test_begun_now_it_tells_what_changes_from_now_on(environment: tuple[Environment, Polled]) -> None:
    made, polled = environment
    made.rows = [fixture("snapshot__case"), fixture("snapshot__case-later")]
    items, cursor = await polled.round()
    assert items == []
    made.news = [fixture("snapshot__case-later"), fixture("deleted__case")]
    items, cursor = await polled.round(cursor)
    assert [fact.type for fact in polled.mapped(items)] == ["Update", "Delete"]
    assert (await polled.round(cursor))[0] == []


async def test_history_leaves_out_what_is_older(environment: tuple[Environment, Polled]) -> None:
    made, polled = environment
    made.rows = [fixture("snapshot__case"), {**fixture("snapshot__case-later"), "modifiedon": "2026-06-01T12:30:00Z"}]
    polled.mode, polled.since = "backfill", NOW
    assert len((await polled.round())[0]) == 1
    polled.since = 0
    assert len((await polled.round())[0]) == 2


async def test_both_paths_tell_one_fact(environment: tuple[Environment, Polled]) -> None:
    made, polled = environment
    made.rows, polled.since = [fixture("snapshot__case")], 0
    (by_poll,) = polled.mapped((await polled.round())[0])
    (by_call,) = posted("dynamics", json.dumps(fixture("Create__case")).encode(), organisation="acme")
    assert (by_poll.id, by_poll.object) == (by_call.id, by_call.object)


async def test_settings_that_do_not_fit_are_named(environment: tuple[Environment, Polled]) -> None:
    polled = environment[1]
    for change, error, message in (
        ({"client_secret": ResolvedSecret(("other",))}, AuthenticationError, "credential"),
        ({"tenant": "tenant-2"}, ConfigurationError, "tenant: is not known"),
        ({"tables": ["Incident!"]}, ConfigurationError, "no name of a set"),
        ({"tables": ["leads"]}, ConfigurationError, "change tracking is not switched on"),
        ({"url": ""}, ConfigurationError, "url and tenant"),
    ):
        one = Polled("dynamics", {**polled.settings, **change})
        with pytest.raises(error, match=message):
            await one.round()
