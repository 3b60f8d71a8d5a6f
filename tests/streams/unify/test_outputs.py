"""The compiled form of what unify says does as Python's: parts, feeds' records, sums of ids, records with headers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.bus.batch import Record
from commonline.schemas import cloudevents
from commonline.schemas.ids import SchemaIds
from commonline.streams.unify import chosen, outputs
from commonline.streams.unify.envelopes import Addresses, Envelopes, envelopes
from commonline.streams.unify.outputs import Output
from commonline.topics import Topics
from tests.schemas.compiling import module
from tests.streams.unify.world import START

LONG = st.integers(-(1 << 63), (1 << 63) - 1)
PARTS = st.lists(st.one_of(st.binary(max_size=200), st.text(max_size=200), LONG), max_size=12)
NAMES = st.sampled_from(["pr", "service", "é", ""])
OUTPUTS = st.builds(
    Output,
    where=st.sampled_from(["conversations", "links", "persons", "continue", "feed"]),
    key=st.binary(max_size=30),
    value=st.binary(max_size=3000),
    record=st.just("Person"),
    event=st.sampled_from(["activity", "merged"]),
    id=st.text(max_size=40),
    source=st.sampled_from(["page", "desk", "seite-ä"]),
    at=st.one_of(st.integers(START - 5, START + 5), LONG),
    workspace=st.sampled_from(["acme", "other"]),
    department=st.sampled_from(["pr", "service", "hiring"]),
)
ADDRESSES = Addresses(Topics("t-"), SchemaIds.bundled(), 3)


@pytest.fixture(scope="module")
def compiled() -> Any:
    found, why = module(chosen.NAME)
    if found is None:
        pytest.skip(why)
    return chosen.bound(found)


@given(PARTS)
def test_parts(compiled: Any, parts: list[outputs.Part]) -> None:
    assert compiled.packed(*parts) == outputs.packed(*parts)


@pytest.mark.parametrize("part", [None, 1.5, [b""], bytearray(b"x"), 1 << 63, -(1 << 63) - 1, "\ud800"])
def test_what_is_no_part_is_refused_in_both_forms(compiled: Any, part: Any) -> None:
    for form in (compiled, outputs):
        with pytest.raises((TypeError, OverflowError, ValueError)):
            form.packed(b"", part)


@given(NAMES, st.integers(0, 1 << 50), PARTS)
def test_the_next_record_of_a_feed(compiled: Any, name: str, number: int, parts: list[outputs.Part]) -> None:
    made = []
    for form in (compiled, outputs):
        numbers = {name: number} if number else {}
        made.append((form.fed(numbers, "left", b"key", "page", START, "acme", name, b"head", *parts), numbers))
    assert made[0] == made[1]


def test_a_feed_that_cannot_be_counted_is_an_error(compiled: Any) -> None:
    for numbers in ({"pr": -1}, {"pr": (1 << 63) - 1}, {"pr": "1"}, None):
        with pytest.raises((TypeError, OverflowError)):
            compiled.fed(numbers, "left", b"", "page", START, "acme", "pr", b"")
    with pytest.raises(TypeError):
        compiled.fed({}, "left")


@given(st.lists(st.one_of(st.uuids().map(str), st.uuids().map(lambda one: one.hex.upper())), max_size=5))
def test_sums_of_ids(compiled: Any, ids: list[str]) -> None:
    sums = [bytearray(b"\xff" * 16), bytearray(b"\xff" * 16)]
    for one in ids:
        compiled.add_id(sums[0], one)
        outputs.add_id(sums[1], one)
    assert sums[0] == sums[1]


@pytest.mark.parametrize("wrong", ["", "x" * 36, "é", "0" * 8 + "-0000-0000-0000-00000000000g"])
def test_what_is_no_id_is_refused_in_both_forms(compiled: Any, wrong: str) -> None:
    for form in (compiled, outputs):
        with pytest.raises(ValueError, match="invalid literal"):
            form.add_id(bytearray(16), wrong)
    with pytest.raises(TypeError):
        compiled.add_id(bytearray(15), "")


def made(form: Any, some: list[Output]) -> tuple[list[Record], dict[Any, int]]:
    envelope, records = envelopes(ADDRESSES, form), list[Record]()
    envelope.add(some, records)
    return records, dict(envelope.measured())


def department_of_feeds_only(some: list[Output]) -> list[Output]:
    for one in some:
        one.department = one.department if one.where == "feed" else ""
        one.record = "FeedActivity" if one.where == "feed" else one.record
        if one.where in {"links", "persons"}:
            one.event = ""
        one.event = one.event or "left"
    return some


@given(st.lists(OUTPUTS, max_size=8).map(department_of_feeds_only))
def test_records_with_their_headers(compiled: Any, some: list[Output]) -> None:
    assert made(compiled, some) == made(outputs, some)


@given(st.integers(0, 253_402_300_799_999_999))
def test_times(compiled: Any, at: int) -> None:
    (record,), _ = made(compiled, [Output("links", b"", b"", "Link", "link", "1", "page", at, "acme")])
    assert cloudevents.moment(at) in record.headers


def test_kinds_beyond_what_is_kept_are_told_apart_and_counted(compiled: Any) -> None:
    some = [
        Output("feed", b"", b"", "FeedActivity", "left", str(n), f"source{n % 1000}", START, "acme", f"d{n % 7}")
        for n in range(9000)
    ]
    assert made(compiled, some) == made(outputs, some)


def test_counts_begin_anew(compiled: Any) -> None:
    some = [Output("feed", b"", b"", "FeedActivity", "left", "1", "page", START, "acme", "pr")]
    for form in (compiled, outputs):
        envelope = envelopes(ADDRESSES, form)
        envelope.add(some * 3, [])
        assert envelope.measured() == {("acme", "pr", "left"): 3}
        envelope.forget()
        envelope.add(some, [])
        assert envelope.measured() == {("acme", "pr", "left"): 1}


@pytest.mark.parametrize("wrong", [[None], [("a", "b")], None])
def test_what_is_no_output_is_refused(compiled: Any, wrong: Any) -> None:
    with pytest.raises(TypeError):
        envelopes(ADDRESSES, compiled).add(wrong, [])
    bad = Output("links", b"", b"", "Link", "link", "1", "page", START, "acme")
    for name, value in (("value", None), ("at", "x"), ("id", 7), ("source", None)):
        fields = {one: getattr(bad, one) for one in Output.__struct_fields__} | {name: value}
        with pytest.raises((TypeError, AttributeError)):
            envelopes(ADDRESSES, compiled).add([Output(**fields)], [])


def test_what_an_envelope_asks_for_may_fail(compiled: Any) -> None:
    def head(_output: Output) -> Any:
        raise RuntimeError("no topic")

    heads = compiled.Heads(head, cloudevents.moment, Record, cloudevents.FIRST, cloudevents.LAST, 10)
    some = [Output("links", b"", b"", "Link", "link", "1", "page", START, "acme")]
    with pytest.raises(RuntimeError, match="no topic"):
        heads.add(some, [])
    wrong = compiled.Heads(lambda _: ("topic",), cloudevents.moment, Record, cloudevents.FIRST, cloudevents.LAST, 10)
    with pytest.raises(TypeError, match="a head is"):
        wrong.add(some, [])


def test_the_python_form_is_complete() -> None:
    assert isinstance(envelopes(ADDRESSES, outputs), Envelopes)
