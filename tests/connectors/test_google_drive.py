"""Google Drive beyond its fixtures: changes, comments and channels on a server that speaks its API."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey
from tests.connectors import called
from tests.connectors.polled import MINUTE, NOW, Polled, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.google_drive import source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit.source import Context, Item, Lease
from commonline.schemas.records import Delivery


@cache
def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def file(name: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "drive#file",
        "id": name,
        "name": name,
        "mimeType": "text/plain",
        "createdTime": "2026-06-01T11:00:00Z",
        "modifiedTime": "2026-06-01T11:50:00Z",
        "shared": True,
        **more,
    }


def change(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "drive#change", "changeType": "file", "fileId": name, "time": "2026-06-01T11:50:01Z",
            "file": file(name, **more)}  # fmt: skip


def comment(name: str, modified: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "drive#comment",
        "id": name,
        "createdTime": modified,
        "modifiedTime": modified,
        "content": name,
        "author": {"displayName": "Dora"},
        **more,
    }


class Drive:
    """Changes by page token (its number is how many are behind it), comments by file, channels."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.assertion: dict[str, Any] = {}
        self.status, self.url = 200, ""
        self.app = web.Application()
        self.app.router.add_post("/token", self.token)
        self.app.router.add_get("/v3/changes/startPageToken", self.start)
        self.app.router.add_get("/v3/changes", self.listed)
        self.app.router.add_post("/v3/changes/watch", self.watch)
        self.app.router.add_post("/v3/channels/stop", self.stop)
        self.app.router.add_get("/v3/files", self.files)
        self.app.router.add_get("/v3/files/{id}", self.about)
        self.app.router.add_get("/v3/files/{id}/comments", self.notes)

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        self.assertion = jwt.decode(str(form["assertion"]), RSAKey.import_key(key()), algorithms=["RS256"]).claims
        return web.json_response({"access_token": "hour", "expires_in": 3599})

    async def start(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer hour"
        return web.json_response({"startPageToken": str(len(self.changes))}, status=self.status)

    async def listed(self, request: web.Request) -> web.Response:
        begin = int(request.query["pageToken"])
        end = min(begin + 2, len(self.changes))
        more = "nextPageToken" if end < len(self.changes) else "newStartPageToken"
        return web.json_response({"changes": self.changes[begin:end], more: str(end)})

    async def watch(self, request: web.Request) -> web.Response:
        told = await request.json()
        self.channels[told["id"]] = told
        return web.json_response({"id": told["id"], "resourceId": "r", "expiration": told["expiration"]})

    async def stop(self, request: web.Request) -> web.Response:
        told = await request.json()
        assert told["resourceId"] == "r"
        return web.Response(status=204 if self.channels.pop(told["id"], None) else 404)

    async def files(self, request: web.Request) -> web.Response:
        self.asked.append(request.query["q"])
        number = int(request.query.get("pageToken", "0"))
        more = {"nextPageToken": "1"} if number == 0 else {}
        return web.json_response({"files": [file(f"f{number}")], **more})

    async def about(self, request: web.Request) -> web.Response:
        known = request.match_info["id"] in self.comments
        return web.json_response(file(request.match_info["id"]), status=200 if known else 404)

    async def notes(self, request: web.Request) -> web.Response:
        self.asked.append(request.match_info["id"])
        since = request.query["startModifiedTime"]
        found = [one for one in self.comments.get(request.match_info["id"], []) if one["modifiedTime"] >= since]
        return web.json_response({"comments": found})


def polled(drive: Drive, **more: Any) -> Polled:
    account = {"client_email": "line@acme.example", "private_key": key(), "token_uri": f"{drive.url}/token"}
    settings = {
        "service_account": ResolvedSecret((json.dumps(account),)),
        "subject": "office@kettles.example",
        "channel_token": ResolvedSecret(("kettle-channel",)),
        "commented_files": ["named"],
        "api_url": f"{drive.url}/v3",
    }
    return Polled("google_drive", settings, **more)


async def test_changes_are_read_from_now_on_and_page_by_page() -> None:
    drive = Drive()
    async with serving(drive.app) as drive.url:
        drive.changes = [change("old")]
        one = polled(drive, since=None)
        items, cursor = await one.round()
        assert items == []
        assert drive.assertion["sub"] == "office@kettles.example"
        assert drive.assertion["aud"] == f"{drive.url}/token"
        drive.changes += [change("a"), change("b"), change("c", trashed=True)]
        items, cursor = await one.round(cursor)
        assert [a.event for a in one.mapped(items)] == ["file.updated", "file.updated", "file.trashed"]
        assert cursor is not None
        assert cursor["token"] == "4"
        assert (await one.round(cursor))[0] == []


async def test_comments_of_files_that_changed_or_are_named() -> None:
    drive = Drive()
    async with serving(drive.app) as drive.url:
        one = polled(drive)
        _, cursor = await one.round()
        drive.changes = [change("a")]
        drive.comments = {
            "a": [comment("one", "2026-06-01T11:30:00Z")],
            "named": [comment("two", "2026-06-01T11:40:00Z")],
            "b": [comment("never", "2026-06-01T11:40:00Z")],
        }
        items, cursor = await one.round(cursor)
        found = one.mapped(items)
        assert [(a.event, a.object.text) for a in found[1:]] == [("comment", "two"), ("comment", "one")]
        assert {a.thread.id for a in found[1:]} == {"google_drive:file/a", "google_drive:file/named"}
        answer = {"id": "r", "createdTime": "2026-06-01T11:55:00Z", "modifiedTime": "2026-06-01T11:55:00Z"}
        begun = {"createdTime": "2026-06-01T11:40:00Z", "replies": [{**answer, "content": "yes"}]}
        drive.comments["named"] = [comment("two", "2026-06-01T11:55:00Z", **begun)]
        items, _ = await one.round(cursor)
        assert [(a.event, a.type) for a in one.mapped(items)] == [("comment", "Create"), ("reply", "Create")]


async def test_history_by_files() -> None:
    drive = Drive()
    async with serving(drive.app) as drive.url:
        items, _ = await polled(drive, mode="backfill", since=NOW - 60 * MINUTE).round()
        assert len(items) == 2
        assert drive.asked[0].startswith("modifiedTime > '2026-06-01T11:00:00'")


def test_a_change_and_a_file_tell_the_same_fact() -> None:
    one = polled(Drive())
    told = [Item(json.dumps(body).encode(), transport="poll") for body in (change("a"), file("a"))]
    ids = [a.id for a in one.mapped(told)]
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def renewed(
    drive: Drive, lease: Lease | None, now: int, callback: str | None = "https://k.example/in/d"
) -> Lease:
    async with aiohttp.ClientSession() as http:
        context = Context("d", "acme", polled(drive).settings, http, clock=lambda: now, callback=callback)
        return await source.renew(context, lease)


async def test_channels_overlap() -> None:
    drive = Drive()
    async with serving(drive.app) as drive.url:
        first = await renewed(drive, None, NOW)
        assert first.until == NOW + source.CHANNEL_US
        assert [one["token"] for one in drive.channels.values()] == ["kettle-channel"]
        assert "kettle-channel" not in str(first)
        second = await renewed(drive, first, NOW + MINUTE)
        assert list(drive.channels) == [second.data["id"]] != [first.data["id"]]
        drive.channels.clear()
        await renewed(drive, second, NOW + 2 * MINUTE)
        with pytest.raises(ConfigurationError, match="public_url"):
            await renewed(drive, None, NOW, None)


async def test_patience_and_a_key_that_is_none() -> None:
    drive = Drive()
    async with serving(drive.app) as drive.url:
        drive.status = 503
        with pytest.raises(RetryLaterError):
            await polled(drive).round()
        broken = polled(drive)
        broken.settings["service_account"] = ResolvedSecret(('{"client_email": "x", "private_key": "secret"}',))
        with pytest.raises(ConfigurationError) as caught:
            await broken.round()
        assert "secret" not in str(caught.value).replace("service_account", "")


def test_a_notification_has_a_token_and_no_body() -> None:
    drive = called.source("google_drive", channel_token="kettle-channel")
    headers = {"X-Goog-Resource-State": "change", "X-Goog-Channel-ID": "c", "X-Goog-Message-Number": "10"}
    made = called.call(drive, headers={**headers, "X-Goog-Channel-Token": "kettle-channel"})
    assert isinstance(made, Delivery)
    assert made.headers == {name.lower(): value for name, value in headers.items()}
    with pytest.raises(AuthenticationError):
        called.call(drive, headers={**headers, "X-Goog-Channel-Token": "guess"})
