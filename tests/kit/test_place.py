"""Who is us, which way a fact went, and that visibility is only ever tightened."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.draft import Draft
from commonline.kit.place import TIGHTNESS, Placement, place
from commonline.schemas.records import Direction, Object, Party, Thread, Visibility

PAGE = "facebook:1"
ANA = "facebook:1/ana"
US = Placement(own=frozenset([PAGE]), own_patterns=("mailto:*@acme.example",))
VISIBILITIES = st.sampled_from(get_args(Visibility))


def draft(**changes: object) -> Draft:
    fields: dict[str, object] = {
        "event": "message",
        "type": "Create",
        "object": Object(id="x:1", type="Note"),
        "thread": Thread(id="x:t"),
        "channel": "comment",
        "visibility": "public",
    }
    return Draft(**(fields | changes))  # type: ignore[arg-type]


def test_visibilities_are_ordered_as_the_contract_names_them() -> None:
    assert sorted(TIGHTNESS, key=TIGHTNESS.__getitem__) == ["public", "customer", "partner", "internal", "restricted"]
    assert set(TIGHTNESS) == set(get_args(Visibility))


@given(VISIBILITIES, VISIBILITIES)
def test_the_floor_tightens_and_never_loosens(told: Visibility, floor: Visibility) -> None:
    placed = place(draft(visibility=told), Placement(floor=floor))
    assert TIGHTNESS[placed.visibility] == max(TIGHTNESS[told], TIGHTNESS[floor])


def test_our_accounts_are_us_whatever_the_mapping_said() -> None:
    placed = place(draft(actor=Party(account=PAGE, side="customer"), participants=[Party(account=ANA)]), US)
    assert placed.actor is not None
    assert placed.actor.side == "us"
    assert placed.our_account == PAGE
    assert [party.side for party in placed.participants] == ["unknown"]


def test_patterns_name_whole_accounts_and_case_counts() -> None:
    assert US.is_own("mailto:sam@acme.example")
    assert not US.is_own("mailto:sam@acme.example.evil.example")
    assert not US.is_own("MAILTO:sam@acme.example")
    assert not Placement(own=frozenset([PAGE])).is_own("mailto:sam@acme.example")


def test_the_memory_of_patterns_is_bounded_and_changes_no_answer() -> None:
    cache = {f"mailto:{number}@else.example": False for number in range(100_001)}
    placement = Placement(own_patterns=("mailto:*@acme.example",), _cache=cache)
    assert placement.is_own("mailto:sam@acme.example")
    assert placement.is_own("mailto:sam@acme.example"), "from memory"
    assert len(cache) == 1


def test_a_side_that_the_source_tells_stays() -> None:
    placement = Placement(unknown_side="customer")
    people = [Party(account="a", side="partner"), Party(account="b"), Party()]
    placed = place(draft(participants=people), placement)
    assert [party.side for party in placed.participants] == ["partner", "customer", "customer"]
    assert people[1].side == "unknown", "the draft is not changed"


def test_a_party_that_is_us_already_is_not_copied() -> None:
    sam = Party(account="mailto:sam@acme.example", side="us")
    assert place(draft(actor=sam), US).actor is sam


CUSTOMER, COLLEAGUE = Party(account=ANA, side="customer"), Party(account="mailto:sam@acme.example")
SUBJECT = Party(account=ANA, side="customer", role="subject")
SELF = Party(account=PAGE)


@pytest.mark.parametrize(
    ("actor", "participants", "direction"),
    [
        (SELF, [], "outbound"),
        (SELF, [CUSTOMER], "outbound"),
        (SELF, [COLLEAGUE, CUSTOMER], "outbound"),
        (SELF, [COLLEAGUE], "internal"),
        (SELF, [SUBJECT], "internal"),
        (CUSTOMER, [SELF], "inbound"),
        (CUSTOMER, [Party(side="us")], "inbound"),
        (None, [COLLEAGUE], "inbound"),
        (CUSTOMER, [], "observed"),
        (CUSTOMER, [CUSTOMER], "observed"),
        (None, [], "observed"),
    ],
)
def test_direction(actor: Party | None, participants: list[Party], direction: Direction) -> None:
    assert place(draft(actor=actor, participants=participants), US).direction == direction


def test_a_direction_that_the_mapping_knows_stays() -> None:
    assert place(draft(actor=SELF, direction="observed"), US).direction == "observed"


def test_our_account_by_mapping_then_people_then_configuration() -> None:
    placement = Placement(own=frozenset([PAGE]), our_account="mailto:desk@acme.example")
    assert place(draft(actor=SELF, our_account="facebook:2"), placement).our_account == "facebook:2"
    assert place(draft(actor=SELF), placement).our_account == PAGE
    assert place(draft(actor=CUSTOMER), placement).our_account == "mailto:desk@acme.example"
    assert place(draft(actor=CUSTOMER), placement).direction == "inbound"


def test_staff_that_only_the_source_calls_us_is_not_the_account_that_answers() -> None:
    placed = place(draft(actor=Party(account="zendesk:acme/user/9", side="us")), US)
    assert placed.our_account is None
    assert placed.direction == "outbound"
