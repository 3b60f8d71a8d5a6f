"""How many webhooks a second one connect process acknowledges, and how long a call takes.

    .venv/bin/python bench/connect.py [--seconds 10] [--senders 1 16 200] [--bytes 1000] [--unflushed]

Signed calls of one size over kept connections, each sender waiting for its answer before the next call. The
senders run in this process and share the machine with connect and the broker. The broker: ``COMMONLINE_KAFKA``,
else one from packages that ends with the run. ``--unflushed`` leaves out the flush to disk before each
acknowledgement: the difference is the disk's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

from commonline import topics as table
from commonline.bus.admin import ensure
from commonline.kit import signature
from commonline.kit.manifest import Signature
from commonline.kit.request import Request
from commonline.testing.connect import Connect, Installation
from commonline.testing.kafka import GivenKafka, choose
from commonline.topics import Topics

ROOT = Path(__file__).resolve().parent.parent
SECRET = "bench-secret"
SCHEME = Signature(
    header="X-Signature",
    secret="signing_secret",
    prefix="v0=",
    content="v0:{timestamp}:{body}",
    timestamp_header="X-Timestamp",
)
DESK = '[sources.desk]\nconnector = "signed"\nsigning_secret = {env = "SIGNING_SECRET"}'
WARM_S = 2.0


def call(number: int, size: int) -> bytes:
    """One request on the wire."""
    body = f'{{"event_id":"Ev{number}","text":"'.encode().ljust(size - 2, b"x") + b'"}'
    made = signature.sign(SCHEME, SECRET, Request("POST", "", "", {}, body), time.time_ns() // 1000)
    head = "".join(f"{name}: {value}\r\n" for name, value in made.items())
    lines = f"POST /in/desk HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{head}"
    return f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def sender(url: str, first: int, size: int, end: float, took: list[tuple[float, float]]) -> None:
    """Call, wait, note when and how long, again."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    number = first
    while time.perf_counter() < end:
        number += 1
        request = call(number, size)
        began = time.perf_counter()
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        ended = time.perf_counter()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"answered: {answer[:80]!r}")
        took.append((ended, ended - began))
    writer.close()


async def measure(connect: Connect, senders: int, size: int, seconds: float) -> dict[str, float]:
    """Calls a second, percentiles in milliseconds, cores of connect."""
    process = psutil.Process(connect.process.pid)
    took: list[tuple[float, float]] = []
    begin = time.perf_counter()
    end = begin + WARM_S + seconds
    tasks = [
        asyncio.create_task(sender(connect.ingress, secrets.randbits(40), size, end, took)) for _ in range(senders)
    ]
    await asyncio.sleep(WARM_S)
    before = sum(process.cpu_times()[:2])
    await asyncio.gather(*tasks)
    cores = (sum(process.cpu_times()[:2]) - before) / seconds
    counted = sorted(span for at, span in took if at > begin + WARM_S)
    return {
        "senders": senders,
        "calls_per_s": round(len(counted) / seconds),
        **{f"p{p}_ms": round(counted[int(len(counted) * p / 100)] * 1000, 1) for p in (50, 90, 99)},
        "cores": round(cores, 2),
    }


def main() -> None:
    """Print one line of JSON a number of senders."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--senders", type=int, nargs="+", default=[1, 16, 200])
    options.add_argument("--bytes", type=int, default=1000)
    options.add_argument("--unflushed", action="store_true")
    given = options.parse_args()
    os.environ["SIGNING_SECRET"] = SECRET
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kafka = choose(home / "kafka", Path(os.environ.get("COMMONLINE_CACHE") or ROOT / ".commonline" / "cache"))
        kafka.start()
        stack.callback(kafka.remove)
        topics = Topics(f"bench-{secrets.token_hex(4)}-")
        ensure(kafka.settings, topics)
        if given.unflushed:
            unflush(kafka.settings.librdkafka(), topics)
        installation = Installation(kafka, topics, home, ROOT / "tests" / "probes")
        stack.callback(installation.end)
        installation.configure(DESK, general='durability = "process"')
        connect = installation.start()
        for senders in given.senders:
            result = asyncio.run(measure(connect, senders, given.bytes, given.seconds))
            shown = {"bytes": given.bytes, "flushed": not given.unflushed, **result}
            print(json.dumps(shown | {"broker": "given" if isinstance(kafka, GivenKafka) else kafka.kind}))


def unflush(settings: Mapping[str, str | int | float | bool], topics: Topics) -> None:
    """Take the flush away from ``deliveries.v1``."""
    entry = ConfigEntry("flush.messages", str(2**62), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topics.name(table.DELIVERIES), incremental_configs=[entry])
    admin = AdminClient(dict(settings))
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(10)


if __name__ == "__main__":
    main()
