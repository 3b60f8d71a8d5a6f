"""``commonline connect`` and the real broker: what is kept, what is refused, and at what price."""

from __future__ import annotations

import asyncio
import gzip
import signal
import socket
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest

from commonline import topics as table
from commonline.kit.blobs import BlobStore
from commonline.schemas.cloudevents import attributes
from commonline.testing.connect import Connect, Installation

Sign = Callable[..., dict[str, str]]
pytestmark = pytest.mark.broker
MIB = 1024 * 1024
DESK = '[sources.desk]\nconnector = "signed"\nsigning_secret = {env = "SIGNING_SECRET"}'
CRM = (
    '[sources.crm]\nconnector = "echo"\nclient_secret = {env = "SIGNING_SECRET"}\n'
    'verify_token = {env = "SIGNING_SECRET"}'
)


@pytest.fixture
def connect(installation: Installation) -> Connect:
    installation.configure(DESK, CRM)
    return installation.start()


def raw(connect: Connect, request: bytes, timeout_s: float = 10) -> bytes:
    """What the server answers to these bytes."""
    where = urlsplit(connect.ingress)
    with socket.create_connection((where.hostname, where.port or 0), timeout_s) as connection:
        answer = b""
        with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before we have said all
            connection.sendall(request)
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
        return answer


def test_an_accepted_call_is_in_the_log_byte_for_byte(installation: Installation, connect: Connect, sign: Sign) -> None:
    body = '{"event_id": "Ev1", "text": "Grüße\\u0000"}'.encode()
    before_us = time.time_ns() // 1000
    headers = {**sign(body), "X-Event": "push", "Cookie": "crumb"}
    answer = httpx.post(f"{connect.ingress}/in/desk?a=1&token=x", content=body, headers=headers)
    after_us = time.time_ns() // 1000
    assert (answer.status_code, answer.content) == (200, b"")
    (message,) = installation.records(table.DELIVERIES)
    (delivery,) = installation.deliveries()
    assert delivery.body == body
    assert delivery.vendor_id == "Ev1"
    assert delivery.headers == {"x-event": "push"}
    assert delivery.request == "POST /in/desk?a=1&token=***"
    assert delivery.authentication == "signature"
    assert before_us <= delivery.received <= after_us
    assert message.key() == b"desk"
    assert message.timestamp()[1] == delivery.received // 1000
    headers_kept = message.headers()
    assert isinstance(headers_kept, list)
    told = attributes([(name, value) for name, value in headers_kept if isinstance(value, bytes)])
    assert told["id"] == delivery.id
    assert told["type"] == "commonline.delivery.v1"
    assert told["source"] == "/acme/desk"
    assert connect.sample("commonline_deliveries_total", source="desk") == 1
    assert connect.stop() == 0
    assert "kettle" not in connect.log.read_text()


def test_a_packed_body_is_kept_unpacked_and_signed_unpacked(
    installation: Installation, connect: Connect, sign: Sign
) -> None:
    body = b'{"n": 1}' * 1000
    headers = {**sign(body), "Content-Encoding": "gzip"}
    assert httpx.post(f"{connect.ingress}/in/desk", content=gzip.compress(body), headers=headers).status_code == 200
    assert [one.body for one in installation.deliveries()] == [body]


