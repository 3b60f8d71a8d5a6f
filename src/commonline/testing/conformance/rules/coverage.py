"""Every mapped event has a fixture that ends as an activity, edits and deletes that the manifest promises
included."""

from __future__ import annotations

from collections.abc import Iterator

from commonline.kit.mapping import Mapped
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    manifest = subject.manifest
    shown = {
        result.outcome.event
        for run in subject.runs
        for result in run.results
        if isinstance(result.outcome, Mapped) and result.activities
    }
    for event in manifest.events.mapped:
        if event not in shown:
            yield Finding(
                "coverage",
                "fixtures/",
                f"no fixture of event {event!r}",
                f"add fixtures/{_file(event)}__<case>.json",
            )
    verbs = {activity.type for _, activity in subject.activities()}
    for promised, wanted, verb in (
        (manifest.edits, "edits", "Update"),
        (manifest.deletes, "deletes", "Delete"),
    ):
        if promised and verb not in verbs:
            yield Finding(
                "coverage",
                "fixtures/",
                f"the manifest says {wanted} = true, and no fixture ends as {verb}",
                "add a fixture, or set it to false",
            )


def _file(event: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in event)
