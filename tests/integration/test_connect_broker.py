"""What a 2xx is worth: brokers that are absent, killed, restarted, or set up so that records could be lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
import httpx
import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

from commonline import topics as table
from commonline.testing.connect import Connect, Installation

Sign = Callable[..., dict[str, str]]
pytestmark = [pytest.mark.broker, pytest.mark.crash]
DESK = '[sources.desk]\nconnector = "signed"\nsigning_secret = {env = "SIGNING_SECRET"}'
SENDERS = 200


def owned(installation: Installation) -> None:
    """These tests hurt the broker."""
    if installation.kafka.kind == "given":
        pytest.skip("the broker was given: it is not ours to kill")


@dataclass
class Tally:
    """What senders saw."""

    accepted: set[str] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)
    slowest_s: float = 0.0
    number: int = 0

    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_accepted(self, count: int, timeout_s: float = 90) -> None:
        """Wait until so many were accepted."""
        async with asyncio.timeout(timeout_s):
            while len(self.accepted) < count:
                await asyncio.sleep(0.05)

    def next_id(self) -> str:
        self.number += 1
        return f"Ev{self.number}"


async def send(url: str, sign: Sign, client: aiohttp.ClientSession, tally: Tally) -> None:
    """One sender: a new event after each answer; after a 503 the next one, a moment later."""
    while not tally.enough.is_set():
        event = tally.next_id()
        body = f'{{"event_id":"{event}"}}'.encode()
        began = time.monotonic()
        async with client.post(url, data=body, headers=sign(body)) as answer:
            tally.slowest_s = max(tally.slowest_s, time.monotonic() - began)
            tally.statuses[answer.status] = tally.statuses.get(answer.status, 0) + 1
            if answer.status == 200:
                tally.accepted.add(event)
            else:
                assert answer.status == 503
                assert int(answer.headers["Retry-After"]) >= 1
                await asyncio.sleep(0.1)


async def load(connect: Connect, sign: Sign, tally: Tally) -> None:
    """`SENDERS` at once, until there is enough."""
    connector = aiohttp.TCPConnector(limit=SENDERS)
    async with aiohttp.ClientSession(connector=connector) as client:
        url = f"{connect.ingress}/in/desk"
        await asyncio.gather(*(send(url, sign, client, tally) for _ in range(SENDERS)))


async def test_every_2xx_is_in_the_log_though_the_broker_is_killed(installation: Installation, sign: Sign) -> None:
    owned(installation)
    installation.configure(DESK)
    connect = await asyncio.to_thread(installation.start)
    tally = Tally()
    sending = asyncio.create_task(load(connect, sign, tally))
    await tally.until_accepted(500)
    installation.kafka.kill()
    await asyncio.sleep(3)
    at_kill = len(tally.accepted)
    await asyncio.to_thread(installation.kafka.start)
    await tally.until_accepted(at_kill + 500)
    tally.enough.set()
    await sending
    found = [str(one.vendor_id) for one in await asyncio.to_thread(installation.deliveries)]
    told = f"accepted {len(tally.accepted)} of {tally.statuses}, slowest {tally.slowest_s:.1f} s, {len(found)} records"
    assert tally.accepted <= set(found), told
    assert tally.statuses.get(503, 0) > 0, told
    assert tally.slowest_s < 14, told
    assert connect.sample("commonline_ingress_memory_bytes") == 0


async def test_a_frozen_broker_is_answered_with_503_and_recovers(installation: Installation, sign: Sign) -> None:
    owned(installation)
    installation.configure(DESK)
    connect = await asyncio.to_thread(installation.start)
    tally = Tally()
    sending = asyncio.create_task(load(connect, sign, tally))
    await tally.until_accepted(200)
    installation.kafka.pause()
    try:
        await asyncio.sleep(10)
        ready = await asyncio.to_thread(httpx.get, f"{connect.metrics}/readyz")
        assert (ready.status_code, ready.text) == (503, "the broker does not acknowledge records\n")
        assert tally.statuses[503] > SENDERS
    finally:
        installation.kafka.resume()
    await tally.until_accepted(len(tally.accepted) + 200)
    tally.enough.set()
    await sending
    found = {str(one.vendor_id) for one in await asyncio.to_thread(installation.deliveries)}
    assert tally.accepted <= found


def test_it_starts_without_a_broker_and_opens_when_there_is_one(installation: Installation, sign: Sign) -> None:
    owned(installation)
    installation.configure(DESK)
    installation.kafka.stop()
    try:
        connect = installation.start(ready=False)
        body = b'{"event_id":"Ev1"}'
        answer = httpx.post(f"{connect.ingress}/in/desk", content=body, headers=sign(body))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert httpx.get(f"{connect.metrics}/healthz").status_code == 200
        connect.until_logged("not ready: .*does not answer")
        assert httpx.get(f"{connect.metrics}/readyz").status_code == 503
    finally:
        installation.kafka.start()
    connect.until_ready()
    assert httpx.post(f"{connect.ingress}/in/desk", content=body, headers=sign(body)).status_code == 200
    assert len(installation.deliveries()) == 1


def weaken(installation: Installation) -> None:
    """Take the flush away from one topic."""
    entry = ConfigEntry("flush.messages", "1000", incremental_operation=AlterConfigOpType.SET)
    name = installation.topics.name(table.CURSORS)
    resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=[entry])
    admin = AdminClient(installation.kafka.settings.librdkafka())
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(10)


def test_it_refuses_to_acknowledge_what_could_be_lost_unless_told_to(installation: Installation) -> None:
    installation.configure(DESK)
    connect = installation.start()
    assert connect.until_ready() == "ok durability=flushed webhooks=1 reading=none\n"
    assert connect.sample("commonline_durable") == 1
    assert connect.stop() == 0
    weaken(installation)
    refused = installation.start(ready=False)
    assert refused.process.wait(30) == 2
    said = refused.log.read_text()
    assert "commonline.durability" in said
    assert "flush.messages=1000" in said
    assert 'durability = "process"' in said
    installation.configure(DESK, general='durability = "process"')
    accepted = installation.start()
    assert "durability=process" in accepted.until_ready()
    assert accepted.sample("commonline_durable") == 0


def test_a_missing_topic_is_waited_for_and_told(installation: Installation) -> None:
    installation.configure(DESK)
    admin = AdminClient(installation.kafka.settings.librdkafka())
    for future in admin.delete_topics([installation.topics.name(table.DELIVERIES)]).values():
        future.result(10)
    connect = installation.start(ready=False)
    connect.until_logged("not ready: topic .*deliveries.v1 does not exist; create it with: commonline topics create")
