"""The README shows the facts of the manifest as they are now."""

from __future__ import annotations

from collections.abc import Iterator

from commonline.testing.conformance.facts import facts
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject

FILE = "README.md"


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    path = subject.folder / FILE
    if path.is_file() and facts(subject.manifest) not in path.read_text("utf-8"):
        yield Finding(
            "readme",
            FILE,
            "its facts are not the manifest's",
            f"commonline connector check {subject.name} --update",
        )