def test_what_is_refused_is_kept_nowhere_and_counted(installation: Installation, connect: Connect, sign: Sign) -> None:
    body = b'{"event_id":"Ev1"}'
    good = sign(body)
    url = f"{connect.ingress}/in/desk"
    tried = [
        ("POST", url, body + b" ", good, 401, "signature-mismatch"),
        ("POST", url, body, {**good, "X-Signature": "v0=" + "0" * 64}, 401, "signature-mismatch"),
        ("POST", url, body, sign(body, secret="another"), 401, "signature-mismatch"),
        ("POST", url, body, sign(body, off_s=-310), 401, "stale"),
        ("POST", url, body, sign(body, off_s=310), 401, "in-the-future"),
        ("POST", url, body, {"Content-Type": "application/json"}, 401, "signature-missing"),
        ("POST", url, body, {**good, "Content-Type": "text/html"}, 415, "content-type"),
        ("POST", url, body, {**good, "Content-Encoding": "gzip, gzip"}, 415, "content-encoding"),
        ("POST", url, body, {**good, "Content-Encoding": "gzip"}, 400, "damaged-encoding"),
        ("GET", url, b"", {}, 405, "method"),
        ("DELETE", url, b"", {}, 405, "method"),
        ("POST", url, bytes(33 * MIB), good, 413, "too-large"),
    ]
    counted: dict[str, int] = {}
    for method, where, content, headers, status, reason in tried:
        answer = httpx.request(method, where, content=content, headers=headers)
        assert (answer.status_code, reason) == (status, reason)
        assert len(answer.text) < 40, "no detail"
        counted[reason] = counted.get(reason, 0) + 1
    for path in ("/in/other", "/in/desk/", "/", "/in/", "/in/DESK", "/metrics"):
        assert httpx.post(f"{connect.ingress}{path}", content=body, headers=good).status_code == 404
    assert installation.deliveries() == []
    for reason, count in counted.items():
        assert connect.sample("commonline_requests_refused_total", source="desk", reason=reason) == count
    assert connect.sample("commonline_requests_refused_total", source="", reason="unknown-source") == 6


def test_a_replay_within_the_tolerance_is_accepted_and_has_the_same_id(
    installation: Installation, connect: Connect, sign: Sign
) -> None:
    body = b'{"event_id":"Ev1"}'
    headers = sign(body)
    for _ in range(2):
        assert httpx.post(f"{connect.ingress}/in/desk", content=body, headers=headers).status_code == 200
    first, again = installation.deliveries()
    assert first.id == again.id


def test_handshakes(installation: Installation, connect: Connect, sign: Sign) -> None:
    body = b'{"type":"url_verification","challenge":"3eZbrw1aB"}'
    answer = httpx.post(f"{connect.ingress}/in/desk", content=body, headers=sign(body))
    assert (answer.status_code, answer.text) == (200, "3eZbrw1aB")
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    answer = httpx.get(f"{connect.ingress}/in/crm?{query}kettle-on-the-stove")
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert httpx.get(f"{connect.ingress}/in/crm?{query}wrong").status_code == 401
    assert installation.deliveries() == []


def test_headers_of_ten_mebibytes_are_answered_and_cost_no_memory(connect: Connect) -> None:
    before = connect.peak()
    huge = b"POST /in/desk HTTP/1.1\r\nHost: a\r\nX-Huge: " + b"x" * (10 * MIB) + b"\r\n\r\n"
    many = b"POST /in/desk HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(5000)) + b"\r\n"
    wide = b"POST /in/desk HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 7000) for n in range(20))
    assert b" 400 Bad Request" in raw(connect, many)
    assert b" 431 Request Header Fields Too Large" in raw(connect, wide + b"\r\n")
    assert b" 400 Bad Request" in raw(connect, b"\x16\x03\x01 not http\r\n\r\n")
    for _ in range(20):
        assert b"xxxx" not in raw(connect, huge)
    assert connect.sample("commonline_requests_refused_total", source="", reason="headers-too-large") == 20
    assert connect.peak() - before < 32 * MIB
    assert httpx.get(f"{connect.metrics}/healthz").status_code == 200
    assert "xxxx" not in connect.log.read_text()


