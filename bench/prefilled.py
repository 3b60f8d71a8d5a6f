"""``python -m bench.prefilled --objects N``: does history slow unify down? Without the hours that make it.

The state of a workspace with N objects (an account and a thread for every twenty, rows as `bench/state_rows.py` makes
them) is written to the changelog, and ``commonline unify`` restores it as a new worker does. Beside it, on topics of
its own, another restores a state of 20,000 objects. Both then take in the same log, block after block and in turn, so
that neighbours in time are compared; the first block of each warms caches and does not count.

First, ``plain``, that is the log of `bench/workload.py`, whose own threads and people are new to both. Then, ``old``,
20 of 100 records are about what was there before, anywhere in it with equal chance (real traffic keeps to what is
recent; this is the dearer case): 10 new comments by old accounts in old threads, 6 edits and 4 likes of old objects.
What is asked of the small state is the same, and `feed_offsets` of both show that they wrote as much (but for marks of
transactions); only how much lies around differs.

Results: ``bench/results/soak-prefilled-<date>.json``; the last line on stdout is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from bench.machine import Ground, calibration_ms, described, prepare
from bench.meter import group_count, stable_count
from bench.soak import RESULTS, SILENT_S, disk_mib, taken
from bench.state_line import LARGE, RESTING, Line, Worker
from bench.state_rows import World, account_uri, comment
from bench.workload import WORKSPACE, Log
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

from commonline import topics as table
from commonline.bus.writer import Writer
from commonline.configuration.defaults import default_departments
from commonline.errors import CommonlineError
from commonline.ids import uuid5
from commonline.schemas import framing
from commonline.schemas.codec import encode_activity
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, Object, Party
from commonline.streams.unify.service import NAME

SMALL_OBJECTS = 20_000
OBJECTS_A_THREAD = 20
OLD = {"comment": 10, "edit": 6, "like": 4}
"""Of 100 records of a block of the second kind."""
KINDS = ("plain", "old")
RESTORE_S = 3600.0
CONFIGURATIONS = 2
"""Records that lie in the input before the first activity: one of each workspace of a `Line`."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A record about something old: `thread`, `account` and `thing` are between 0 and 1, for any size of world."""

    kind: str
    number: int
    at: int
    thread: float
    account: float
    thing: float


def planned(count: int, blocks: Iterable[str], seed: int = 17) -> Iterator[list[bytes | Touch]]:
    """Blocks of the log: its own records, encoded, and in those that are ``old`` some about old things among them."""
    chance, log = random.Random(seed), Log()
    stream, number = log.stream(), 0
    old = [kind for kind, weight in OLD.items() for _ in range(weight)] + [""] * (100 - sum(OLD.values()))
    for name in blocks:
        block: list[bytes | Touch] = []
        for kind in chance.choices(old if name == "old" else [""], k=count):
            number += 1
            places = chance.random(), chance.random(), chance.random()
            block.append(Touch(kind, number, log.at, *places) if kind else next(stream))
        yield block


