"""``python -m bench [parts] [--quick] [--rounds N] [--no-peers]``: measurements, in one run on one broker.

Parts: normalize, unify (each beside its peers), connect (beside a server that does nothing), latency (from the POST to
the feed), listeners (from the feed to 2,000 sockets of the gateway), scale (workers, workspaces), pure (unify's
decision alone, and its work on a partition without Kafka). Without any: all of them, and then the results are written
to ``bench/results/<date>.json`` and the figures of ``docs/performance.md`` anew; with ``--quick`` to
``<date>-quick.json``, and the page stays. The last line on stdout is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from functools import partial
from typing import Any

from bench import connect, latency, listeners, machine, normalize, partition, report, scale, unify
from bench.machine import ROOT, Ground, calibration_ms
from bench.meter import merged
from bench.peers import PEERS, Peers

from commonline.errors import CommonlineError, PlatformError
from commonline.schemas import compiled

JOBS = {"normalize": "J1", "unify": "J2"}
BESIDE: dict[str, dict[str, Callable[..., dict[str, Any]]]] = {
    "normalize": {"commonline_zendesk": partial(normalize.measure, connector="zendesk")}
}
"""Other figures of ours for a part, by the name that they are told under."""
STAGES: dict[str, Callable[..., dict[str, Any]]] = {"normalize": normalize.measure, "unify": unify.measure}
OTHERS: dict[str, Callable[[Ground], dict[str, Any]]] = {
    "connect": connect.measure,
    "latency": latency.measure,
    "listeners": listeners.measure,
    "scale": scale.measure,
}
PARTS = (*STAGES, *OTHERS, "pure")


def stages(ground: Ground, parts: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Ours and the peers, one after the other, as many rounds as wanted: neighbours in time are compared."""
    peers = None if options.no_peers or not parts else Peers(ground)
    if peers is not None:
        peers.fill()
    found: dict[str, dict[str, list[dict[str, Any]]]] = {part: {} for part in parts}
    rounds = options.rounds or ground.pick(1, 2)
    for number in range(rounds):
        for part in parts:
            ground.say(f"round {number + 1} of {rounds}: {part}")
            for name, measure in {"commonline": STAGES[part], **BESIDE.get(part, {})}.items():
                tell(ground, found[part], name, measure(ground, count=options.count, profile=options.profile))
            for peer in PEERS:
                if peers is not None and peer.job == JOBS[part]:
                    tell(ground, found[part], peer.name, peers.measure(peer))
    return {part: {name: _one(rounds) for name, rounds in systems.items()} for part, systems in found.items()}


def _one(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    ran = [one for one in rounds if "missing" not in one]
    return merged(ran) if ran else rounds[-1]


def tell(ground: Ground, kept: dict[str, list[dict[str, Any]]], name: str, found: dict[str, Any]) -> None:
    """Say a figure, and keep it."""
    kept.setdefault(name, []).append(found)
    if "missing" in found:
        ground.say(f"          {name:14} not measured: {found['missing']}")
    else:
        ground.say(
            f"          {name:14} {found['per_s']:>8,}/s  {found['cpu_s_per_million']:>7} CPU s/M"
            f"  {found['cores']} cores  {found['rss_mib']} MiB  ({found['window_s']} s)"
        )


def summary(found: dict[str, Any]) -> dict[str, Any]:
    """The last line: ours by theirs, null where something was not measured."""
    told: dict[str, Any] = {}
    for part in JOBS:
        systems = found.get(part, {})
        for peer in ("kafka_streams", "quix", "faust"):
            ours, theirs = (systems.get(name, {}).get("per_s") for name in ("commonline", peer))
            told[f"{part}_vs_{peer}"] = round(ours / theirs, 3) if ours and theirs else None
        for name in ("per_s", "cpu_s_per_million"):
            told[f"{part}_{name}"] = systems.get("commonline", {}).get(name)
            for other in BESIDE.get(part, {}):
                told[f"{part}_{other.removeprefix('commonline_')}_{name}"] = systems.get(other, {}).get(name)
    cases = found.get("connect", {})
    for case in ("1_kib", "64_kib", "1000_clients"):
        label = "connect_vs_noop" if case == "1_kib" else f"connect_vs_noop_{case}"
        told[label] = cases.get(case, {}).get("ratio_per_cpu_s")
    for label, per_s in (("latency_ms", 1000), ("latency_10_ms", 10)):
        one = found.get("latency", {}).get(f"at_{per_s}_per_s")
        told[label] = {"p50": one["feed_p50"], "p99": one["feed_p99"]} if one else None
    crowd = found.get("listeners")
    told["listeners_ms"] = crowd and {name: crowd[name] for name in ("p50", "p99", "missing")}
    scaled = found.get("scale")
    told["scale_out"] = scaled and {
        part: {f"{one['workers']}x{one['workspaces']}": one["cpu_s_per_million"] for one in scaled[part]}
        for part in JOBS
    }
    told["idle_workspace_kib"] = scaled and scaled["idle_workspace_kib"]
    return told | {"soak": found.get("soak"), "failed": found.get("failed", {})}


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="less of everything: a first look")
    parser.add_argument("--rounds", type=int, default=0, help="of stages and peers (2; quick: 1)")
    parser.add_argument("--count", type=int, default=0, help="records for ours")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--profile", action="store_true", help="cProfile in normalize and unify; slower by half")
    options = parser.parse_args()
    wrong = set(options.parts) - set(PARTS)
    if wrong:
        parser.error(f"no such part: {', '.join(sorted(wrong))}; there are {', '.join(PARTS)}")
    return options


def run(options: argparse.Namespace, parts: list[str]) -> dict[str, Any]:
    """Every part; one that fails is told under `failed`, and the others go on."""
    found: dict[str, Any] = {"date": date.today().isoformat(), "version": _version(), "quick": options.quick}
    found |= {"machine": machine.described(), "codec": compiled.form().name, "failed": {}}
    before = calibration_ms()
    if "pure" in parts:
        count = options.count or (20_000 if options.quick else 60_000)
        found["pure"] = unify.pure(count) | partition.pure(count)
    if set(parts) - {"pure"}:
        with ExitStack() as stack:
            ground = machine.prepare(stack, quick=options.quick)
            wanted = [part for part in parts if part in STAGES]
            jobs: dict[str, Callable[[], dict[str, Any]]] = {"stages": lambda: stages(ground, wanted, options)}
            jobs |= {name: partial(_other, name, ground) for name in parts if name in OTHERS}
            for name, job in jobs.items():
                try:
                    found |= job()
                except PlatformError as error:
                    ground.say(f"{name} failed: {error}")
                    found["failed"][name] = str(error)
    return found | {"calibration_ms": [before, calibration_ms()]}


def _other(name: str, ground: Ground) -> dict[str, Any]:
    return {name: OTHERS[name](ground)}


def _version() -> str:
    argv = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def main() -> int:
    """Measure; progress on stderr, the summary as the last line of stdout. 1 where a part failed."""
    options = parsed()
    found = run(options, options.parts or list(PARTS))
    if options.parts:
        print(json.dumps(found, indent=1))
    else:
        name = f"{found['date']}-quick.json" if options.quick else f"{found['date']}.json"
        (ROOT / "bench" / "results").mkdir(exist_ok=True)
        (ROOT / "bench" / "results" / name).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        if not options.quick:
            report.write(found)
    print(json.dumps(summary(found)))
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CommonlineError as error:
        sys.exit(f"bench: {error}")
