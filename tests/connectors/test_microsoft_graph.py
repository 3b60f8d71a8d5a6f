"""Microsoft Graph beyond its fixtures: proofs and encryption; delta queries, subscriptions on a server of its API."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from functools import cache
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from joserfc import jwt
from joserfc.jwk import RSAKey
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.microsoft_graph import ingress, source
from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit.request import Request
from commonline.kit.source import Context, Lease

TENANT = "0fb4a8a1-3c34-4d4c-8e0e-7d1a5f6f2c11"
CHANNEL = "teams/T/channels/C/messages"
MAILS = "users/desk@kettles.example/mailFolders/inbox/messages"
DRIVE = "drives/D/root"
STATE = "kettle-state"


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def microsoft() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "ms-1", "use": "sig", "alg": "RS256"})


def settings(**more: Any) -> dict[str, Any]:
    pem = private_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keys = {"keys": [microsoft().as_dict(private=False)]}
    return {
        "tenant_id": TENANT,
        "client_id": "app",
        "client_state": ResolvedSecret((STATE,)),
        "decryption_key": ResolvedSecret((pem.decode(),)),
        "signing_keys": ResolvedSecret((json.dumps(keys),)),
        **more,
    }


def encrypted(content: dict[str, Any], *, spoil: bool = False) -> dict[str, str]:
    """As Microsoft's documentation describes it, written without our code."""
    key = os.urandom(32)
    padder = PKCS7(128).padder()
    plain = padder.update(json.dumps(content).encode()) + padder.finalize()
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    data = cipher.update(plain) + cipher.finalize()
    signature = hmac.new(key, data, hashlib.sha256).digest()
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
    wrapped = private_key().public_key().encrypt(key, oaep)
    data = bytes([data[0] ^ 1]) + data[1:] if spoil else data
    told = {"data": data, "dataSignature": signature, "dataKey": wrapped}
    return {name: base64.b64encode(value).decode() for name, value in told.items()} | {"encryptionCertificateId": "c"}


def token(key: RSAKey | None = None, **claims: Any) -> str:
    told = {
        "aud": "app",
        "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "azp": ingress.PUBLISHER,
        "nbf": NOW // SECOND - 60,
        "exp": NOW // SECOND + 3600,
        **claims,
    }
    return jwt.encode({"alg": "RS256", "kid": "ms-1"}, told, key or microsoft())


def message(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": str(1780315000000 + number),
        "messageType": "message",
        "createdDateTime": "2026-06-01T11:50:00.1234567Z",
        "lastModifiedDateTime": "2026-06-01T11:50:00.1234567Z",
        "body": {"contentType": "text", "content": f"message {number}"},
        "from": {"user": {"id": "dora", "displayName": "Dora Stein", "userIdentityType": "aadUser"}},
        "channelIdentity": {"teamId": "T", "channelId": "C"},
        **more,
    }


def notified(*contents: dict[str, str] | None, tokens: list[str] | None = None, state: str | None = STATE) -> Request:
    value = [
        {
            "subscriptionId": "s",
            "changeType": "created",
            "clientState": state,
            "resource": "teams('T')/channels('C')/messages('1')",
            "resourceData": {"@odata.type": "#Microsoft.Graph.chatMessage", "id": "1"},
            **({"encryptedContent": content} if content is not None else {}),
        }
        for content in contents
    ]
    body = {"value": value, **({"validationTokens": tokens} if tokens is not None else {})}
    return Request("POST", "/in/office", "https://kettles.example/in/office", {}, json.dumps(body).encode())


def test_a_new_subscription_is_answered() -> None:
    request = Request("POST", "/in/office?validationToken=Validation%3A+T%C3%A9st+%3Cb%3E", "x", {}, b"")
    answer = ingress.handshake(request, settings(), NOW)
    assert answer is not None
    assert answer.body.decode() == "Validation: Tést <b>"
    assert answer.content_type.startswith("text/plain")
    assert ingress.handshake(notified(None), settings(), NOW) is None


