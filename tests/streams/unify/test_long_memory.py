"""What comes again long after: vendors deliver once more, and a poll meets what a webhook told (protocol F13)."""

from __future__ import annotations

import msgspec
import pytest

from commonline.ids import uuid5
from commonline.schemas.records import Activity, Origin
from tests.streams.unify.world import HOUR, World, activity, configuration, party

DAY = 24
MONTH = 31 * DAY * HOUR


def some(first: int, end: int, at: int = 0) -> list[Activity]:
    return [
        activity(f"test:c{n}", thread=f"test:t{n % 9}", actor=party(f"test:p{n % 20}", f"P{n % 20}"), at=at)
        for n in range(first, end)
    ]


def redelivered(record: Activity, later_us: int) -> Activity:
    """The same fact in another delivery, received later."""
    origin = Origin(uuid5("delivery", record.id, str(later_us)), "deliveries.v1", 1, 4711)
    return msgspec.structs.replace(record, received=record.received + later_us, origin=origin)


@pytest.mark.parametrize("later", [MONTH, 13 * MONTH])
def test_a_redelivery_after_30_days_and_more_is_recognised(later: int) -> None:
    early = some(0, 40)
    like = activity("test:c1", kind="Like", edge="test:c1/like/test:p3", actor=party("test:p3", "P3"), thread="test:t1")
    world = World().take(configuration(), *early, like).restart()
    world.take(*some(40, 400, at=40 * DAY)).restart()
    said = len(world.outputs)
    world.take(*(redelivered(one, later) for one in (*early, like)))
    assert world.outcomes[-41:] == ["repeat"] * 41
    assert len(world.outputs) == said


def test_an_edit_after_30_days_is_an_edit_and_no_repeat() -> None:
    first = activity("test:c1", thread="test:t1", text="before")
    world = World().take(configuration(), first).restart()
    edit = activity("test:c1", thread="test:t1", text="after", kind="Update", revision="2", at=31 * DAY)
    world.take(edit, redelivered(first, MONTH))
    assert world.outcomes[-2:] == ["accepted", "repeat"]
    assert world.texts("marketing") == ["after"]
