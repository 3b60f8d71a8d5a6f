"""Milliseconds from the POST of a webhook to the record in a feed that a committed reader sees, through all stages.

connect, normalize and unify run as an installation has them: one process each, every one with its own settings. Calls
are sent at a fixed rate whatever is answered (an open loop), over 200 connections; a call that finds none free waits,
and its time counts from when it was due. Three moments are told: the 2xx, the activity in ``activities.v1``, the record
in the feed.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench.caller import Connection, Load, calls, connect
from bench.connect import started
from bench.deliveries import configuration
from bench.machine import Ground, fail
from bench.meter import cpu_s
from bench.normalize import SOURCES
from bench.unify import DEPARTMENTS
from bench.worker import Plant

from commonline import topics as table
from commonline.bus.reader import Reader

FEED = "service"
PATH = "/in/desk0"
CONNECTIONS = 200
LAST_S = 3.0
READY_S = 60.0
COMMENT = re.compile(rb"/comment/(\d+)")


class Watch(threading.Thread):
    """Notes when the comment of each number is first seen in a topic."""

    def __init__(self, ground: Ground, topic: str) -> None:
        super().__init__(daemon=True)
        self.seen: dict[int, float] = {}
        self._reader = Reader(ground.kafka, [topic])
        self._done = threading.Event()

    def run(self) -> None:
        """Read until `end`."""
        with self._reader:
            while not self._done.is_set():
                for message in self._reader.poll(0.05, 1):
                    now = time.perf_counter()
                    found = COMMENT.search(message.value() or b"")
                    if found:
                        self.seen.setdefault(int(found[1]), now)

    def end(self) -> None:
        """Stop."""
        self._done.set()
        self.join()


class Pace:
    """Sends calls when they are due, over whichever connection is free. `due` holds the moment of each."""

    def __init__(self, load: Load, per_s: float) -> None:
        self.load, self._per_s = load, per_s
        self.free: list[Connection] = []
        self.waiting = 0
        self.due: list[float] = []

    def done(self, one: Connection) -> None:
        """A connection has its answer."""
        if self.waiting:
            self.waiting -= 1
            one.call()
        else:
            self.free.append(one)

    async def run(self, seconds: float) -> None:
        """Send for so long."""
        began = time.perf_counter()
        for number in range(int(seconds * self._per_s)):
            due = began + number / self._per_s
            if (wait := due - time.perf_counter()) > 0.0005:
                await asyncio.sleep(wait)
            self.due.append(due)
            if self.free:
                self.free.pop().call()
            else:
                self.waiting += 1


async def _send(url: str, first: int, per_s: float, seconds: float) -> Pace:
    load = Load(list(calls(PATH, number=int(per_s * seconds), first=first)))
    pace = Pace(load, per_s)
    pace.free = await connect(url, load, pace.done, CONNECTIONS)
    made = list(pace.free)
    await pace.run(seconds)
    await asyncio.sleep(LAST_S)
    for one in made:
        one.close()
    if load.refused:
        raise fail(f"{load.refused} calls were refused")
    return pace


@dataclass
class Line:
    """A whole installation, its processes by name, and the number of the last comment that was sent."""

    ground: Ground
    plant: Plant
    processes: dict[str, subprocess.Popen[bytes]]
    url: str
    sent: int = 0

    @property
    def topics(self) -> dict[str, str]:
        """Where the two moments behind the 2xx are seen."""
        return {
            "activity": self.plant.topics.name(table.ACTIVITIES),
            "feed": self.plant.topics.feed("acme", FEED),
        }

    def until_whole(self) -> None:
        """Send calls until one comes out of the feed."""
        watch, end = Watch(self.ground, self.topics["feed"]), time.monotonic() + READY_S
        watch.start()
        while not watch.seen:
            if time.monotonic() > end:
                raise fail(f"nothing came into the feed in {READY_S:.0f} s")
            asyncio.run(_send(self.url, self.sent, 20, 0.5))
            self.sent += 10
        watch.end()

    def at(self, per_s: float, seconds: float) -> dict[str, Any]:
        """Percentiles of the last three quarters, and who used the processors."""
        watches = {name: Watch(self.ground, topic) for name, topic in self.topics.items()}
        for one in watches.values():
            one.start()
        time.sleep(1.0)
        before = self._cpu()
        pace = asyncio.run(_send(self.url, self.sent, per_s, seconds))
        spent = {name: value - before[name] for name, value in self._cpu().items()}
        for one in watches.values():
            one.end()
        cut = len(pace.due) // 4
        told: dict[str, Any] = {"per_s": per_s, "sent": len(pace.due)}
        for name, one in watches.items():
            spans = [
                one.seen[self.sent + n + 1] - due for n, due in enumerate(pace.due) if self.sent + n + 1 in one.seen
            ]
            told |= {f"{name}_{key}": value for key, value in percentiles(spans[cut:]).items()}
            if len(spans) < len(pace.due):
                told["missing"] = len(pace.due) - len(spans)
        told |= {f"ack_{key}": value for key, value in percentiles([s for _, s in pace.load.took[cut:]]).items()}
        self.sent += len(pace.due)
        told["cores"] = {name: round(value / (seconds + LAST_S), 2) for name, value in spent.items()}
        return told

    def _cpu(self) -> dict[str, float]:
        found = {name: cpu_s([process.pid]) for name, process in self.processes.items()}
        return found | ({"broker": cpu_s([self.ground.broker.pid])} if self.ground.broker else {})


def percentiles(spans: list[float]) -> dict[str, float]:
    """Of seconds, in milliseconds."""
    if not spans:
        raise fail("nothing came through")
    spans = sorted(spans)
    return {f"p{p}": round(spans[min(len(spans) * p // 100, len(spans) - 1)] * 1000, 1) for p in (50, 90, 99)}


def measure(ground: Ground, rates: tuple[float, ...] = (1000.0, 10.0)) -> dict[str, Any]:
    """One installation, its percentiles at each rate."""
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        plant = Plant(ground)
        stack.callback(plant.end)
        plant.create(partitions=SOURCES, configuration=configuration(1), feeds=[("acme", name) for name in DEPARTMENTS])
        process, url = started(plant)
        processes = {"connect": process, "normalize": plant.start("normalize"), "unify": plant.start("unify")}
        line = Line(ground, plant, processes, url)
        line.until_whole()
        for per_s in rates:
            told = line.at(per_s, ground.pick(8.0, 20.0))
            found[f"at_{per_s:.0f}_per_s"] = told
            ground.say(
                f"latency   at {per_s:5.0f}/s  feed p50 {told['feed_p50']} p99 {told['feed_p99']} ms; activity p50 "
                f"{told['activity_p50']}, 2xx p50 {told['ack_p50']}; cores {told['cores']}"
            )
    return found
