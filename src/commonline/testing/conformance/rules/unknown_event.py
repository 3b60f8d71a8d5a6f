"""An event that nobody has heard of ends as unsupported: shown by a fixture."""

from __future__ import annotations

from collections.abc import Iterator

from commonline.kit.mapping import UNSUPPORTED, Skipped
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    for run in subject.runs:
        for result in run.results:
            if isinstance(result.outcome, Skipped) and result.outcome.rule == UNSUPPORTED:
                return
    subject.connector  # noqa: B018 - nothing can be said of one that cannot be loaded
    yield Finding(
        "unknown_event",
        "fixtures/",
        "no fixture ends as unsupported",
        "add one with an event name that the product does not have: unknown__new-event.json",
    )
