"""What a vendor's answers mean to a source, against a real HTTP server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import msgspec
import pytest
from aiohttp import web

from commonline.configuration.load import ResolvedSecret
from commonline.errors import (
    AuthenticationError,
    ConfigurationError,
    DisconnectedError,
    MalformedPayloadError,
    RetryLaterError,
)
from commonline.kit.api import Api, credential
from commonline.kit.source import Context

Answering = Callable[[web.Request], Awaitable[web.Response]]


class Vendor:
    """Answers by path; remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answering] = {}
        self.asked: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        self.bodies.append(await request.read())
        return await self.answers[request.path](request)

    def says(self, path: str, status: int = 200, body: str = "{}", **headers: str) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, text=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

        self.answers[path] = answer


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    made = Vendor()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def api(vendor: Vendor, http: aiohttp.ClientSession, waits: list[float] | None = None, token: str = "t") -> Api:
    async def sleep(seconds: float) -> None:
        assert waits is not None, f"waits {seconds}"
        waits.append(seconds)
        if len(waits) > 3:
            raise TimeoutError

    context = Context("desk", "acme", {}, http, sleep=sleep)
    return Api(context, "hubspot", vendor.url, {"Authorization": f"Bearer {token}"})


async def test_what_is_asked_and_answered(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    vendor.says("/things", body='{"a": 1}', X_Colour="red")
    answer = await api(vendor, http).get("/things", {"q": "a b", "page": "2"})
    assert answer is not None
    assert answer.decode(msgspec.json.Decoder(dict[str, int])) == {"a": 1}
    assert answer.headers["x-colour"] == "red"
    assert answer.target == "/things?q=a+b&page=2"
    assert vendor.asked[0].headers["Authorization"] == "Bearer t"
    with pytest.raises(MalformedPayloadError, match="/things"):
        answer.decode(msgspec.json.Decoder(list[int]))
    await api(vendor, http).post("/things", {"b": [2]})
    assert vendor.bodies[1] == b'{"b":[2]}'
    assert vendor.asked[1].content_type == "application/json"


async def test_pages_by_link_headers(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    vendor.says("/one", body="1", Link=f'<{vendor.url}/two?at=3>; rel="next", </one>; rel="first"')
    vendor.says("/two", body="2", Link='</three>; rel="next"')
    vendor.says("/three", status=404)
    found = [answer.body async for answer in api(vendor, http).pages("/one", {"a": "1"})]
    assert found == [b"1", b"2"]
    assert vendor.asked[1].query_string == "at=3"


async def test_the_credential_goes_nowhere_else(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    vendor.says("/one", Link='<http://127.0.0.2:1/two>; rel="next"')
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.2:1"):
        [_ async for _ in api(vendor, http).pages("/one")]
    vendor.says("/moved", status=302, Location="http://127.0.0.2:1/x")
    with pytest.raises(ConfigurationError, match="302"):
        await api(vendor, http).get("/moved")


@pytest.mark.parametrize(
    ("status", "error"), [(401, AuthenticationError), (403, AuthenticationError), (400, ConfigurationError)]
)
async def test_refusals(vendor: Vendor, http: aiohttp.ClientSession, status: int, error: type[Exception]) -> None:
    vendor.says("/x", status=status)
    with pytest.raises(error, match=f"{status}"):
        await api(vendor, http).get("/x")


@pytest.mark.parametrize("status", [404, 410])
async def test_what_is_gone_is_no_failure(vendor: Vendor, http: aiohttp.ClientSession, status: int) -> None:
    vendor.says("/x", status=status)
    assert await api(vendor, http).get("/x") is None


@pytest.mark.parametrize("status", [429, 500, 503, 403])
async def test_patience(vendor: Vendor, http: aiohttp.ClientSession, status: int) -> None:
    waits: list[float] = []
    vendor.says("/x", status=status, Retry_After="17")
    with pytest.raises(RetryLaterError) as caught:
        await api(vendor, http, waits, token=str(status)).get("/x")
    assert caught.value.after_s == 17
    assert waits == []
    with pytest.raises(TimeoutError):
        await api(vendor, http, waits, token=str(status)).get("/x")
    assert waits[0] == pytest.approx(17, abs=1), "another reader of the same account waits as well"
    vendor.says("/x")
    assert await api(vendor, http, token="another account").get("/x") is not None


async def test_nobody_there(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    with pytest.raises(DisconnectedError, match="HubSpot at"):
        await Api(Context("desk", "acme", {}, http), "hubspot", "http://127.0.0.1:1", {}).get("/x")


async def test_a_credential_that_is_not_set(http: aiohttp.ClientSession) -> None:
    settings = {"api_token": ResolvedSecret(("new", "old")), "other": "text"}
    context = Context("desk", "acme", settings, http)
    assert credential(context, "api_token") == "new"
    for name in ("other", "access_token"):
        with pytest.raises(ConfigurationError, match=f"{name} is missing"):
            credential(context, name)


async def test_an_answer_that_does_not_end_is_read_by_lines(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    async def told(request: web.Request) -> web.Response:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for part in (b'{"a"', b": 1}\r\n\r\n{", b'"b": 2}\n', b"cut off"):
            await answer.write(part)
        return answer  # type: ignore[return-value]

    vendor.answers["/stream"] = told
    lines = api(vendor, http).lines("/stream", {"a": "1"})
    assert [await anext(lines) for _ in range(4)] == [b"", b'{"a": 1}', b"", b'{"b": 2}']
    with pytest.raises(DisconnectedError, match="closed the stream"):
        await anext(lines)
    assert vendor.asked[0].query == {"a": "1"}


async def test_a_stream_that_is_refused(vendor: Vendor, http: aiohttp.ClientSession) -> None:
    for status, error in ((401, AuthenticationError), (404, ConfigurationError), (503, RetryLaterError)):
        vendor.says("/stream", status)
        with pytest.raises(error):
            await anext(api(vendor, http).lines("/stream"))
