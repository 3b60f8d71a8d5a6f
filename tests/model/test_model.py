"""The guarantee holds in simulated interleavings, and the model finds the faults that would break it."""

from __future__ import annotations

import time

import pytest

from tests.model.choices import Choices
from tests.model.mutants import FOUND, Mutant
from tests.model.specimen import Specimen
from tests.model.story import Total, run, run_all, told

SECONDS = 4.0
AT_LEAST = 40
MUTANT_RUNS = 1500
REACHED = (
    "reached: process ends to be started anew",
    "reached: init waits for an earlier transaction",
    "reached: offsets refused, ILLEGAL_GENERATION",
    "kill @ store written: before",
    "answer lost @ commit answered",
    "request lost @ commit asked",
)


@pytest.fixture(scope="module")
def product() -> Specimen:
    return Specimen()


def test_the_guarantee_holds(product: Specimen) -> None:
    """A few seconds of it; `make model` runs ten thousand."""
    until = time.process_time() + SECONDS

    def enough(total: Total) -> bool:
        return bool(total.failed) or (total.interleavings >= AT_LEAST and time.process_time() > until)

    total = run_all(product, range(1_000_000), told=enough)
    assert not total.failed, told(product, total.failed[0])


def test_faults_are_reached_where_they_hurt(product: Specimen) -> None:
    """What `make model` counts is not only asked for: it happens."""
    missing = set(REACHED)
    for seed in range(1_000_000, 1_000_400):
        missing -= run(product, Choices(seed)).coverage.keys()
        if not missing:
            return
    assert missing == set()


@pytest.mark.parametrize("mutant", FOUND.values(), ids=FOUND)
def test_a_fault_in_the_product_is_found(mutant: Mutant) -> None:
    specimen = Specimen(mutant.changes)
    seeds = range(mutant.seed, mutant.seed + MUTANT_RUNS)
    total = run_all(specimen, seeds, mutant.kinds, lambda total: bool(total.failed))
    assert total.failed


def test_the_same_seed_is_the_same_run(product: Specimen) -> None:
    first, second = (run(product, Choices(7), tell=True) for _ in range(2))
    assert first.story == second.story
    assert run(product, Choices(tape=first.taken), tell=True).story == first.story


def test_a_tape_of_zeros_is_a_quiet_run(product: Specimen) -> None:
    outcome = run(product, Choices(tape=()), tell=True)
    assert outcome.wrong == []
    assert [name for name in outcome.coverage if not name.startswith("reached")] == []


def test_a_failing_seed_is_told_as_a_short_story() -> None:
    mutant = FOUND["overlay kept after an abort"]
    specimen = Specimen(mutant.changes)
    total = run_all(specimen, range(MUTANT_RUNS), mutant.kinds, lambda total: bool(total.failed))
    text = told(specimen, total.failed[0], mutant.kinds, seconds=2.0)
    assert "FAULT record cannot be delivered" in text
    assert "VIOLATED" in text
    assert "lost:" in text


def test_a_mutant_that_no_longer_fits_is_said() -> None:
    with pytest.raises(LookupError, match="needs to be renewed"):
        Specimen([("commonline.bus.transaction", "no such line", "")])
