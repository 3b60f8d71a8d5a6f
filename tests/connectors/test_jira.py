"""Jira beyond its fixtures: signature, wiki markup, and the second path with the ids of the webhooks."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from tests.connectors.polled import MINUTE, NOW, Polled, posted, serving
from tests.connectors.rfc2104 import hmac_by_hand

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.jira import source
from commonline.connectors.jira.wiki import render_wiki
from commonline.errors import AuthenticationError, RetryLaterError
from commonline.kit import catalogue, times
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request

FIXTURES = Path(source.__file__).parent / "fixtures"
SITE = "acme.atlassian.net"
TOKEN = "ATATT-token"
MAIL = "integration@acme.example"


def name(key: str) -> tuple[str, str]:
    return f"jira:{SITE}/user/{key}", "@Mia"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("h2. Title\nnext", "Title\nnext"),
        ("*bold* and _slanted_, 2*3*4 and snake_case_name", "bold and slanted, 2*3*4 and snake_case_name"),
        ("* one\n** two\n# three", "- one\n- two\n- three"),
        ("{quote}\nsaid\n{quote}\nmine", "said\n\nmine"),
        ("{code:java}\nint *x* = [1|2];\n{code}", "int *x* = [1|2];"),
        ("{code}never closed *x*", "never closed x"),
        ("||a||b||\n|1|2|", "a | b\n1 | 2"),
        ("!leak.png|thumbnail! here! and wow! !", "leak.png here! and wow! !"),
        ("{color:red}red{color} \\*not bold\\* {{mono}}", "red *not bold* mono"),
        ("a < b & <b>c</b>", "a < b & <b>c</b>"),
        ("[x] and [^file.pdf] and [label|#anchor]", "[x] and file.pdf and label"),
        ("[~accountid:5c76] hi", "@Mia hi"),
    ],
)
def test_wiki_markup_as_people_read_it(markup: str, text: str) -> None:
    assert render_wiki(markup, name).text == text


def test_links_and_mentions_are_spans() -> None:
    plain = render_wiki("See [the *photo*|https://example.org/7], https://acme.example/b and [~mia].", name)
    assert plain.text == "See the *photo*, https://acme.example/b and @Mia."
    assert [(span.kind, span.value) for span in plain.spans] == [
        ("link", "https://example.org/7"),
        ("link", "https://acme.example/b"),
        ("mention", f"jira:{SITE}/user/mia"),
    ]


@given(st.text(alphabet="*_{}[]|!\\~^+#-ahbq. \n?code:quote", max_size=400))
def test_bad_markup_never_raises(text: str) -> None:
    render_wiki(text, name)


@pytest.mark.parametrize("part", ["[", "*a ", "{quote}", "_x", "!a", "[~", "{color:", "||", "\\", "*_+^"])
def test_hostile_markup_takes_no_time(part: str) -> None:
    begun = time.perf_counter()
    render_wiki(part * (32_000 // len(part)), name)
    assert time.perf_counter() - begun < 1


class Jira:
    """A site of Cloud: search by minutes back from now, paged by a token; comments newest first."""

    def __init__(self) -> None:
        self.issues: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.now, self.page = NOW, 2
        self.failure: web.Response | None = None
        self.queries: list[dict[str, str]] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/rest/api/3/search/jql", self.search)
        app.router.add_get("/rest/api/2/search", self.old_search)
        for version in "32":
            app.router.add_get(f"/rest/api/{version}/issue/{{id}}/comment", self.listed)
        return app

    def _found(self, request: web.Request) -> list[dict[str, Any]]:
        if self.failure is not None:
            raise web.HTTPTooManyRequests(headers={"Retry-After": "9"})
        self.queries.append(dict(request.query))
        minutes = int(request.query["jql"].partition("updated >= -")[2].partition("m ")[0])
        assert request.query["jql"].endswith("ORDER BY updated ASC")
        assert request.query["expand"] == "changelog"
        since = self.now - minutes * MINUTE
        found = [one for one in self.issues.values() if (times.parse(one["fields"]["updated"]) or 0) >= since]
        return sorted(found, key=lambda one: times.parse(one["fields"]["updated"]) or 0)

    async def search(self, request: web.Request) -> web.Response:
        basic = base64.b64encode(f"{MAIL}:{TOKEN}".encode()).decode()
        assert request.headers["Authorization"] == f"Basic {basic}"
        found, begin = self._found(request), int(request.query.get("nextPageToken", 0))
        told: dict[str, Any] = {"issues": found[begin : begin + self.page]}
        if begin + self.page < len(found):
            told["nextPageToken"] = str(begin + self.page)
        return web.json_response(told)

    async def old_search(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        found, begin = self._found(request), int(request.query.get("startAt", 0))
        told = {"issues": found[begin : begin + self.page], "total": len(found), "startAt": begin}
        return web.json_response(told)

    async def listed(self, request: web.Request) -> web.Response:
        assert request.query["orderBy"] == "-created"
        said = self.comments.get(request.match_info["id"], [])[::-1]
        begin = int(request.query["startAt"])
        told = {"comments": said[begin : begin + self.page], "total": len(said), "startAt": begin}
        return web.json_response(told)


@pytest.fixture
async def jira() -> AsyncIterator[tuple[Jira, Polled]]:
    vendor = Jira()
    async with serving(vendor.app()) as url:
        token = ResolvedSecret((TOKEN,))
        settings = {"api_token": token, "email": MAIL, "site": SITE, "api_url": url, "jql": ""}
        settings |= {"customer_projects": [], "restricted_projects": []}
        yield vendor, Polled("jira", settings)


def moment(at: int) -> str:
    return times.from_micros(at).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def issue(number: int, at: int, *histories: dict[str, Any]) -> dict[str, Any]:
    project = {"id": "1", "key": "HELP", "name": "Help", "projectTypeKey": "service_desk"}
    fields = {"summary": f"Issue {number}", "project": project, "created": moment(at - 600 * MINUTE)}
    fields["updated"] = moment(at)
    log = {"histories": list(histories)}
    return {"id": str(number), "key": f"HELP-{number}", "fields": fields, "changelog": log}


def comment(number: int, at: int, *, public: bool = True) -> dict[str, Any]:
    told = {"id": str(number), "author": {"accountId": "a1"}, "body": f"comment {number}", "jsdPublic": public}
    return {**told, "created": moment(at), "updated": moment(at)}


async def test_issues_with_what_is_new_of_them(jira: tuple[Jira, Polled]) -> None:
    vendor, polled = jira
    old = {"id": "1", "created": moment(NOW - 500 * MINUTE), "items": [{"field": "status", "toString": "Open"}]}
    new = {"id": "2", "created": moment(NOW - 20 * MINUTE), "items": [{"field": "status", "toString": "Done"}]}
    vendor.issues = {str(n): issue(n, NOW - (30 - 10 * n) * MINUTE) for n in (2, 0)}
    vendor.issues["1"] = issue(1, NOW - 20 * MINUTE, old, new)
    vendor.comments["1"] = [comment(n, NOW - (500 - n) * MINUTE) for n in range(5)]
    vendor.comments["1"] += [comment(5, NOW - 21 * MINUTE), comment(6, NOW - 20 * MINUTE, public=False)]
    items, cursor = await polled.round()
    found = polled.mapped(items)
    assert [(one.object.title or one.object.text, one.type, one.visibility) for one in found] == [
        ("Issue 0", "Create", "customer"),
        ("Issue 1", "Create", "customer"),
        ("Issue 1", "Update", "customer"),
        ("comment 5", "Create", "customer"),
        ("comment 6", "Create", "internal"),
        ("Issue 2", "Create", "customer"),
    ]
    assert (await polled.round(cursor))[0] == []
    assert vendor.queries[0]["jql"].startswith("updated >= -61m "), "an hour, and a minute for seconds"
    assert TOKEN not in repr(items)


async def test_data_center_is_asked_in_its_own_way(jira: tuple[Jira, Polled]) -> None:
    vendor, polled = jira
    polled.settings |= {"email": "", "jql": "project = HELP"}
    vendor.issues = {str(n): issue(n, NOW - (30 - n) * MINUTE) for n in range(5)}
    items, _ = await polled.round()
    assert [item.request for item in items] == [f"GET /rest/api/2/issue/{n}" for n in range(5)]
    assert vendor.queries[0]["jql"].startswith("(project = HELP) AND updated")


async def test_both_paths_tell_the_same_facts(jira: tuple[Jira, Polled]) -> None:
    vendor, polled = jira
    names = ("jira-issue_created__request", "jira-issue_updated__status_and_assignee", "comment_created__by_customer")
    bodies = [json.loads((FIXTURES / f"{name}.json").read_bytes()) for name in names]
    live = {one.id for body in bodies for one in posted("jira", json.dumps(body).encode())}
    whole = bodies[1]["issue"]
    change = {**bodies[1]["changelog"], "created": whole["fields"]["updated"], "author": bodies[1]["user"]}
    vendor.issues["10101"] = {**whole, "changelog": {"histories": [change]}}
    vendor.comments["10101"] = [bodies[2]["comment"]]
    polled.since = times.parse("2026-03-01")
    items, _ = await polled.round()
    assert {one.id for one in polled.mapped(items)} == live
    assert len(live) == 3


async def test_patience(jira: tuple[Jira, Polled]) -> None:
    vendor, polled = jira
    vendor.failure = web.Response()
    with pytest.raises(RetryLaterError) as caught:
        await polled.round()
    assert caught.value.after_s == 9


def test_the_example_of_atlassians_documentation_and_others() -> None:
    webhook = catalogue.manifest("jira").webhook
    assert webhook is not None
    # https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
    secret, body = "It's a Secret to Everybody", b"Hello World!"
    told = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"

    def call(signature: str, target: str = "/in/desk", content: bytes = body) -> Request:
        headers = {"x-hub-signature": signature} if signature else {}
        return Request("POST", target, f"https://acme.example{target}", headers, content)

    def secrets(name: str) -> tuple[str, ...]:
        return (secret,) if name == "webhook_secret" else ("long-word",)

    assert told == "sha256=" + hmac_by_hand("sha256", secret.encode(), body).hex()
    assert authenticate(webhook, secrets, call(told), NOW) == "signature"
    assert authenticate(webhook, secrets, call("", "/in/desk?token=long-word"), NOW) == "token"
    for other in (call(told, content=body + b" "), call(""), call("", "/in/desk?token=other"), call(told[7:])):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, secrets, other, NOW)
