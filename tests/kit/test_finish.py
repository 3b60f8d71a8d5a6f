"""Draft to activity: identity, clock, limits of text."""

from __future__ import annotations

import unicodedata
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.ids import NAMESPACE
from commonline.kit.draft import Draft
from commonline.kit.finish import TEXT_LIMIT, activity_id, changes_digest, finish
from commonline.kit.place import Placement
from commonline.schemas import codec
from commonline.schemas.records import Activity, Change, Delivery, Object, Origin, Party, Span, Thread

RECEIVED = 1_777_888_800_000_000
DELIVERY = Delivery(
    id=str(uuid.uuid4()),
    workspace="acme",
    connector="zendesk",
    source="acme-desk",
    transport="webhook",
    authentication="signature",
    received=RECEIVED,
    content_type="application/json",
    body_size=2,
    body=b"{}",
    body_sha256=b"\0" * 32,
)
ORIGIN = Origin(delivery=DELIVERY.id, topic="deliveries.v1", partition=3, offset=7)
NOTE = Object(id="zendesk:acme/comment/8", type="Note", text="Hello")
THREAD = Thread(id="zendesk:acme/ticket/77")


def draft(**changes: object) -> Draft:
    fields: dict[str, object] = {
        "event": "comment_added",
        "type": "Create",
        "object": NOTE,
        "thread": THREAD,
        "channel": "ticket",
        "visibility": "customer",
    }
    return Draft(**(fields | changes))  # type: ignore[arg-type]


def finished(placement: Placement | None = None, **changes: object) -> Activity:
    return finish(draft(**changes), DELIVERY, ORIGIN, placement or Placement())


def with_text(text: str, spans: list[Span] | None = None) -> Activity:
    return finished(object=Object(id="x:1", type="Note", text=text, spans=spans or []))


def test_the_id_is_a_uuid5_of_workspace_object_verb_revision() -> None:
    assert activity_id("acme", draft()) == str(uuid.uuid5(NAMESPACE, "acme\x1fzendesk:acme/comment/8\x1fCreate\x1f"))


def test_what_makes_another_fact_makes_another_id() -> None:
    changes = [Change(field="status", before="OPEN", after="SOLVED")]
    ids = {
        activity_id("acme", draft()),
        activity_id("other", draft()),
        activity_id("acme", draft(type="Update")),
        activity_id("acme", draft(type="Update", revision="2")),
        activity_id("acme", draft(type="Update", changes=changes)),
        activity_id("acme", draft(type="Update", revision="2", changes=changes)),
        activity_id("acme", draft(edge="zendesk:acme/comment/8/like/ana")),
        activity_id("acme", draft(type="Undo", undoes="Like")),
        activity_id("acme", draft(type="Undo", undoes="Follow")),
        activity_id("acme", draft(type="Undo")),
        activity_id("acme", draft(thin=True)),
    }
    assert len(ids) == 11


def test_what_is_told_beside_the_fact_does_not_change_its_id() -> None:
    told = draft(
        event="other", published=RECEIVED, actor=Party(account="zendesk:acme/user/1"), tags=["x"], visibility="public"
    )
    assert activity_id("acme", told) == activity_id("acme", draft())


def test_changes_do_not_tell_creates_apart() -> None:
    assert activity_id("acme", draft(changes=[Change(field="a", after="b")])) == activity_id("acme", draft())


def test_a_thin_fact_has_the_same_id_whatever_its_revision() -> None:
    assert activity_id("acme", draft(thin=True, revision="1")) == activity_id("acme", draft(thin=True, revision="2"))


CHANGES = st.lists(
    st.builds(Change, field=st.text(max_size=5), before=st.none() | st.text(max_size=5), after=st.text(max_size=5)),
    max_size=5,
)


@given(CHANGES, st.randoms())
def test_the_digest_knows_no_order(changes: list[Change], random: object) -> None:
    shuffled = list(changes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert changes_digest(shuffled) == changes_digest(changes)


def test_the_digest_tells_fields_and_values_apart() -> None:
    one = changes_digest([Change(field="a", before="b", after="c")])
    assert one != changes_digest([Change(field="a", before="c", after="b")])
    assert one != changes_digest([Change(field="ab", before="", after="c")])
    assert len(one) == 16


def test_a_time_that_the_source_tells_and_one_that_it_does_not() -> None:
    told = finished(published=RECEIVED - 5, clock="source")
    assert (told.published, told.clock, told.received) == (RECEIVED - 5, "source", RECEIVED)
    silent = finished(clock="source")
    assert (silent.published, silent.clock) == (RECEIVED, "received")
    assert finished(published=0).published == 0, "0 is a time"


def test_who_sent_it_comes_from_the_delivery() -> None:
    made = finished()
    assert (made.workspace, made.connector, made.source) == ("acme", "zendesk", "acme-desk")
    assert made.origin is ORIGIN
    assert made.object is NOTE, "nothing to mend, nothing copied"


def test_placement_is_applied() -> None:
    placement = Placement(own=frozenset(["zendesk:acme/user/9"]), floor="internal")
    made = finished(placement, actor=Party(account="zendesk:acme/user/9"))
    assert made.actor is not None
    assert (made.actor.side, made.our_account) == ("us", "zendesk:acme/user/9")
    assert (made.direction, made.visibility) == ("outbound", "internal")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\r\nb\rc\n", "a\nb\nc\n"), ("Gru\u0308\u00dfe", "Grüße"), ("\r\r\n", "\n\n"), ("", "")],
)
def test_text_is_nfc_with_plain_line_ends(text: str, expected: str) -> None:
    assert with_text(text).object.text == expected


def test_no_text_stays_no_text() -> None:
    assert finished(object=Object(id="x:1", type="Ticket")).object.text is None


def test_a_long_text_is_cut_with_its_spans_and_says_how_long_it_was() -> None:
    spans = [
        Span(kind="link", start=0, end=5),
        Span(kind="link", start=TEXT_LIMIT - 2, end=TEXT_LIMIT + 9),
        Span(kind="link", start=TEXT_LIMIT, end=TEXT_LIMIT + 9),
    ]
    made = finished(object=Object(id="x:1", type="Note", text="ü" * (TEXT_LIMIT + 10), spans=spans), fields={"a": "b"})
    assert made.object.text == "ü" * TEXT_LIMIT
    assert [(span.start, span.end) for span in made.object.spans] == [(0, 5), (TEXT_LIMIT - 2, TEXT_LIMIT)]
    assert made.fields == {"a": "b", "text.characters": str(TEXT_LIMIT + 10)}


def test_a_text_of_exactly_the_limit_is_whole() -> None:
    made = with_text("x" * TEXT_LIMIT)
    assert made.object.text == "x" * TEXT_LIMIT
    assert made.fields == {}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_ends_in_a_record_of_the_contract(text: str) -> None:
    made = with_text(text)
    assert made.object.text is not None
    assert unicodedata.is_normalized("NFC", made.object.text)
    assert "\r" not in made.object.text
    assert with_text(made.object.text).object.text == made.object.text
    assert codec.decode_activity(codec.encode_activity(made)) == made
