"""``python -m bench [parts] [--quick] [--rounds N] [--no-peers]``: measurements, in one run on one broker.

Parts: normalize, unify (each beside its peers), connect (beside a server that does nothing), latency (from the POST to
the feed), pure (unify's decision alone). Without any: all of them.
The last line on stdout is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from bench import connect, latency, machine, normalize, unify
from bench.machine import Ground
from bench.meter import merged
from bench.peers import PEERS, Peers

from commonline.errors import CommonlineError

JOBS = {"normalize": "J1", "unify": "J2"}
PARTS = (*JOBS, "connect", "latency", "pure")
OURS: dict[str, Callable[..., dict[str, Any]]] = {"normalize": normalize.measure, "unify": unify.measure}


def stages(ground: Ground, parts: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Ours and the peers, one after the other, as many rounds as wanted: neighbours in time are compared."""
    peers = None if options.no_peers or not parts else Peers(ground)
    if peers is not None:
        peers.fill()
    found: dict[str, dict[str, list[dict[str, Any]]]] = {part: {} for part in parts}
    for _ in range(options.rounds or ground.pick(1, 2)):
        for part in parts:
            ours = OURS[part](ground, count=options.count, profile=options.profile)
            _tell(ground, part, "commonline", ours)
            found[part].setdefault("commonline", []).append(ours)
            for peer in PEERS if peers is not None else ():
                if peer.job == JOBS[part]:
                    theirs = peers.measure(peer) if peers is not None else {}
                    _tell(ground, part, peer.name, theirs)
                    found[part].setdefault(peer.name, []).append(theirs)
    return {part: {name: _one(rounds) for name, rounds in systems.items()} for part, systems in found.items()}


def _one(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    ran = [one for one in rounds if "missing" not in one]
    return merged(ran) if ran else rounds[-1]


def _tell(ground: Ground, part: str, name: str, found: dict[str, Any]) -> None:
    if "missing" in found:
        ground.say(f"{part:9} {name:14} not measured: {found['missing']}")
    else:
        ground.say(
            f"{part:9} {name:14} {found['per_s']:>8,}/s  {found['cpu_s_per_million']:>7} CPU s/M"
            f"  {found['cores']} cores  {found['rss_mib']} MiB  ({found['window_s']} s)"
        )


def ratios(found: dict[str, Any]) -> dict[str, Any]:
    """Ours by theirs."""
    told: dict[str, Any] = {}
    for part in JOBS:
        for peer in ("kafka_streams", "quix", "faust"):
            ours, theirs = (found.get(part, {}).get(name, {}).get("per_s") for name in ("commonline", peer))
            told[f"{part}_vs_{peer}"] = round(ours / theirs, 3) if ours and theirs else None
    return told | {
        "connect_vs_noop": found.get("connect", {}).get("1_kib", {}).get("ratio_per_cpu_s"),
        "latency_ms": _milliseconds(found, 1000),
        "latency_10_ms": _milliseconds(found, 10),
    }


def _milliseconds(found: dict[str, Any], per_s: int) -> dict[str, float] | None:
    told = found.get("latency", {}).get(f"at_{per_s}_per_s")
    return {"p50": told["feed_p50"], "p99": told["feed_p99"]} if told else None


def main() -> None:
    """Measure; progress on stderr, the summary as the last line of stdout."""
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
    parts = options.parts or list(PARTS)
    found: dict[str, Any] = {}
    if "pure" in parts:
        found["pure"] = unify.pure(options.count or (20_000 if options.quick else 60_000))
        print(json.dumps(found["pure"]), file=sys.stderr)
    if set(parts) - {"pure"}:
        with ExitStack() as stack:
            ground = machine.prepare(stack, quick=options.quick)
            found |= stages(ground, [part for part in parts if part in JOBS], options)
            for name, measure in {"connect": connect.measure, "latency": latency.measure}.items():
                if name in parts:
                    found[name] = measure(ground)
    print(json.dumps(found, indent=1))
    print(json.dumps(ratios(found)))


if __name__ == "__main__":
    try:
        main()
    except CommonlineError as error:
        sys.exit(f"bench: {error}")
