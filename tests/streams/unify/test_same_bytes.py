"""The log of the benchmark gives the same outputs and rows, byte for byte, as ever, and no work for the collector."""

from __future__ import annotations

import gc

import pytest
from bench.partition import digest_of, taken
from bench.unify import decision
from bench.workload import log

COUNT = 4000


@pytest.fixture(scope="module")
def values() -> list[bytes]:
    return log(COUNT)[1]


def test_the_same_log_gives_the_same_outputs_and_rows(values: list[bytes]) -> None:
    """A change that means to write something else changes the digest with it; one for speed does not."""
    assert decision(values)["digest"] == "ffeab3c235681f29"


def test_the_same_log_gives_the_same_records_with_their_headers_and_the_same_ledger() -> None:
    assert digest_of(taken(COUNT)) == "29241aac83882878"


def test_decisions_leave_no_cycles(values: list[bytes]) -> None:
    """unify runs without the collector of cycles."""
    gc.collect()
    gc.disable()
    try:
        decision(values[:1000])
        assert gc.collect() == 0
    finally:
        gc.enable()
