"""Headers that a mapping reads are kept by the manifest, so that they are there when it counts."""

from __future__ import annotations

from collections.abc import Iterator

from commonline.kit import clean
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    webhook = subject.manifest.webhook
    if webhook is None:
        return
    for run in subject.runs:
        meta = run.fixture.meta
        if (meta.transport or subject.manifest.transports[0]) != "webhook":
            continue
        for name in meta.headers:
            if name != name.lower():
                yield Finding(
                    "headers",
                    run.fixture.meta_path.name,
                    f"{name} is not lower case",
                    "write it in lower case",
                )
            elif not clean.is_kept(name, webhook.headers):
                yield Finding(
                    "headers",
                    run.fixture.meta_path.name,
                    f"{name} is not kept in deliveries",
                    "add it to webhook.headers in the manifest, or take it from the fixture",
                )
