"""Milliseconds from a record's time in a feed's topic to the sockets of 2,000 listeners (Server-Sent Events).

The gateway is the whole process as an installation has it, with its database and what it projects; the listeners are a
second process with raw sockets (``python -m bench.listeners host:port token count records file``); records are written
at a fixed rate, each in a transaction of its own, as unify writes on a quiet line. Every listener must have every
record, once and in order.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from array import array
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid5

import httpx
import uvloop
from bench.latency import percentiles
from bench.machine import ROOT, Ground, fail
from bench.meter import cpu_s
from bench.worker import Plant
from confluent_kafka import Message, Producer

from commonline.clock import now_us
from commonline.local.ports import free_port
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, FeedActivity, Object, Origin, Party, Thread
from commonline.schemas.serde import Serde

LISTENERS = 2000
PER_S = 50
READY_S = 60.0
LAST_S = 30.0
SPACE = UUID(int=11)
WORKSPACE, DEPARTMENT = "acme", "service"
SEQ = re.compile(rb'"seq":(\d+),')
TEXT = "My kettle leaks at the spout since yesterday, and nobody answers the phone. " * 3


class Listener(asyncio.Protocol):
    """One socket. Keeps when each record came, in order."""

    def __init__(self, request: bytes, total: int, crowd: Crowd) -> None:
        self._request = request
        self._total = total
        self._crowd = crowd
        self._rest = b""
        self._open = False
        self.came = array("d")
        self.orderly = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note the moment for each record; one that is cut in its number waits for the rest."""
        now = time.time()
        data = self._rest + data
        end = 0
        for found in SEQ.finditer(data):
            self.orderly &= int(found[1]) == len(self.came) + 1
            self.came.append(now)
            end = found.end()
        if not self._open and b"\nid: " in data:
            self._open = True
            self._crowd.opened()
        self._rest = data[max(end, len(data) - 32) :]
        if len(self.came) == self._total:
            self._crowd.finished()


class Crowd:
    """All listeners of this process."""

    def __init__(self, count: int) -> None:
        self._opening = self._left = count
        self.all_open, self.all_done = asyncio.Event(), asyncio.Event()

    def opened(self) -> None:
        """One more hears."""
        self._opening -= 1
        if not self._opening:
            self.all_open.set()

    def finished(self) -> None:
        """One more has everything."""
        self._left -= 1
        if not self._left:
            self.all_done.set()


async def listen(address: str, token: str, count: int, total: int, file: Path) -> None:
    """Connect all, say so, wait for everything or half a minute of silence; write what came when, listener by listener.

    Each line on stdout is one step: ``open``, then the number of listeners that had all, in order.
    """
    host, _, port = address.rpartition(":")
    path, shown = f"/v1/feeds/{WORKSPACE}/{DEPARTMENT}/stream", f"Authorization: Bearer {token}"
    request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\n{shown}\r\n\r\n".encode()
    crowd, loop = Crowd(count), asyncio.get_running_loop()
    listeners = [Listener(request, total, crowd) for _ in range(count)]
    for one in listeners:
        await loop.create_connection(lambda one=one: one, host, int(port))  # type: ignore[misc]
    await asyncio.wait_for(crowd.all_open.wait(), READY_S)
    print("open", flush=True)
    with suppress(TimeoutError):
        await asyncio.wait_for(crowd.all_done.wait(), total / PER_S + LAST_S)
    with file.open("wb") as out:
        for one in listeners:
            (one.came + array("d", [0.0] * (total - len(one.came)))).tofile(out)
    print(sum(one.orderly and len(one.came) == total for one in listeners), flush=True)


class Writer:
    """Writes records to the feed; `moments` are their times in the topic, in seconds."""

    def __init__(self, plant: Plant) -> None:
        self.moments: dict[int, float] = {}
        self._serde = Serde(SchemaIds.bundled())
        self._topic = plant.topics.feed(WORKSPACE, DEPARTMENT)
        settings = plant.ground.kafka.librdkafka()
        self._producer = Producer(settings | {"transactional.id": plant.prefix, "linger.ms": 0})
        self._producer.init_transactions(READY_S)

    def run(self, total: int) -> None:
        """Open loop: each record when it is due."""
        began = time.perf_counter()
        for number in range(total):
            if (wait := began + number / PER_S - time.perf_counter()) > 0:
                time.sleep(wait)
            self._producer.begin_transaction()
            record = _said(number + 1)
            value = self._serde.encode(record)
            self._producer.produce(self._topic, value, record.object, on_delivery=self._written)
            self._producer.commit_transaction(READY_S)

    def _written(self, _: object, message: Message) -> None:
        self.moments[len(self.moments)] = message.timestamp()[1] / 1000