def rendered(world: World, touch: Touch) -> bytes:
    """What a touch is in a world."""
    thread, account = int(touch.thread * world.threads), int(touch.account * world.accounts)
    if touch.kind == "comment":
        name = f"facebook:page1/comment/page0_{thread:015}_n{touch.number:014}"
        return encode_activity(comment(thread, account, name, at=touch.at, text=world.text(touch.number)))
    old = world.object(int(touch.thing * (world.objects // world.exact)) * world.exact)
    return encode_activity(_like(old, account, touch.at) if touch.kind == "like" else _edit(old, world, touch))


def _edit(old: Activity, world: World, touch: Touch) -> Activity:
    version = str(touch.at)
    identifier = uuid5(WORKSPACE, old.object.id, "Update", version)
    thing = msgspec.structs.replace(old.object, text=world.text(touch.number), version=version)
    return msgspec.structs.replace(
        old, id=identifier, type="Update", published=touch.at, received=touch.at, object=thing
    )


def _like(old: Activity, account: int, at: int) -> Activity:
    actor = Party(account_uri(account), "person", "customer", "author")
    edge = f"{old.object.id}/like/{actor.account}/{at}"
    return msgspec.structs.replace(
        old,
        id=uuid5(WORKSPACE, edge, "Like", ""),
        type="Like",
        event="feed.like",
        edge=edge,
        actor=actor,
        object=Object(old.object.id, old.object.type),
        published=at,
        received=at,
        references=[],
        reaction="like",
    )


@dataclass
class Side:
    """A state of some size and the worker that has it."""

    name: str
    line: Line
    worker: Worker
    goal: int = CONFIGURATIONS
    blocks: dict[str, list[dict[str, float]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def __post_init__(self) -> None:
        ground, names = self.line.ground, self.line.names
        self._topic = names.name(table.ACTIVITIES)
        self._writer = Writer(ground.kafka, client_id="bench")
        self._header = framing.header(SchemaIds.bundled().id_of("Activity"))
        self._seen = group_count(ground.kafka, names.identifier(NAME), self._topic)

    def take(self, block: list[bytes | Touch], silent_s: float) -> dict[str, float]:
        """Give it a block and wait until all is committed; how quick that was."""
        world = self.line.world
        values = [self._header + (one if isinstance(one, bytes) else rendered(world, one)) for one in block]
        self.goal += len(values)
        cpu, began = self.worker.cpu_s(), time.monotonic()
        for value in values:
            self._writer.write(self._topic, value, partition=0)
        self._writer.flush()
        taken(self.worker.process, self._seen, self.goal, silent_s)
        span, spent = time.monotonic() - began, self.worker.cpu_s() - cpu
        return {"per_s": round(len(values) / span), "cpu_s_per_million": round(spent / len(values) * 1e6, 1)}

    def rest(self, most_s: float) -> None:
        """Wait until the worker is quiet: RocksDB compacts what was restored."""
        deadline = time.monotonic() + most_s
        while time.monotonic() < deadline:
            before = self.worker.cpu_s()
            time.sleep(3)
            if self.worker.cpu_s() - before < RESTING:
                return

    def told(self) -> dict[str, Any]:
        """What it took and holds."""
        ground, names, world = self.line.ground, self.line.names, self.line.world
        feeds = [names.feed(LARGE, department) for department in default_departments()]
        logs = sorted((ground.home / "broker").rglob(f"{names.name(table.STATE)}-0"))
        return {
            "objects": world.objects,
            "threads": world.threads,
            "accounts": world.accounts,
            "feed_offsets": sum(stable_count(ground.kafka, topic)() for topic in feeds),
            "state_mib": disk_mib(self.worker.home / "state"),
            "changelog_mib": disk_mib(logs[0]) if logs else None,
            "rss_mib": self.worker.rss_mib("VmRSS"),
            "rss_peak_mib": self.worker.rss_mib(),
        }


def _spared(line: Line) -> None:
    """The cleaner leaves alone what is written now. A changelog of years is compacted long ago; this broker's cleaner
    has a small table of keys and would go over tens of millions of new ones a hundred times, while it is measured."""
    spare = ConfigEntry("min.compaction.lag.ms", str(12 * table.HOUR), incremental_operation=AlterConfigOpType.SET)
    where = ConfigResource(ResourceType.TOPIC, line.names.name(table.STATE), incremental_configs=[spare])
    admin = AdminClient(line.ground.kafka.librdkafka())
    for told in admin.incremental_alter_configs([where]).values():
        told.result(30)


def _filled(ground: Ground, name: str, world: World, first: list[bytes | Touch]) -> Side:
    """A worker that has restored a world and taken in the first block."""
    line, began = Line(ground, world), time.monotonic()
    _spared(line)
    rows = line.fill()
    written = time.monotonic()
    ground.say(f"{name}: {rows:,} rows in the changelog ({rows / (written - began):,.0f}/s)")
    side = Side(name, line, line.worker(name, f"home-{name}"))
    side.take(first[:1], RESTORE_S)
    ground.say(f"{name}: restored after {time.monotonic() - written:.0f} s; waiting until broker and store rest")
    line.settle(600)
    side.rest(600)
    side.take(first[1:], RESTORE_S)
    return side


def run(ground: Ground, objects: int, rounds: int, block: int) -> dict[str, Any]:
    """Both states, block by block in turn."""
    order = [kind for kind in KINDS for _ in range(rounds)]
    blocks = planned(block, ["old", *order])
    first = next(blocks)
    unit = OBJECTS_A_THREAD
    worlds = {
        "small": World(SMALL_OBJECTS // unit, SMALL_OBJECTS // unit, SMALL_OBJECTS, exact=1),
        "filled": World(objects // unit, objects // unit, objects),
    }
    sides: list[Side] = []
    try:
        for name, world in worlds.items():
            sides.append(_filled(ground, name, world, first))
        for number, (kind, values) in enumerate(zip(order, blocks, strict=True)):
            for side in sides if number % 2 else reversed(sides):
                side.blocks[kind].append(side.take(values, SILENT_S))
                ground.say(f"block {number + 1} of {len(order)}: {kind}, {side.name} {side.blocks[kind][-1]}")
        small, filled = sides
        return {
            **{kind: _compared(filled.blocks[kind], small.blocks[kind]) for kind in KINDS},
            "old_of_100": OLD,
            "block": block,
            "filled": filled.told() | {"blocks": filled.blocks},
            "small": small.told() | {"blocks": small.blocks},
        }
    finally:
        for side in sides:
            side.line.end()


def _compared(filled: list[dict[str, float]], small: list[dict[str, float]]) -> dict[str, float]:
    """Medians of one kind of blocks; ratios of neighbours in time."""
    found: dict[str, float] = {}
    for key, name in (("per_s", "filled_against_small"), ("cpu_s_per_million", "cpu_filled_against_small")):
        ratios = [many[key] / few[key] for many, few in zip(filled, small, strict=True)]
        found[name] = round(statistics.median(ratios), 3)
        found[f"filled_{key}"] = statistics.median(one[key] for one in filled)
        found[f"small_{key}"] = statistics.median(one[key] for one in small)
    return found


def main() -> None:
    """Run; one line of JSON at the end, all of it in the results folder."""
    parser = argparse.ArgumentParser(prog="python -m bench.prefilled", description=__doc__)
    parser.add_argument("--objects", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--block", type=int, default=40_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        ground, before = prepare(stack, quick=False), calibration_ms()
        found = {"date": date.today().isoformat(), "machine": described(), "calibration_ms": before}
        found |= run(ground, options.objects, options.rounds, options.block)
        found["took_s"] = round(time.monotonic() - ground.began)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"soak-prefilled-{found['date']}.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps({name: value for name, value in found.items() if name != "machine"}))


if __name__ == "__main__":
    try:
        main()
    except CommonlineError as error:
        raise SystemExit(f"bench: {error}") from error