def gibibyte_of_nothing() -> bytes:
    """A MiB of gzip that becomes a GiB: one compressed block of zeros, 64 times."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = packer.compress(bytes(16 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = gzip.compress(b"")[:10] + block * 64
    assert 0.9 * MIB < len(bomb) < 1.1 * MIB
    assert len(zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(bomb, 100 * MIB)) == 100 * MIB
    return bomb


def test_a_gzip_bomb_is_refused_within_bounded_memory(connect: Connect, sign: Sign) -> None:
    bomb = gibibyte_of_nothing()
    headers = {**sign(b""), "Content-Encoding": "gzip"}
    before = connect.peak()
    for _ in range(10):
        answer = httpx.post(f"{connect.ingress}/in/desk", content=bomb, headers=headers)
        assert answer.status_code == 413
    assert connect.peak() - before < 64 * MIB
    reasons = [
        connect.sample("commonline_requests_refused_total", source="desk", reason=r) for r in ("ratio", "too-large")
    ]
    assert sum(reasons) == 10
    assert connect.sample("commonline_ingress_memory_bytes") == 0


def test_slow_bodies_end_with_408_and_harm_nobody_beside_them(connect: Connect, sign: Sign) -> None:
    body = b'{"event_id":"Ev1"}'
    where = urlsplit(connect.ingress)
    slow = []
    for _ in range(50):
        connection = socket.create_connection((where.hostname, where.port or 0), 30)
        head = "\r\n".join(f"{name}: {value}" for name, value in sign(body).items())
        connection.sendall(f"POST /in/desk HTTP/1.1\r\nHost: a\r\n{head}\r\nContent-Length: 18\r\n\r\n{{".encode())
        slow.append(connection)
    began = time.monotonic()
    for _ in range(20):
        assert httpx.post(f"{connect.ingress}/in/desk", content=body, headers=sign(body)).status_code == 200
    assert time.monotonic() - began < 5
    for connection in slow:
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
        connection.close()


def test_a_body_above_the_topics_limit_lies_in_the_blob_store(
    installation: Installation, connect: Connect, sign: Sign
) -> None:
    body = b'{"event_id":"Ev1","text":"' + b"x" * (12 * MIB) + b'"}'
    answer = httpx.post(f"{connect.ingress}/in/desk", content=body, headers=sign(body), timeout=30)
    assert answer.status_code == 200
    (delivery,) = installation.deliveries()
    assert delivery.body is None
    assert delivery.body_size == len(body)
    assert delivery.body_uri is not None
    assert BlobStore(installation.home / "blobs").get(delivery.body_uri) == body


def test_the_configuration_is_reloaded_or_refused_whole(
    installation: Installation, connect: Connect, sign: Sign
) -> None:
    body = b"{}"

    def post(source: str, secret: str) -> int:
        headers = sign(body, secret=secret)
        return httpx.post(f"{connect.ingress}/in/{source}", content=body, headers=headers).status_code

    (installation.home / "new").write_text("another-secret\n")
    two = '[{env = "SIGNING_SECRET"}, {file = "new"}]'
    installation.configure(DESK.replace('{env = "SIGNING_SECRET"}', two), DESK.replace("desk", "second"))
    assert (post("second", "kettle-on-the-stove"), post("desk", "another-secret")) == (404, 401)
    connect.signal(signal.SIGHUP)
    connect.until_logged("webhook source=second")
    assert (post("second", "kettle-on-the-stove"), post("desk", "another-secret")) == (200, 200)
    assert post("desk", "kettle-on-the-stove") == 200
    installation.configure(DESK.replace("signing_secret", "signing_secrt"))
    connect.signal(signal.SIGHUP)
    connect.until_logged(r"refused.*signing_secrt.*did you mean 'signing_secret'")
    assert post("second", "kettle-on-the-stove") == 200
    assert connect.sample("commonline_configuration_valid") == 0
    assert connect.sample("commonline_configuration_reloads_total", result="refused") == 1


async def test_calls_that_run_are_finished_before_it_ends(
    installation: Installation, connect: Connect, sign: Sign
) -> None:
    body = b'{"event_id":"Ev1"}'
    async with httpx.AsyncClient() as client:
        calls = [client.post(f"{connect.ingress}/in/desk", content=body, headers=sign(body)) for _ in range(50)]
        running = [asyncio.ensure_future(call) for call in calls]
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        connect.signal(signal.SIGTERM)
        answers = await asyncio.gather(*running, return_exceptions=True)
    assert await asyncio.to_thread(connect.process.wait, 30) == 0
    accepted = [one for one in answers if isinstance(one, httpx.Response) and one.status_code == 200]
    assert len(installation.deliveries()) >= len(accepted) > 0
