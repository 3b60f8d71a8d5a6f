"""Zoom beyond its fixtures: the proof of the address; recordings and transcripts from a server that speaks its API."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.polled import NOW, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.zoom import ingress, source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit.request import Request
from commonline.kit.source import Item

FIXTURES = Path(source.__file__).parent / "fixtures"
SECRET = "kettle-secret-token"
DAY = 86_400_000_000
WORDS = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nDora Stein: The lid is new.\n"


def asked(body: dict[str, Any], secret: str = SECRET, at: int = NOW) -> Request:
    """A call as Zoom's documentation says that it is signed."""
    raw = json.dumps(body).encode()
    stamp = str(at // 1_000_000)
    signature = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"x-zm-signature": f"v0={signature}", "x-zm-request-timestamp": stamp, "content-type": "application/json"}
    return Request("POST", "/in/zoom", "https://kettles.example/in/zoom", headers, raw)


def validation(token: str = "qgg8vlvZRS6UYooatFL8Aw") -> dict[str, Any]:
    return {"event": "endpoint.url_validation", "payload": {"plainToken": token}}


@pytest.mark.parametrize("secrets", [(SECRET,), ("newer-secret", SECRET)])
def test_the_address_is_proven(secrets: tuple[str, ...]) -> None:
    answer = ingress.handshake(asked(validation()), {"secret_token": ResolvedSecret(secrets)}, NOW)
    assert answer is not None
    proof = hmac.new(SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256).hexdigest()
    assert json.loads(answer.body) == {"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": proof}
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("call", [asked(validation(), "guess"), asked(validation(), at=NOW - DAY)])
def test_nobody_else_gets_a_proof(call: Request) -> None:
    with pytest.raises(AuthenticationError):
        ingress.handshake(call, {"secret_token": ResolvedSecret((SECRET,))}, NOW)


@pytest.mark.parametrize("body", [{"event": "meeting.ended", "payload": {}}, validation("x" * 600), {"event": 7}])
def test_other_calls_are_no_handshake(body: dict[str, Any]) -> None:
    assert ingress.handshake(asked(body), {"secret_token": ResolvedSecret((SECRET,))}, NOW) is None


