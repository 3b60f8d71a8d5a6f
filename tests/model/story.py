"""Running many interleavings, and telling of one that fails: made small, step by step."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from tests.model.choices import Choices, shrink
from tests.model.specimen import Specimen
from tests.model.verdict import judge
from tests.model.world import ViolationError, World

NO_KINDS: frozenset[str] = frozenset()
COLLECTED = 25


@dataclass
class Outcome:
    """What became of one interleaving: violations as (kind, sentence), and how to have it again."""

    wrong: list[tuple[str, str]]
    coverage: Counter[str]
    taken: list[int]
    steps: int
    story: list[str]

    @property
    def kind(self) -> str | None:
        return self.wrong[0][0] if self.wrong else None


def run(specimen: Specimen, choices: Choices, only: frozenset[str] = NO_KINDS, *, tell: bool = False) -> Outcome:
    """One interleaving, and the verdict on it."""
    world = World(specimen, choices, only, tell=tell)
    try:
        world.run()
        wrong = judge(world)
    except ViolationError as error:
        wrong = [(error.kind, str(error))]
    context = world.context
    return Outcome(wrong, context.coverage, choices.taken, context.steps, context.story or [])


@dataclass
class Total:
    """Many interleavings."""

    interleavings: int = 0
    steps: int = 0
    coverage: Counter[str] = field(default_factory=Counter)
    failed: list[int] = field(default_factory=list)
    """Seeds."""

    def add(self, other: Total) -> None:
        self.interleavings += other.interleavings
        self.steps += other.steps
        self.coverage.update(other.coverage)
        self.failed += other.failed


def run_all(
    specimen: Specimen,
    seeds: Iterable[int],
    only: frozenset[str] = NO_KINDS,
    told: Callable[[Total], bool] | None = None,
) -> Total:
    """All the seeds, or until `told` says that it is enough."""
    total = Total()
    with _collected_seldom() as collect:
        for seed in seeds:
            outcome = run(specimen, Choices(seed), only)
            total.interleavings += 1
            total.steps += outcome.steps
            total.coverage.update(outcome.coverage)
            if outcome.wrong:
                total.failed.append(seed)
            if told is not None and told(total):
                break
            if total.interleavings % COLLECTED == 0:
                collect()
    return total


@contextmanager
def _collected_seldom() -> Iterator[Callable[[], int]]:
    """A run is a heap of small cycles; looking through it again and again takes a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.enable()
        gc.unfreeze()


@cache
def _product() -> Specimen:
    return Specimen()


def run_chunk(seeds: range) -> Total:
    """All the seeds on the product as it is: the work of a process."""
    return run_all(_product(), seeds)


def told(specimen: Specimen, seed: int, only: frozenset[str] = NO_KINDS, seconds: float = 20.0) -> str:
    """The story of a seed that fails, shrunk for so many CPU seconds."""
    first = run(specimen, Choices(seed), only)
    if first.kind is None:
        return f"seed {seed} holds"

    def fails(tape: list[int]) -> bool:
        return run(specimen, Choices(tape=tape), only).kind == first.kind

    tape = shrink(first.taken, fails, seconds)
    last = run(specimen, Choices(tape=tape), only, tell=True)
    head = f"seed {seed}: {first.kind}; {len(first.taken)} choices, made small: {len(tape)}"
    wrong = [f"{kind}: {text}" for kind, text in last.wrong]
    return "\n".join([head, "", *last.story, "", "VIOLATED", *wrong])
