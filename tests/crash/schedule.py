"""What goes wrong, when, and for how long: a value drawn from a seed. Pure.

A schedule is a list of blows. Several that share `at` are one burst: they fall within two seconds, so that faults meet.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tests.crash.worker import CONNECT_POINTS, HOLD, NORMALIZE_POINTS, UNIFY_POINTS

Kind = Literal[
    "kill", "term", "pause", "join", "leave", "broker-kill", "broker-pause", "cut", "disk-full", "refuse", "clock",
    "point", "expire", "rule-join", "rule-part", "rule-hide", "configure",
]  # fmt: skip
STAGES = ("normalize", "unify")
SERVICES = ("connect", *STAGES)
REFUSED = ("deliveries.v1", "activities.v1", "conversations.v1", "unify-state.v1")
CLOCKS_S = (-7200, -600, 600, 1800, 7200)
POINTS = {"connect": CONNECT_POINTS, "normalize": NORMALIZE_POINTS, "unify": UNIFY_POINTS}
CONFIGURATIONS = ("plain", "hr-comments", "pr-strict")
EVENTS_A_BURST = 1600
MOST_BURSTS = 16


@dataclass(frozen=True, slots=True)
class Blow:
    """One fault. `at`: part of the load that is in the outputs when it falls; `after_s` behind that.

    `target`: a service, a process, a topic or a configuration; `seconds`: how long it lasts, or how far a clock is set;
    `what`: mode of a cut, point of death; `number` chooses among workspaces, threads, workers.
    """

    at: float
    kind: Kind
    target: str = ""
    seconds: float = 0.0
    what: str = ""
    number: int = 0
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that is drawn. `epilogue`: the stage that retention passes at the end, if any."""

    seed: int
    events: int
    session_ms: int
    compaction: bool
    blows: tuple[Blow, ...]
    epilogue: str = ""

    @property
    def proxied(self) -> frozenset[str]:
        """Processes that reach the broker through a proxy."""
        services = {blow.target for blow in self.blows if blow.kind == "cut"}
        return frozenset(name for one in services for name in (one, f"{one}-1"))

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def draw(seed: int, events: int) -> Schedule:
    """The schedule of a seed. The same for the same seed and number of events."""
    rng = random.Random(f"{seed}/{events}")
    bursts = max(3, min(MOST_BURSTS, events // EVENTS_A_BURST))
    blows: list[Blow] = []
    for burst in range(bursts):
        at = round(0.04 + 0.9 * (burst + rng.random() * 0.8) / bursts, 3)
        blows += [_blow(rng, at, round(rng.random() * 2, 2)) for _ in range(rng.choice((1, 1, 2, 2, 3)))]
    blows += _steady(rng, events)
    return Schedule(
        seed=seed,
        events=events,
        session_ms=rng.choice((6000, 6000, 3000)),
        compaction=rng.random() < 0.3,
        blows=tuple(sorted(blows, key=lambda blow: (blow.at, blow.after_s))),
        epilogue=rng.choice(("", "", "", *STAGES)),
    )


def _steady(rng: random.Random, events: int) -> list[Blow]:
    """Merges, splits, hidden objects and changes of configuration all along, so that every fault meets some."""
    kinds: tuple[Kind, ...] = ("rule-join", "rule-join", "rule-part", "rule-hide")
    blows = [
        Blow(round(rng.uniform(0.03, 0.97), 3), rng.choice(kinds), number=rng.randrange(1 << 30))
        for _ in range(max(4, min(40, events // 500)))
    ]
    return blows + [
        Blow(round(rng.uniform(0.05, 0.95), 3), "configure", rng.choice(CONFIGURATIONS))
        for _ in range(rng.choice((1, 2, 3)))
    ]


def _seconds(rng: random.Random) -> float:
    return rng.choice((1.0, 2.0, 4.0, 4.0, 8.0, 8.0, 15.0, 30.0))


def _kill(rng: random.Random) -> dict[str, Any]:
    return {"kind": "kill", "target": rng.choice((*SERVICES, "unify"))}


def _term(rng: random.Random) -> dict[str, Any]:
    return {"kind": "term", "target": rng.choice(SERVICES)}


def _pause(rng: random.Random) -> dict[str, Any]:
    return {"kind": "pause", "target": rng.choice((*SERVICES, "unify")), "seconds": _seconds(rng)}


def _join(rng: random.Random) -> dict[str, Any]:
    return {"kind": "join", "target": rng.choice(STAGES)}


def _leave(rng: random.Random) -> dict[str, Any]:
    return {"kind": "leave", "target": rng.choice(STAGES)}


def _broker(rng: random.Random) -> dict[str, Any]:
    kind = rng.choice(("broker-kill", "broker-kill", "broker-pause"))
    return {"kind": kind, "seconds": rng.choice((0.0, 2.0, 6.0, 15.0))}


def _cut(rng: random.Random) -> dict[str, Any]:
    what = rng.choice(("latency", "reset", "blackhole"))
    seconds = rng.choice((2.0, 5.0, 10.0, 20.0) if what != "blackhole" else (3.0, 8.0, 20.0, 60.0))
    return {"kind": "cut", "target": rng.choice(SERVICES), "what": what, "seconds": seconds}


def _disk(rng: random.Random) -> dict[str, Any]:
    return {"kind": "disk-full", "target": "unify", "seconds": rng.choice((2.0, 5.0))}


def _refuse(rng: random.Random) -> dict[str, Any]:
    return {"kind": "refuse", "target": rng.choice(REFUSED), "seconds": rng.choice((1.0, 3.0, 6.0))}


def _clock(rng: random.Random) -> dict[str, Any]:
    return {"kind": "clock", "target": rng.choice(SERVICES), "seconds": float(rng.choice(CLOCKS_S))}


def _point(rng: random.Random) -> dict[str, Any]:
    target = rng.choice(("unify", "unify", "unify", "normalize", "connect"))
    what = rng.choice(POINTS[target])
    longest = {HOLD: rng.choice((1.0, 4.0, 12.0)), "inside-store": 0.002, "inside-takeover": 0.3}.get(what, 0.004)
    return {"kind": "point", "target": target, "what": what, "seconds": longest}


def _expire(rng: random.Random) -> dict[str, Any]:
    return {"kind": "expire", "target": rng.choice(STAGES)}


_DRAWS: tuple[tuple[int, Callable[[random.Random], dict[str, Any]]], ...] = (
    (5, _kill),
    (2, _term),
    (3, _pause),
    (4, _join),
    (2, _leave),
    (2, _broker),
    (3, _cut),
    (1, _disk),
    (1, _refuse),
    (1, _clock),
    (6, _point),
    (1, _expire),
)


def _blow(rng: random.Random, at: float, after_s: float) -> Blow:
    (_, make) = rng.choices(_DRAWS, [weight for weight, _ in _DRAWS])[0]
    return Blow(at=at, after_s=after_s, number=rng.randrange(1 << 30), **make(rng))
