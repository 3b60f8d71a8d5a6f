"""What a feed says now, by every kind of record."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from commonline.client import CurrentView
from commonline.schemas import records
from commonline.schemas.models import FeedActivity
from tests.client.published import KETTLE, MUG, STORY, shown


def view(story: list[records.FeedActivity]) -> CurrentView:
    return CurrentView(FeedActivity.from_record(one) for one in story)


def texts(found: CurrentView) -> list[list[str | None]]:
    return [[each.object.text for each in one.activities] for one in found.conversations()]


def test_edits_deletions_and_merges() -> None:
    now = view(STORY)
    assert texts(now) == [["Mine too.", "My new kettle leaks."]]
    assert [one.id for one in now.conversations()] == [UUID(KETTLE)]
    by_old_id = now.conversation(UUID(MUG))
    assert by_old_id is not None
    assert by_old_id.id == UUID(KETTLE)
    assert now.object("cc") is None


def test_a_split_moves_what_follows() -> None:
    now = view(
        [
            shown(1, "My kettle leaks.", key="aa"),
            shown(2, "Is the shop open?", key="bb"),
            shown(3, event="split", conversation=KETTLE, other=MUG),
            shown(4, "Is the shop open?", conversation=MUG, key="bb"),
        ]
    )
    assert sorted(texts(now)) == [["Is the shop open?"], ["My kettle leaks."]]


def test_a_conversation_that_left_is_gone_at_once_and_comes_back() -> None:
    left = [shown(1, "My kettle leaks.", key="aa"), shown(2, event="left")]
    assert texts(view(left)) == []
    assert view(left).conversation(UUID(KETTLE)) is None
    assert texts(view([*left, shown(3, event="entered")])) == [["My kettle leaks."]]
    assert texts(view([*left, shown(3, event="merged", other=MUG)])) == [["My kettle leaks."]]


@given(st.integers(0, len(STORY)), st.integers(0, len(STORY)))
def test_records_that_come_again_change_nothing(begin: int, end: int) -> None:
    """A reader that was killed reads some of the last records again."""
    once, twice = view(STORY[:end]), view([*STORY[:end], *STORY[min(begin, end) : end]])
    assert texts(once) == texts(twice)
