"""Every fixture has a golden, and becomes what its golden says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.fixture import EXPECTED, FOLDER, META, Fixture
from commonline.testing.conformance.golden import difference, golden
from commonline.testing.conformance.subject import Run, Subject, UnusableError


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    yield from _names(subject)
    for fixture in subject.fixtures:
        try:
            run = subject.run(fixture)
        except UnusableError as error:
            subject.connector  # noqa: B018 - raises if it is the connector that cannot be used
            yield Finding("goldens", fixture.file, f"cannot be run: {error}", "correct its meta file or the mapping")
        else:
            yield from _compare(subject, run)


def _compare(subject: Subject, run: Run) -> Iterator[Finding]:
    again = f"commonline connector check {subject.name} --update"
    path = run.fixture.expected_path
    file = subject.relative(path)
    if not path.is_file():
        yield Finding("goldens", file, "is missing", f"write it, then read it: {again}")
        return
    try:
        expected: Any = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield Finding("goldens", file, f"is no JSON: {error}", again)
        return
    found: Any = msgspec.json.decode(msgspec.json.encode(golden(run.results)))
    told = difference(expected, found)
    if told:
        yield Finding("goldens", file, told, f"if the change is meant: {again}")


def _names(subject: Subject) -> Iterator[Finding]:
    stems = Counter(fixture.name for fixture in subject.fixtures)
    for fixture in subject.fixtures:
        if "__" not in fixture.name:
            yield Finding("goldens", fixture.file, "is not named <event>__<case>", "rename it")
        if stems[fixture.name] > 1:
            yield Finding("goldens", fixture.file, "has the same golden as another fixture", "give it another case")
    place = subject.folder / FOLDER
    for ending in (EXPECTED, META):
        for path in sorted(place.glob(f"*{ending}")):
            if path.name.removesuffix(ending) not in stems:
                yield Finding(
                    "goldens",
                    subject.relative(path),
                    "belongs to no fixture",
                    "remove it, or add the fixture",
                )
    for fixture in subject.fixtures:
        yield from _same_as(fixture, stems)


def _same_as(fixture: Fixture, stems: Counter[str]) -> Iterator[Finding]:
    try:
        other = fixture.meta.same_as
    except Exception:
        return
    if other is not None and (other not in stems or other == fixture.name):
        yield Finding(
            "goldens",
            fixture.meta_path.name,
            f"same_as names {other!r}, no other fixture",
            "correct the name",
        )