def _said(number: int) -> FeedActivity:
    conversation = str(uuid5(SPACE, str(number % 40)))
    item = Activity(
        id=str(uuid5(SPACE, f"activity {number}")),
        workspace=WORKSPACE,
        connector="facebook",
        source="page",
        event="feed.comment",
        type="Create",
        object=Object(id=f"facebook:{number}", type="Note", text=f"{number} {TEXT}"),
        thread=Thread(id=f"facebook:{number % 40}"),
        channel="comment",
        direction="inbound",
        visibility="public",
        published=now_us(),
        clock="source",
        received=now_us(),
        origin=Origin(delivery=conversation, topic="deliveries.v1", partition=0, offset=number),
        actor=Party(account="facebook:1/ana", kind="person", side="customer", role="author", name="Ana"),
    )
    return FeedActivity(
        event="activity",
        workspace=WORKSPACE,
        feed=DEPARTMENT,
        seq=number,
        conversation=conversation,
        policy="service@1",
        visibility="public",
        known=now_us(),
        object=uuid5(SPACE, f"object {number}").hex,
        item=item,
    )


def _until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise fail("the gateway is not ready")


def _token(command: list[str]) -> str:
    feed = f"{WORKSPACE}/{DEPARTMENT}"
    argv = [*command, "token", "create", "crowd", "--feed", feed, "--visibility", "restricted"]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def _step(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise fail("the listeners ended before their time")
    return line


def measure(ground: Ground) -> dict[str, Any]:
    """One crowd, one run."""
    count, total = ground.pick(500, LISTENERS), PER_S * ground.pick(10, 30)
    with ExitStack() as stack:
        plant = Plant(ground)
        stack.callback(plant.end)
        plant.create(partitions=1, feeds=[(WORKSPACE, DEPARTMENT)])
        address = f"127.0.0.1:{free_port()}"
        command = [str(Path(sys.executable).with_name("commonline")), "gateway", "--listen", address]
        command += ["--home", str(plant.home), "--prefix", plant.prefix]
        token = _token(command)
        gateway = plant.launch("gateway", command, {})
        _until_ready(f"http://{address}", gateway)
        file = ground.home / "came"
        argv = [sys.executable, "-m", "bench.listeners", address, token, str(count), str(total), str(file)]
        crowd = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        stack.callback(crowd.kill)
        _step(crowd)
        writer, load, before = Writer(plant), machine_load(), cpu_s([gateway.pid])
        began = time.perf_counter()
        writer.run(total)
        whole = int(_step(crowd))
        cores = (cpu_s([gateway.pid]) - before) / (time.perf_counter() - began)
        crowd.wait()
        told = _told(file, count, total, writer.moments)
    told |= {"listeners": count, "per_s": PER_S, "records": total, "with_all_in_order": whole}
    told |= {"gateway_cores": round(cores, 2), "load": load}
    ground.say(
        f"listeners {count:,} at {PER_S}/s: {whole:,} had all {total:,} in order; p50 {told['p50']} p99 {told['p99']} "
        f"ms; gateway {told['gateway_cores']} cores, load before {load}"
    )
    return told


def machine_load() -> float:
    """What else the machine does: its load of the last minute."""
    return round(float(Path("/proc/loadavg").read_text().split()[0]), 2)


def _told(file: Path, count: int, total: int, moments: dict[int, float]) -> dict[str, Any]:
    came = array("d")
    with file.open("rb") as opened:
        came.fromfile(opened, count * total)
    spans = [at - moments[index % total] for index, at in enumerate(came) if at]
    return {**percentiles(spans), "missing": len(came) - len(spans)}


if __name__ == "__main__":
    uvloop.run(listen(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5])))
