"""What listeners below the department's clearance (internal) are told; 1 is customer, 3 internal, 4 restricted."""

from __future__ import annotations

import pytest

from commonline.gateway.live.sight import NIL, Sight
from commonline.schemas.records import FeedActivity
from tests.gateway.live.feed import conversation, record, said

CUSTOMER, INTERNAL, RESTRICTED = 1, 3, 4
ENTERED = record("entered", "kettle", 1, count=7)
SHOWN = said("kettle", 2)
HIDDEN = said("kettle", 3, visibility="internal")
SECRET = said("secret", 4, visibility="internal")


def sight(*records: FeedActivity, complete: bool = True) -> Sight:
    found = Sight(complete=complete)
    for one in records:
        found.note(one)
    return found


def test_at_the_clearance_everything_is_told_as_it_is() -> None:
    known = sight(ENTERED, SHOWN, HIDDEN)
    for one in (ENTERED, SHOWN, HIDDEN, record("left", "kettle"), record("tombstone", "kettle", object="ab")):
        for rank in (INTERNAL, RESTRICTED):
            assert known.tell(one, rank) is one


def test_below_it_nothing_numbers_what_is_hidden() -> None:
    told = sight(ENTERED, SHOWN).tell(ENTERED, CUSTOMER)
    assert told is not None
    assert (told.seq, told.count) == (0, None)


def test_until_the_clearance_is_known_nothing_is_numbered() -> None:
    told = sight(SHOWN).tell(SHOWN, INTERNAL)
    assert told is not None
    assert told.seq == 0


@pytest.mark.parametrize(
    "one",
    [
        SECRET,
        record("entered", "secret"),
        record("left", "secret"),
        record("split", "secret", other=conversation("new")),
        record("merged", "kettle", other=conversation("secret")),
        record("tombstone", "secret", object=SECRET.object),
    ],
    ids=lambda one: str(one.event),
)
def test_what_was_never_seen_does_not_exist(one: FeedActivity) -> None:
    assert sight(ENTERED, SHOWN, SECRET).tell(one, CUSTOMER) is None


def test_an_object_that_becomes_tighter_is_taken_back() -> None:
    tighter = said("kettle", 2, visibility="internal", seq=9)
    told = sight(ENTERED, SHOWN, tighter).tell(tighter, CUSTOMER)
    assert told is not None
    assert (told.event, told.object, told.item, told.seq) == ("tombstone", SHOWN.object, None, 0)
    assert (told.conversation, told.fact, told.rules, told.persons) == (conversation("kettle"), None, [], [])


def test_taken_back_under_a_conversation_that_is_hidden_it_names_none() -> None:
    moved = said("secret", 2, visibility="internal", object=SHOWN.object)
    told = sight(SHOWN, moved).tell(moved, CUSTOMER)
    assert told is not None
    assert told.conversation == NIL


def test_a_merge_is_told_to_those_who_know_what_was_absorbed() -> None:
    merged = record("merged", "secret", other=conversation("kettle"))
    known = sight(SHOWN, SECRET, merged)
    assert known.tell(merged, CUSTOMER) is not None
    assert known.tell(record("left", "secret"), CUSTOMER) is not None


def test_the_order_in_which_records_are_noted_does_not_matter() -> None:
    tighter = said("kettle", 2, visibility="internal")
    for known in (sight(SHOWN, tighter), sight(tighter, SHOWN)):
        assert known.outcome(tighter, CUSTOMER) == "withdrawn"