class Zoom:
    """The account's recordings by day, two meetings a page; transcripts lie behind a redirect."""

    def __init__(self) -> None:
        self.meetings: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.tokens = 0
        self.download: dict[str, str | None] = {}
        self.status = 200
        self.app = web.Application()
        self.app.router.add_post("/oauth/token", self.token)
        self.app.router.add_get("/v2/accounts/me/recordings", self.listed)
        self.app.router.add_get("/rec/download/{file}", self.sent_on)
        self.app.router.add_get("/files/{file}", self.file)

    async def token(self, request: web.Request) -> web.Response:
        self.tokens += 1
        form = await request.post()
        fits = form["grant_type"] == "account_credentials" and request.headers["Authorization"].startswith("Basic ")
        return web.json_response({"access_token": "hour", "expires_in": 3600}, status=200 if fits else 401)

    async def listed(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer hour"
        query = dict(request.query)
        self.asked.append(query)
        within = [one for one in self.meetings if query["from"] <= one["start_time"][:10] <= query["to"]]
        begin = int(query.get("next_page_token", "0"))
        following = str(begin + 2) if begin + 2 < len(within) else ""
        page = {"meetings": within[begin : begin + 2], "next_page_token": following}
        return web.json_response(page, status=self.status, headers={"Retry-After": "9"} if self.status != 200 else {})

    async def sent_on(self, request: web.Request) -> web.Response:
        self.download[request.path] = request.headers.get("Authorization")
        raise web.HTTPFound(f"/files/{request.match_info['file']}")

    async def file(self, request: web.Request) -> web.Response:
        return web.Response(text=WORDS, content_type="text/vtt")

    def held(self, uuid: str, day: str, url: str, *kinds: str) -> None:
        files = [
            {
                "id": f"{uuid}-{kind}",
                "file_type": kind,
                "status": "completed",
                "download_url": f"{url}/rec/download/{uuid}-{kind}",
                "recording_start": f"{day}T10:00:00Z",
                "recording_end": f"{day}T10:30:00Z",
            }
            for kind in kinds
        ]
        told = {"uuid": uuid, "id": 98811122201, "account_id": "ACC", "host_id": "h", "topic": "Launch"}
        self.meetings.append({**told, "start_time": f"{day}T10:00:00Z", "recording_files": files})


def polled(url: str, **more: Any) -> Polled:
    settings = {
        "api_url": f"{url}/v2",
        "oauth_url": url,
        "account_id": "ACC",
        "client_id": "client",
        "client_secret": ResolvedSecret(("secret",)),
        "open_channels": [],
    }
    return Polled("zoom", settings, **more)


async def test_recordings_and_the_words_of_their_transcripts() -> None:
    zoom = Zoom()
    async with serving(zoom.app) as url:
        for number in range(3):
            zoom.held(f"m{number}", "2026-06-01", url, "MP4", *(["TRANSCRIPT"] if number == 1 else []))
        one = polled(url)
        items, cursor = await one.round()
        texts = [a.object.text for a in one.mapped(items) if a.event == "transcript.fetched"]
        assert texts == ["Dora Stein: The lid is new."]
        assert [len(zoom.asked), zoom.tokens] == [2, 1]
        assert zoom.download == {"/rec/download/m1-TRANSCRIPT": "Bearer hour"}
        assert "secret" not in str(items)
        assert "Bearer" not in str(items)
        assert await one.round(cursor) == ([], cursor), "nothing is read twice"
        zoom.meetings[0]["recording_files"].append({"id": "m0-late", "file_type": "M4A", "status": "completed"})
        items, _ = await one.round(cursor)
        assert [activity.object.id for activity in one.mapped(items)][-1] == "zoom:ACC/recording/m0-late"


async def test_a_recording_that_is_ready_late_is_found() -> None:
    zoom = Zoom()
    async with serving(zoom.app) as url:
        one = polled(url)
        _, cursor = await one.round()
        zoom.held("late", "2026-05-30", url, "MP4")
        items, _ = await one.round(cursor)
        assert len(items) == 1


async def test_history_is_read_by_months_and_goes_on() -> None:
    zoom = Zoom()
    async with serving(zoom.app) as url:
        zoom.held("old", "2026-03-20", url, "MP4")
        one = polled(url, mode="backfill", since=NOW - 80 * DAY)
        items, _ = await one.round()
        assert [(q["from"], q["to"]) for q in zoom.asked] == [
            ("2026-03-13", "2026-04-11"),
            ("2026-04-12", "2026-05-11"),
            ("2026-05-12", "2026-06-01"),
        ]
        assert len(items) == 1
        zoom.asked.clear()
        await one.round({"day": "2026-05-12", "seen": {}})
        assert [q["from"] for q in zoom.asked] == ["2026-05-12"]


def test_webhook_and_list_tell_the_same_facts() -> None:
    body = json.loads((FIXTURES / "recording.completed__plain.json").read_bytes())
    told = posted("zoom", json.dumps(body).encode())
    listed = polled("http://127.0.0.1").mapped(
        [Item(json.dumps(body["payload"]["object"]).encode(), request="GET /accounts/me/recordings")]
    )
    assert [one.id for one in told] == [one.id for one in listed] != []


async def test_patience_and_strangers() -> None:
    zoom = Zoom()
    async with serving(zoom.app) as url:
        zoom.held("m", "2026-06-01", "https://zoom.us.evil.example", "TRANSCRIPT")
        with pytest.raises(ConfigurationError, match="evil"):
            await polled(url).round()
        zoom.status = 429
        with pytest.raises(RetryLaterError) as caught:
            await polled(url).round()
        assert caught.value.after_s == 9.0


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://zoom.us/rec/download/x", True),
        ("https://acme.zoom.us/x", True),
        ("http://zoom.us/x", False),
        ("https://notzoom.us/x", False),
        ("https://zoom.us.evil.example/x", False),
    ],
)
def test_whom_the_token_is_shown(url: str, theirs: bool) -> None:
    assert source._theirs(url, "https://api.zoom.us/v2") is theirs
