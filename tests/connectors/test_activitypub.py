"""ActivityPub beyond its fixtures: a peer with a key of its own posts to a running inbox."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.connectors.polled import serving

from commonline.configuration.addresses import Address
from commonline.kit import catalogue, documents
from commonline.kit.documents import Documents, is_public
from commonline.kit.ingress.endpoint import endpoint
from commonline.kit.ingress.handler import Ingress
from commonline.kit.ingress.limits import Limits
from commonline.kit.ingress.server import Listener, Server
from commonline.kit.replay import trial
from commonline.metrics import Metrics
from commonline.schemas.records import Delivery

NOW_S = 1_780_315_200
RSA = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()


def pem(key: Any) -> str:
    made: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made.decode()


def signed(key: Any, content: str) -> str:
    raw = content.encode()
    made = key.sign(raw) if key is ED else key.sign(raw, padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(made).decode()


class Peer:
    """A server of the fediverse with one person, and the inbox that it posts to."""

    def __init__(self) -> None:
        self.key: Any = RSA
        self.published: Any = RSA
        self.status = 200
        self.asked = 0
        self.url = self.inbox = ""
        self.kept: list[Delivery] = []

    @property
    def actor(self) -> str:
        return f"{self.url}/users/ana"

    async def user(self, _: web.Request) -> web.Response:
        self.asked += 1
        key = {"id": f"{self.actor}#main-key", "owner": self.actor, "publicKeyPem": pem(self.published)}
        return web.json_response({"id": self.actor, "type": "Person", "publicKey": key}, status=self.status)

    async def keep(self, delivery: Delivery) -> None:
        self.kept.append(delivery)

    def body(self, **more: Any) -> bytes:
        like = {
            "id": f"{self.actor}#likes/1",
            "type": "Like",
            "actor": self.actor,
            "object": "https://acme.example/n/1",
        }
        return json.dumps(like | more).encode()

    def cavage(self, body: bytes, **changes: str) -> dict[str, str]:
        """Headers as draft-cavage has them."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        parts = urlsplit(self.inbox)
        headers = {"Date": formatdate(NOW_S, usegmt=True), "Digest": f"SHA-256={digest}"} | changes
        covered = headers.pop("covered", "(request-target) host date digest").split()
        values = {"(request-target)": f"post {parts.path}", "host": parts.netloc}
        values |= {name.lower(): value for name, value in headers.items()}
        value = signed(self.key, "\n".join(f"{name}: {values[name]}" for name in covered))
        about = f'keyId="{self.actor}#main-key",algorithm="rsa-sha256",headers="{" ".join(covered)}"'
        return headers | {"Signature": f'{about},signature="{value}"'}

    def rfc9421(self, body: bytes, covered: str = '"@method" "@target-uri" "content-digest"') -> dict[str, str]:
        """Headers as RFC 9421 has them, written out by hand."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        values = {"@method": "POST", "@target-uri": self.inbox, "content-digest": f"sha-256=:{digest}:"}
        about = f'({covered});created={NOW_S};keyid="{self.actor}#main-key"'
        lines = [f"{name}: {values[name.strip(chr(34))]}" for name in covered.split()]
        value = signed(self.key, "\n".join([*lines, f'"@signature-params": {about}']))
        return {
            "Content-Digest": values["content-digest"],
            "Signature-Input": f"sig1={about}",
            "Signature": f"sig1=:{value}:",
        }

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        sent = {"Content-Type": "application/activity+json", **headers}
        async with aiohttp.ClientSession() as http, http.post(self.inbox, data=body, headers=sent) as answer:
            return answer.status


@pytest.fixture
async def peer() -> AsyncIterator[tuple[Peer, Ingress]]:
    made = Peer()
    app = web.Application()
    app.router.add_get("/users/ana", made.user)
    source = trial(catalogue.connector("activitypub"), {}, name="fedi").source
    ready = endpoint(source, 1_000_000)
    assert ready is not None
    ingress = Ingress(Limits(), Metrics(), clock=lambda: NOW_S * 1_000_000, documents=Documents(private=True))
    ingress.endpoints, ingress.keep = {"fedi": ready}, made.keep
    listener = Listener(Server(ingress), Address("127.0.0.1", 0))
    await listener.start()
    async with serving(app) as url:
        made.url, made.inbox = url, f"{listener.url}/in/fedi"
        yield made, ingress
    await listener.stop()
    await ingress.documents.close()


async def test_both_ways_of_signing(peer: tuple[Peer, Ingress]) -> None:
    server, _ = peer
    body = server.body()
    assert await server.post(body, server.cavage(body)) == 202
    assert await server.post(body, server.rfc9421(body)) == 202
    assert [(one.authentication, one.body) for one in server.kept] == [("signature", body)] * 2
    assert server.kept[0].id == server.kept[1].id, "a repeat has the activity's id"
    assert server.asked == 1, "the key is kept"
    assert "signature" not in str(server.kept[0].headers)


async def test_a_key_of_another_kind(peer: tuple[Peer, Ingress]) -> None:
    server, _ = peer
    server.key = server.published = ED
    body = server.body()
    assert await server.post(body, server.cavage(body)) == 202


async def test_forged_calls(peer: tuple[Peer, Ingress]) -> None:
    server, _ = peer
    body = server.body()
    good, other = server.cavage(body), server.body(object="https://acme.example/n/2")
    wrong = {
        "another body": (other, good),
        "another body with its digest": (other, good | {"Digest": server.cavage(other)["Digest"]}),
        "no signature": (body, {}),
        "no digest": (body, server.cavage(body, covered="(request-target) host date")),
        "no target": (body, server.cavage(body, covered="host date digest")),
        "old": (body, server.cavage(body, Date=formatdate(NOW_S - 13 * 3600, usegmt=True))),
        "of the future": (body, server.cavage(body, Date=formatdate(NOW_S + 13 * 3600, usegmt=True))),
        "no method": (body, server.rfc9421(body, '"@target-uri" "content-digest"')),
        "no body": (body, server.rfc9421(body, '"@method" "@target-uri"')),
        "another input": (body, _moved(server.rfc9421(body))),
        "nonsense": (body, {"Signature": 'keyId="x",,signature='}),
        "not JSON": (b"{", server.cavage(b"{")),
    }
    for name, (sent, headers) in wrong.items():
        assert await server.post(sent, headers) == 401, name
    server.key = OTHER
    assert await server.post(body, server.cavage(body)) == 401, "another key"
    assert server.kept == []


def _moved(headers: dict[str, str]) -> dict[str, str]:
    return headers | {"Signature-Input": headers["Signature-Input"].replace("created=1", "created=2")}


async def test_a_server_answers_for_its_own_people_only(peer: tuple[Peer, Ingress]) -> None:
    server, _ = peer
    for actor in ("https://other.example/users/ana", server.actor.replace("http:", "https:"), None):
        body = server.body(actor=actor)
        assert await server.post(body, server.cavage(body)) == 401, actor


async def test_keys_change_and_go(peer: tuple[Peer, Ingress], monkeypatch: pytest.MonkeyPatch) -> None:
    server, _ = peer
    body = server.body()
    assert await server.post(body, server.cavage(body)) == 202
    server.key = server.published = OTHER
    assert await server.post(body, server.cavage(body)) == 401, "not asked again within a minute"
    monkeypatch.setattr(documents, "FRESH_S", 0.0)
    assert await server.post(body, server.cavage(body)) == 202
    server.key, server.status = RSA, 410
    assert await server.post(body, server.cavage(body)) == 401, "somebody is gone, and their key"
    monkeypatch.setattr(documents, "ABSENT_S", 0.0)
    server.status = 500
    assert await server.post(body, server.cavage(body)) == 503, "they are to try again"


async def test_keys_are_not_looked_for_everywhere(peer: tuple[Peer, Ingress]) -> None:
    server, ingress = peer
    await ingress.documents.close()
    ingress.documents = Documents()
    body = server.body()
    assert await server.post(body, server.cavage(body)) == 401
    assert server.asked == 0
    asked = await ingress.documents.get(
        ["https://127.0.0.1/x", "https://[::1]/x", "file:///etc/passwd", "https://u@a.example/"]
    )
    assert asked == {}


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("x", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_names_of_private_addresses_are_refused() -> None:
    with pytest.raises(OSError, match="no public address"):
        await documents.PublicResolver().resolve("localhost", 443)
