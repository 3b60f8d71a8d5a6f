"""Signed webhooks acknowledged a second and a core, beside a server of the same framework that does nothing.

Each connection waits for its answer before its next call. The callers run in this process and share the machine with
server and broker; what is compared is calls by second of the server's processor time, librdkafka's threads included.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.caller import Connection, Load, calls, connect
from bench.deliveries import configuration
from bench.machine import Ground, fail
from bench.meter import cpu_s, rss_mib
from bench.normalize import SOURCES
from bench.worker import Plant

LISTENING = re.compile(r"listening ingress=(\S+)")
READY = re.compile(r"ready durability=")
WARM_S = 1.5
START_S = 60.0


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of load."""

    name: str
    size: int
    connections: int


CASES = (Case("1_kib", 1200, 16), Case("64_kib", 65_536, 16), Case("1000_clients", 1200, 1000))


def until(log: Path, pattern: re.Pattern[str], process: subprocess.Popen[bytes]) -> re.Match[str]:
    """Wait for a line of a log. Raises `PlatformError` if the process ends or says nothing."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        found = pattern.search(log.read_text(errors="replace"))
        if found:
            return found
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise fail(f"connect is not there: {log.read_text(errors='replace')[-300:]}")


def started(plant: Plant) -> tuple[subprocess.Popen[bytes], str]:
    """A connect process and where it listens."""
    process = plant.start("connect")
    log = plant.log(f"connect-{len(plant.processes) - 1}")
    url = until(log, LISTENING, process)[1]
    until(log, READY, process)
    return process, url


async def _saturate(url: str, path: str, case: Case, pid: int, seconds: float) -> dict[str, Any]:
    load = Load(list(calls(path, case.size, 2000 if case.size < 10_000 else 100)))
    made = await connect(url, load, Connection.call, case.connections)
    for one in made:
        one.call()
    await asyncio.sleep(WARM_S)
    begin, cpu = time.perf_counter(), cpu_s([pid])
    await asyncio.sleep(seconds)
    end, spent = time.perf_counter(), cpu_s([pid]) - cpu
    memory = rss_mib([pid])
    for one in made:
        one.close()
    took = sorted(span for at, span in load.took if begin < at <= end)
    if load.refused or not took:
        raise fail(f"{load.refused} calls were refused, {len(took)} answered")
    return {
        "per_s": round(len(took) / (end - begin)),
        "per_cpu_s": round(len(took) / spent),
        "cpu_us": round(spent / len(took) * 1e6, 1),
        "p50_ms": round(took[len(took) // 2] * 1000, 1),
        "p99_ms": round(took[len(took) * 99 // 100] * 1000, 1),
        "cores": round(spent / (end - begin), 2),
        "rss_mib": memory,
    }


def measure(ground: Ground) -> dict[str, Any]:
    """Both servers under each kind of load, in turn."""
    seconds = ground.pick(2.5, 6.0)
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        plant = Plant(ground)
        stack.callback(plant.end)
        plant.create(partitions=SOURCES, configuration=configuration(1))
        process, url = started(plant)
        idle = subprocess.Popen([sys.executable, "-m", "bench.noop"], stdout=subprocess.PIPE, text=True)
        stack.callback(idle.wait)
        stack.callback(idle.kill)
        assert idle.stdout is not None
        nowhere = idle.stdout.readline().strip()
        for case in CASES:
            rounds = ground.pick(1, 2)
            noop = [asyncio.run(_saturate(nowhere, "/in/desk0", case, idle.pid, seconds)) for _ in range(rounds)]
            ours = [asyncio.run(_saturate(url, "/in/desk0", case, process.pid, seconds)) for _ in range(rounds)]
            best = [min(some, key=lambda one: one["cpu_us"]) for some in (ours, noop)]
            ratio = round(best[0]["per_cpu_s"] / best[1]["per_cpu_s"], 3)
            found[case.name] = {"connect": best[0], "noop": best[1], "ratio_per_cpu_s": ratio}
            ground.say(
                f"connect   {case.name:13} {best[0]['per_s']:>7,}/s {best[0]['cpu_us']} us p99 {best[0]['p99_ms']} ms; "
                f"doing nothing {best[1]['per_s']:>7,}/s {best[1]['cpu_us']} us p99 {best[1]['p99_ms']} ms; {ratio}"
            )
    return found
