"""The webhook server on real sockets, the broker played by the test: which calls are answered, how, and in what order.

A call that is complete when it comes in is answered without aiohttp's tasks, any other with them. What both ways owe
to a caller is the same, so every test has both.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.kit.ingress.played import BODY, NOW, WAIT_S, Broker, Site

from commonline.configuration.addresses import Address
from commonline.configuration.load import parse
from commonline.errors import CommonlineError, RetryLaterError, TooLargeError
from commonline.kit.ingress import server
from commonline.kit.ingress.endpoint import endpoint
from commonline.kit.ingress.handler import Ingress
from commonline.kit.ingress.limits import Limits
from commonline.kit.ingress.server import Listener, Server
from commonline.kit.instance import instances
from commonline.metrics import Metrics

FILE = (
    '[workspaces.acme]\n[sources.desk]\nconnector = "signed"\nworkspace = "acme"\nsigning_secret = {env = "SECRET"}\n'
)


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture(params=["at once", "by a task"])
async def site(
    request: pytest.FixtureRequest, limits: Limits, probes: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Site]:
    monkeypatch.setenv("SECRET", "kettle")
    monkeypatch.setattr(server, "AT_ONCE_S", WAIT_S)
    ready = endpoint(instances(parse(FILE), probes)["desk"], 1_000_000)
    assert ready is not None
    metrics, broker = Metrics(), Broker()
    ingress = Ingress(limits, metrics, clock=lambda: NOW)
    ingress.endpoints, ingress.keep = {"desk": ready}, broker.keep
    if request.param == "at once":
        ingress.begin = broker.begin
    listener = Listener(Server(ingress), Address("127.0.0.1", 0))
    await listener.start()
    made = Site(broker, ingress, metrics, listener, ready.webhook.signature[0])
    yield made
    for caller in made.callers:
        caller.writer.close()
    await listener.stop()
    assert ingress.budget.used == 0


def is_at_once(site: Site) -> bool:
    return site.ingress.begin is not None


async def test_a_call_is_answered_when_the_broker_has_it_and_the_connection_is_kept(site: Site) -> None:
    site.broker.quick = False
    caller = await site.caller()
    for number in (1, 2):
        await caller.says(site.call())
        await site.broker.until_due(number)
        assert site.ingress.budget.used == len(BODY)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(caller.reader.read(1), 0.05)
        site.broker.due[-1](None)
        assert await caller.hears() == 200
    assert [one.body for one in site.broker.kept] == [BODY, BODY]
    assert site.ingress.budget.used == 0
    assert site.counted("commonline_ingress_seconds_count", source="desk") == 2
    assert site.broker.tasks == (0 if is_at_once(site) else 2)


async def test_answers_keep_the_order_of_calls_that_come_together(site: Site) -> None:
    site.broker.quick = False
    caller = await site.caller()
    bodies = [b'{"n":%d}' % number for number in range(60)]
    good, forged = [site.call(body) for body in bodies], site.call(secret="forged")
    await caller.says(b"".join([*good[:2], forged, *good[2:40]]), *good[40:])
    for number in range(len(bodies)):
        await site.broker.until_due(number + 1)
        await asyncio.sleep(0)
        assert len(site.broker.due) == number + 1, "one at a time"
        site.broker.due[number](None)
        assert await caller.hears() == 200
        if number == 1:
            assert await caller.hears() == 401
    assert [one.body for one in site.broker.kept] == bodies


async def test_a_body_in_pieces(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = await site.caller()
    body = b'{"event_id":"Ev1","text":"%s"}' % (b"x" * 100_000)
    call = site.call(body)
    await caller.says(call[:90], call[90:60_000], call[60_000:])
    assert await caller.hears() == 200
    monkeypatch.setattr(server, "AT_ONCE_S", 0.01)
    await caller.says(call[:-1])
    await asyncio.sleep(0.05)
    await caller.says(call[-1:])
    assert await caller.hears() == 200
    assert [one.body for one in site.broker.kept] == [body, body]
    assert site.broker.tasks == (1 if is_at_once(site) else 2), "what comes slowly has a task, and its limits"


@pytest.mark.parametrize("limits", [Limits(idle_s=0.3)])
async def test_a_body_that_stops_coming_and_one_whose_caller_leaves(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, gone = await site.caller(), await site.caller()
    await gone.says(site.call()[:-1])
    gone.writer.transport.abort()
    async with asyncio.timeout(WAIT_S):
        while not site.refused("disconnected"):
            await asyncio.sleep(0.005)
    monkeypatch.setattr(server, "AT_ONCE_S", 0.01)
    await slow.says(site.call()[:-1])
    assert await slow.hears() == 408
    assert await slow.is_closed()
    assert site.refused("slow-body") == 1
    assert site.broker.kept == []


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (RetryLaterError("no broker", 5.0), 503, "unavailable"),
        (TooLargeError("record", 1), 413, "too-large"),
        (ValueError("a defect"), 503, "internal"),
    ],
)
@pytest.mark.parametrize("later", [False, True])
async def test_what_is_not_kept_is_not_acknowledged(
    site: Site, error: Exception, status: int, reason: str, *, later: bool
) -> None:
    caller = await site.caller()
    site.broker.quick = not later
    if not later:
        site.broker.refuses = error
    await caller.says(site.call())
    if later:
        await site.broker.until_due(1)
        if not isinstance(error, CommonlineError):
            error, status, reason = RetryLaterError("given up", 5.0), 503, "unavailable"
        site.broker.due[0](error)
    assert await caller.hears() == status
    assert site.refused(reason) == 1
    site.broker.refuses, site.broker.quick = None, True
    if status == 413:
        assert await caller.is_closed()
    else:
        await caller.says(site.call())
        assert await caller.hears() == 200


async def test_forged_too_large_and_of_another_kind(site: Site) -> None:
    caller = await site.caller()
    await caller.says(site.call(secret="forged"))
    assert await caller.hears() == 401
    await caller.says(site.call(b'{"type":"url_verification","challenge":"c"}'))
    assert await caller.hears() == 200
    await caller.says(site.call(target="/in/desk?x=1"))
    assert await caller.hears() == 200
    await caller.says(site.call().replace(b"application/json", b"text/html"))
    assert (await caller.hears(), await caller.is_closed()) == (415, True)
    other = await site.caller()
    await other.says(site.call(target="/in/nobody"))
    assert (await other.hears(), await other.is_closed()) == (404, True)
    large = await site.caller()
    await large.says(site.call(bytes(1_000_001)))
    assert await large.hears() == 413
    assert [one.request for one in site.broker.kept] == ["POST /in/desk?x=1"]
    assert site.counted("commonline_handshakes_total", source="desk") == 1


async def test_headers_above_the_cap(site: Site) -> None:
    caller = await site.caller()
    await caller.says(site.call(BODY, *(f"X-{number}: {'y' * 7000}" for number in range(5))))
    assert (await caller.hears(), await caller.is_closed()) == (431, True)


async def test_calls_that_need_more_than_a_look(site: Site) -> None:
    packed = gzip.compress(BODY)
    caller = await site.caller()
    await caller.says(
        site.call(BODY, "Content-Encoding: gzip", f"Content-Length: {len(packed)}")[: -len(BODY)] + packed
    )
    assert await caller.hears() == 200
    await caller.says(site.call(BODY, "Transfer-Encoding: chunked")[: -len(BODY)], b"12\r\n%s\r\n" % BODY, b"0\r\n\r\n")
    assert await caller.hears() == 200
    await caller.says(site.call(BODY, "Expect: 100-continue")[: -len(BODY)])
    assert await caller.hears() == 100
    await caller.says(BODY)
    assert await caller.hears() == 200
    await caller.says(site.call(BODY, "Connection: close"))
    assert (await caller.hears(), await caller.is_closed()) == (200, True)
    old = await site.caller()
    await old.says(site.call().replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert (await old.hears(), await old.is_closed()) == (200, True)
    assert [one.body for one in site.broker.kept] == [BODY] * 5


async def test_what_is_no_http_behind_a_call(site: Site) -> None:
    site.broker.quick = False
    caller = await site.caller()
    await caller.says(site.call(), b"\x16\x03\x01 not http\r\n\r\n")
    await site.broker.until_due(1)
    site.broker.due[0](None)
    assert [await caller.hears(), await caller.hears()] == [200, 400]
    assert await caller.is_closed()


@pytest.mark.parametrize("limits", [Limits(keep_alive_s=0.4)])
async def test_who_is_idle_is_disconnected_and_who_waits_for_the_broker_is_not(site: Site) -> None:
    site.broker.quick = False
    idle, waiting = await site.caller(), await site.caller()
    await waiting.says(site.call())
    assert await idle.is_closed()
    await asyncio.sleep(2 * site.ingress.limits.keep_alive_s)
    site.broker.due[0](None)
    assert await waiting.hears() == 200
    assert await waiting.is_closed(), "now it is idle"


async def test_a_caller_who_leaves_before_the_broker_answers(site: Site) -> None:
    site.broker.quick = False
    caller = await site.caller()
    await caller.says(site.call() * 2)
    await site.broker.until_due(1)
    caller.writer.transport.abort()
    await asyncio.sleep(0.05)
    site.broker.due[0](None)
    await site.until_no_body_is_held()
    assert len(site.broker.kept) == 1, "the second was never begun"
    other = await site.caller()
    await other.says(site.call())
    await site.broker.until_due(2)
    site.broker.due[1](None)
    assert await other.hears() == 200


async def test_the_end_waits_for_calls_that_run(site: Site) -> None:
    site.broker.quick = False
    caller, idle = await site.caller(), await site.caller()
    await caller.says(site.call())
    ending = asyncio.ensure_future(site.listener.stop())
    assert await idle.is_closed()
    assert not ending.done()
    site.broker.due[0](None)
    assert (await caller.hears(), await caller.is_closed()) == (200, True)
    async with asyncio.timeout(2):
        await ending


async def test_nothing_is_kept_before_the_broker_was_found(site: Site) -> None:
    site.ingress.keep = site.ingress.begin = None
    caller = await site.caller()
    await caller.says(site.call())
    assert await caller.hears() == 503
    assert site.refused("not-ready") == 1
