"""Hostile input never raises, never takes a second, never loses its path, and what comes of it fits the
contract.

Every fixture is tried with the shared hostile bodies, and with a value of a wrong type in each of its places.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import DEFECT, Dead
from commonline.kit.replay import Result, Trial
from commonline.schemas.records import Activity
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.hostile import CORPUS
from commonline.testing.conformance.mutate import mutations
from commonline.testing.conformance.rules import codec, text, times, uris
from commonline.testing.conformance.subject import Run, Subject

MUTATIONS = 10_000
"""Broken bodies tried for one connector, shared evenly by its fixtures; each gets at least `FEWEST`."""
FEWEST = 120
LIMIT_S = 1.0
"""Seconds of processor time for one delivery."""
ENOUGH = 20
"""Findings after which a fixture is left: they have one cause."""


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    subject.connector  # noqa: B018 - raises if it cannot be used
    tried: set[tuple[object, ...]] = set()
    each = max(MUTATIONS // max(len(subject.runs), 1), FEWEST)
    for run in subject.runs:
        trial = run.fixture.trial(subject.connector)
        meta = run.fixture.meta
        kind = (meta.content_type, meta.transport, str(meta.headers), str(meta.settings), run.fixture.path.suffix)
        bodies = list(CORPUS.items()) if kind not in tried else []
        tried.add(kind)
        yield from _try(subject, trial, run, [*bodies, *mutations(run.fixture.body, each)])


def _try(subject: Subject, trial: Trial, run: Run, bodies: list[tuple[str, bytes]]) -> Iterator[Finding]:
    found = 0
    for name, body in bodies:
        fault = _fault(subject, trial, run, body)
        if fault:
            yield Finding("hostile", run.fixture.file, f"{name}: {fault}", "read the payload through typed structs")
            found += 1
            if found >= ENOUGH:
                return


def _fault(subject: Subject, trial: Trial, run: Run, body: bytes) -> str | None:
    delivery = run.fixture.delivery(trial, body)
    started = time.thread_time()
    try:
        results = trial.run(delivery)
    except Exception as error:
        return f"finishing its draft raised {type(error).__name__}: {error}"
    if (taken := time.thread_time() - started) > LIMIT_S:
        return f"took {taken:.1f} s"
    faults = (_outcome(result) for result in results)
    fault = next(filter(None, faults), None)
    return fault or next(filter(None, (_activity(a, subject.name) for a in _fresh(results, run))), None)


def _fresh(results: list[Result], run: Run) -> Iterator[Activity]:
    """Activities that differ from the fixture's own, which the other rules have seen."""
    seen = run.activities
    activities = [activity for result in results for activity in result.activities]
    for index, activity in enumerate(activities):
        if index < len(seen) and msgspec.structs.replace(activity, origin=seen[index].origin) == seen[index]:
            continue
        yield activity


def _outcome(result: Result) -> str | None:
    outcome = result.outcome
    if not isinstance(outcome, Dead):
        return None
    if outcome.cause != MalformedPayloadError.__name__:
        return f"the mapping raised {outcome.cause} at {outcome.path}{outcome.message.removeprefix(DEFECT)}"
    return None if outcome.path else "a dead letter without a path"


def _activity(activity: Activity, connector: str) -> str | None:
    for path, uri in uris.uris(activity):
        if fault := uris.fault_of(uri, connector):
            return f"{path}: {uri[:60]!r} {fault}"
    if activity.object.text and (fault := text.control_fault(activity.object.text)):
        return f"object.text {fault}"
    return codec.fault_of(activity) or times.fault_of(activity)
