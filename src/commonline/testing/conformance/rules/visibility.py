"""Nothing is looser than the manifest's visibility, and what the mapping does not understand never loosens
it.

Every word of a fixture is replaced by an unknown one, every truth value by null: what remains of it must not
travel further than the fixture did.
"""

from __future__ import annotations

from collections.abc import Iterator

from commonline.kit.place import TIGHTNESS
from commonline.kit.replay import Trial
from commonline.schemas.records import Activity, Delivery
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.fixture import Fixture
from commonline.testing.conformance.mutate import unknown_words
from commonline.testing.conformance.subject import Run, Subject


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    loosest = subject.manifest.visibility
    for fixture, activity in subject.activities():
        if TIGHTNESS[activity.visibility] < TIGHTNESS[loosest]:
            yield Finding(
                "visibility",
                fixture.file,
                f"an activity is {activity.visibility}, the manifest promises at most {loosest}",
                "tighten the mapping, or name the loosest visibility that the product has",
            )
    for run in subject.runs:
        yield from _unknown(subject, run)


def _unknown(subject: Subject, run: Run) -> Iterator[Finding]:
    bounds = _by_object(run.activities)
    if not bounds:
        return
    trial = run.fixture.trial(subject.connector)
    for path, body in unknown_words(run.fixture.body):
        for activity in _activities(trial, _delivery(run.fixture, trial, body)):
            bound = bounds.get(activity.object.id)
            if bound is not None and TIGHTNESS[activity.visibility] < bound:
                yield Finding(
                    "visibility",
                    run.fixture.file,
                    f"becomes {activity.visibility} when {path} is a word that nobody knows",
                    "treat what is unknown as restricted",
                )
                break


def _by_object(activities: list[Activity]) -> dict[str, int]:
    bounds: dict[str, int] = {}
    for activity in activities:
        tightness = TIGHTNESS[activity.visibility]
        bounds[activity.object.id] = min(tightness, bounds.get(activity.object.id, tightness))
    return bounds


def _delivery(fixture: Fixture, trial: Trial, body: bytes) -> Delivery:
    return fixture.delivery(trial, body)


def _activities(trial: Trial, delivery: Delivery) -> list[Activity]:
    try:
        return [activity for result in trial.run(delivery) for activity in result.activities]
    except Exception:
        return []