def test_contents_are_opened_and_secrets_left_out() -> None:
    verified = ingress.verify(notified(encrypted(message()), None, tokens=[token()]), settings(), NOW)
    assert verified.body is not None
    assert STATE not in verified.body.decode()
    assert "encryptedContent" not in verified.body.decode()
    found = posted("microsoft_graph", verified.body, tenant_id=TENANT)
    assert [(a.event, a.object.text) for a in found] == [("chatMessage", "message 1"), ("chatMessage.notice", None)]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: notified(None, state="guess"), "token-mismatch"),
        (lambda: notified(None, None, state=None), "token-missing"),
        (lambda: notified(encrypted(message())), "signature-missing"),
        (lambda: notified(encrypted(message()), tokens=[]), "signature-missing"),
        (lambda: notified(encrypted(message()), tokens=[token(RSAKey.generate_key(2048))]), "signature-mismatch"),
        (lambda: notified(encrypted(message()), tokens=[token(), "x.y.z"]), "signature-mismatch"),
        (lambda: notified(encrypted(message()), tokens=[token(aud="other")]), "token-of-another"),
        (lambda: notified(encrypted(message()), tokens=[token(azp="other")]), "token-of-another"),
        (lambda: notified(encrypted(message()), tokens=[token(iss="https://evil.example")]), "token-of-another"),
        (lambda: notified(encrypted(message()), tokens=[token(exp=NOW // SECOND - 4000)]), "stale"),
        (lambda: notified(encrypted(message(), spoil=True), tokens=[token()]), "content-unreadable"),
        (lambda: Request("POST", "/", "", {}, b'{"value": 1}'), "body-malformed"),
    ],
)
def test_forgeries(call: Any, reason: str) -> None:
    with pytest.raises(AuthenticationError, match=reason):
        ingress.verify(call(), settings(), NOW)


class Graph:
    """Delta queries and subscriptions; a link that was forgotten is answered 410."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.changes: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []
        self.links: dict[str, list[dict[str, Any]]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.app = web.Application()
        self.app.router.add_post(f"/{TENANT}/oauth2/v2.0/token", self.token)
        self.app.router.add_post("/v1.0/subscriptions", self.subscribe)
        self.app.router.add_patch("/v1.0/subscriptions/{id}", self.prolong)
        self.app.router.add_get("/v1.0/{resource:.+}/delta", self.delta)
        self.app.router.add_get("/v1.0/{resource:.+}/replies", self.answers)

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert str(form["scope"]).endswith("/.default")
        return web.json_response({"access_token": "hour", "expires_in": 3599})

    async def delta(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer hour"
        self.asked.append(request.path_qs)
        place = request.query.get("$deltatoken")
        if place is not None and place not in self.links:
            return web.json_response({"error": {"code": "resyncRequired"}}, status=410)
        found = self.links[place] if place is not None else self.changes
        if "$skiptoken" not in request.query and place is None and len(found) > 1:
            link = f"{request.url.origin()}{request.path}?$skiptoken=1"
            return web.json_response({"value": found[:1], "@odata.nextLink": link})
        rest = found[1:] if "$skiptoken" in request.query else found
        self.links["new"] = []
        link = f"{request.url.origin()}{request.path}?$deltatoken=new"
        return web.json_response({"value": rest, "@odata.deltaLink": link})

    async def answers(self, request: web.Request) -> web.Response:
        root = request.path.split("/")[-2]
        return web.json_response({"value": [one for one in self.replies if one["replyToId"] == root]})

    async def subscribe(self, request: web.Request) -> web.Response:
        told = await request.json()
        name = f"s{len(self.subscriptions)}"
        self.subscriptions[name] = told
        return web.json_response({"id": name, "expirationDateTime": told["expirationDateTime"]}, status=201)

    async def prolong(self, request: web.Request) -> web.Response:
        held = self.subscriptions.get(request.match_info["id"])
        if held is None:
            return web.json_response({}, status=404)
        held |= await request.json()
        return web.json_response({"id": request.match_info["id"], **held})


def polled(url: str, *resources: str, **more: Any) -> Polled:
    given = {
        "api_url": f"{url}/v1.0",
        "login_url": url,
        "client_secret": ResolvedSecret(("secret",)),
        "resources": list(resources),
        "certificate": None,
    }
    return Polled("microsoft_graph", settings(**given), **more)


async def test_a_delta_is_read_to_its_end_and_goes_on_at_its_link() -> None:
    graph = Graph()
    async with serving(graph.app) as url:
        graph.changes = [message(1), message(2)]
        graph.replies = [message(3, replyToId=message(1)["id"]), message(4, replyToId=message(1)["id"])]
        graph.replies[1]["lastModifiedDateTime"] = "2026-01-01T00:00:00Z"
        one = polled(url, CHANNEL)
        items, cursor = await one.round()
        assert [a.object.text for a in one.mapped(items)] == ["message 1", "message 3", "message 2"]
        assert "lastModifiedDateTime%20gt%202026-06-01T11" in graph.asked[0]
        assert cursor is not None
        assert cursor[CHANNEL]["link"].endswith("$deltatoken=new")
        assert "secret" not in str(items)
        graph.links["new"] = [message(5)]
        items, cursor = await one.round(cursor)
        assert len(items) == 1
        graph.links.clear()
        graph.changes = [message(6)]
        items, cursor = await one.round(cursor)
        assert len(items) == 1
        assert cursor is not None
        assert "link" in cursor[CHANNEL]


async def test_mails_and_drives_begin_as_each_can() -> None:
    graph = Graph()
    async with serving(graph.app) as url:
        await polled(url, MAILS, DRIVE, since=None).round()
        assert "receivedDateTime" in graph.asked[0]
        assert graph.asked[1] == f"/v1.0/{DRIVE}/delta?token=latest"
        graph.asked.clear()
        await polled(url, DRIVE, mode="backfill", since=NOW - 90 * MINUTE).round()
        assert graph.asked == [f"/v1.0/{DRIVE}/delta"]
        with pytest.raises(ConfigurationError, match="me/everything"):
            await polled(url, "me/everything").round()


async def renewed(url: str, lease: Lease | None, callback: str | None = "https://kettles.example/in/office") -> Lease:
    async with aiohttp.ClientSession() as http:
        given = polled(url, CHANNEL, MAILS).settings
        context = Context("office", "acme", given, http, clock=lambda: NOW, callback=callback)
        return await source.renew(context, lease)


async def test_subscriptions_are_made_prolonged_and_made_anew() -> None:
    graph = Graph()
    async with serving(graph.app) as url:
        lease = await renewed(url, None)
        assert lease == Lease(NOW, NOW + 55 * MINUTE, {CHANNEL: "s0", MAILS: "s1"})
        assert graph.subscriptions["s0"]["clientState"] == STATE
        assert STATE not in str(lease)
        graph.subscriptions.pop("s1")
        again = await renewed(url, lease)
        assert again.data == {CHANNEL: "s0", MAILS: "s1"}
        assert len(graph.subscriptions) == 2
        with pytest.raises(ConfigurationError, match="public_url"):
            await renewed(url, None, None)
