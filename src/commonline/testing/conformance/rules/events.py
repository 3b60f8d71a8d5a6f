"""Mapped, ignored, unsupported: three lists that agree with the code, and nothing in two of them."""

from __future__ import annotations

from collections.abc import Iterator

from commonline.kit import rules
from commonline.kit.mapping import UNSUPPORTED, Skipped
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject

FILE = "manifest.toml"


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    events = subject.manifest.events
    mapped = list(events.mapped)
    code = set(subject.connector.events)
    for event in mapped:
        if event not in code:
            yield Finding("events", "mapping.py", f"EVENTS lacks {event!r}", "add it, or take it from events.mapped")
        if event in events.ignored:
            yield Finding("events", FILE, f"{event!r} is mapped and ignored", "leave it in one list")
    for event in sorted(code - set(mapped)):
        yield Finding("events", FILE, f"events.mapped lacks {event!r}, which EVENTS maps", "add it to the manifest")
    for event in sorted({event for event in mapped if mapped.count(event) > 1}):
        yield Finding("events", FILE, f"events.mapped names {event!r} twice", "remove one")
    choices = f"choose one of: {', '.join(rules.RULES)}"
    for event, rule in events.ignored.items():
        if not rules.known(rule):
            yield Finding("events", FILE, f"{event!r} is ignored by {rule!r}, no rule", choices)
    for run in subject.runs:
        for outcome in (result.outcome for result in run.results):
            if isinstance(outcome, Skipped) and outcome.rule != UNSUPPORTED and not rules.known(outcome.rule):
                yield Finding("events", run.fixture.file, f"is ignored by {outcome.rule!r}, no rule", choices)
