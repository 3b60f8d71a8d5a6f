"""`make model`: many interleavings of the transactional stage, the last line a JSON object.

python -m tests.model --runs 10000 --seed 0        seeds 0 to 9999; a seed that fails is shrunk and told
python -m tests.model --runs 1 --seed 4711         one again
python -m tests.model --mutant "no fencing at all" a fault put into the product, to see how it is found
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time

from tests.model.mutants import FOUND
from tests.model.specimen import Specimen
from tests.model.story import Total, run_all, run_chunk, told

CHUNK = 100
MOST_TOLD = 3


def main() -> int:
    """Run; 1 if the guarantee was violated (with a mutant: if it was not)."""
    asked = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    asked.add_argument("--runs", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=0, help="the first one")
    asked.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    asked.add_argument("--mutant", choices=sorted(FOUND))
    given = asked.parse_args()
    if given.mutant:
        return _mutant(given.mutant, given.seed, given.runs)
    began, total = time.monotonic(), Total()
    end = given.seed + given.runs
    chunks = [range(at, min(at + CHUNK, end)) for at in range(given.seed, end, CHUNK)]
    with multiprocessing.get_context("spawn").Pool(min(given.jobs, len(chunks))) as pool:
        for some in pool.imap_unordered(run_chunk, chunks):
            total.add(some)
            speed = total.interleavings / (time.monotonic() - began)
            sys.stderr.write(f"\r{total.interleavings:,} of {given.runs:,}, {speed:.0f}/s ")
            sys.stderr.flush()
    sys.stderr.write("\n")
    specimen = Specimen()
    for seed in sorted(total.failed)[:MOST_TOLD]:
        _say(told(specimen, seed) + "\n")
    answer = {
        "interleavings": total.interleavings,
        "violations": len(total.failed),
        "failed_seeds": sorted(total.failed)[:20],
        "steps": total.steps,
        "seconds": round(time.monotonic() - began, 1),
        "coverage": dict(sorted(total.coverage.items())),
    }
    _say(json.dumps(answer))
    return 1 if total.failed else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _mutant(name: str, seed: int, runs: int) -> int:
    mutant = FOUND[name]
    specimen = Specimen(mutant.changes)
    total = run_all(specimen, range(seed, seed + runs), mutant.kinds, lambda total: bool(total.failed))
    if not total.failed:
        _say(f"not found in {total.interleavings:,} interleavings")
        return 1
    _say(told(specimen, total.failed[0], mutant.kinds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
