"""No two fixtures use one id for different facts: else tests of identity lie.

Two fixtures that tell the same fact by two ways (webhook and poll, a retry) say so: ``same_as`` in the meta
file of one names the other; then their ids must be equal.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from commonline.schemas.records import Activity
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.fixture import Fixture
from commonline.testing.conformance.subject import Run, Subject


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    seen: dict[str, tuple[Fixture, bytes]] = {}
    for fixture, activity in subject.activities():
        told = _content(activity)
        first, content = seen.setdefault(activity.id, (fixture, told))
        if content == told or _declared_same(first, fixture):
            continue
        yield Finding(
            "identity",
            fixture.file,
            f"has the id of a fact in {first.file}: {activity.type} {activity.edge or activity.object.id}",
            "give every fact its own ids; if both are the same fact, say same_as in one meta file",
        )
    yield from _same(subject.runs)


def _same(runs: list[Run]) -> Iterator[Finding]:
    ids = {run.fixture.name: {activity.id for activity in run.activities} for run in runs}
    for run in runs:
        other = run.fixture.meta.same_as
        if other is not None and other in ids and not ids[other] & ids[run.fixture.name]:
            yield Finding(
                "identity",
                run.fixture.file,
                f"is said to be the same fact as {other}, and has other ids",
                "make object.id, edge and revision of what both ways carry",
            )


def _declared_same(one: Fixture, other: Fixture) -> bool:
    return one is other or one.meta.same_as == other.name or other.meta.same_as == one.name


def _content(activity: Activity) -> bytes:
    """What the source told, without how it came."""
    origin = msgspec.structs.replace(activity.origin, delivery="", entry=0, mode="live")
    return msgspec.json.encode(msgspec.structs.replace(activity, origin=origin, received=0, source=""))
