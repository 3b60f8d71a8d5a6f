"""Delivery in, outcomes out: nothing falls through, one bad entry harms none beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mapping import (
    MESSAGE_LIMIT,
    Dead,
    Entry,
    EventMapping,
    Ignored,
    Mapped,
    Outcome,
    Skipped,
    dead,
    map_delivery,
)
from commonline.schemas.records import Delivery, Object, Thread

DELIVERY = Delivery(
    id="00000000-0000-4000-8000-000000000000",
    workspace="acme",
    connector="fuse",
    source="fuse",
    transport="webhook",
    authentication="none",
    received=0,
    content_type="application/json",
    body_size=0,
    body_sha256=b"\0" * 32,
)
DRAFT = Draft(
    event="note",
    type="Create",
    object=Object(id="fuse:1", type="Note"),
    thread=Thread(id="fuse:t"),
    channel="chat",
    visibility="public",
)


class Body(msgspec.Struct):
    """A typed part of a payload."""

    number: int
    rows: list[dict[str, dict[int, int]]] = []


def entry(event: str = "note", body: Any = None, index: int = 0, path: str = "entry[0]") -> Entry:
    return Entry(index=index, event=event, body=body, path=path, delivery=DELIVERY, settings={})


def explode(part: Entry) -> list[Draft]:
    raise part.body if isinstance(part.body, Exception) else KeyError("card number 4111")


def typed(part: Entry) -> list[Draft]:
    msgspec.json.decode(part.body, type=Body)
    return [DRAFT]


EVENTS: dict[str, EventMapping] = {
    "note": lambda part: [DRAFT],
    "nothing": lambda part: [],
    "ping": lambda part: Ignored("handshake"),
    "explode": explode,
    "typed": typed,
}


def mapped(*parts: Entry) -> list[Outcome]:
    return map_delivery(DELIVERY, lambda _, __: list(parts), EVENTS, {"receipt": "receipt"}, {})


def letter(part: Entry | None, error: Exception) -> Dead:
    return dead(part, error)


def test_every_entry_has_one_outcome_in_its_order() -> None:
    names = ["note", "ping", "receipt", "surprise", "nothing", "explode", "note"]
    outcomes = mapped(*(entry(name, index=number) for number, name in enumerate(names)))
    assert [type(one).__name__ for one in outcomes] == [
        "Mapped",
        "Skipped",
        "Skipped",
        "Skipped",
        "Mapped",
        "Dead",
        "Mapped",
    ]
    assert [one.entry for one in outcomes] == list(range(7))
    assert [one.event for one in outcomes] == names
    assert [one.rule for one in outcomes if isinstance(one, Skipped)] == ["handshake", "receipt", "unsupported"]
    assert [one.drafts for one in outcomes if isinstance(one, Mapped)] == [[DRAFT], [], [DRAFT]]


@given(st.lists(st.sampled_from([*EVENTS, "receipt", "surprise"]), min_size=1))
def test_the_counts_add_up(names: list[str]) -> None:
    outcomes = mapped(*(entry(name, body=b"{}", index=number) for number, name in enumerate(names)))
    assert [(one.entry, one.event) for one in outcomes] == list(enumerate(names))


def test_no_entries_is_an_outcome_too() -> None:
    assert mapped() == [Skipped(entry=0, event="", rule="empty")]


def test_a_body_that_cannot_be_opened_is_one_dead_letter_of_the_whole() -> None:
    def broken(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
        msgspec.json.decode(b'{"a": ')
        return []

    [only] = map_delivery(DELIVERY, broken, EVENTS, {}, {})
    assert isinstance(only, Dead)
    assert (only.entry, only.event, only.cause, only.path) == (None, None, "MalformedPayloadError", "$")


def test_settings_and_delivery_reach_the_connector() -> None:
    def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
        assert (delivery, settings) == (DELIVERY, {"region": "DE"})
        return [entry()]

    [only] = map_delivery(DELIVERY, entries, EVENTS, {}, {"region": "DE"})
    assert isinstance(only, Mapped)


def test_an_entry_that_entries_could_not_open_is_dead_alone() -> None:
    bad = entry("note", MalformedPayloadError("no id", path="value.id"), index=0, path="entry[0].changes[1]")
    first, second = mapped(bad, entry(index=1))
    assert first == Dead(0, "note", "MalformedPayloadError", "no id", "entry[0].changes[1].value.id")
    assert isinstance(second, Mapped)


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        (b'{"number": "x"}', "entry[0].number", "Expected `int`, got `str`"),
        (b"[]", "entry[0]", "Expected `object`, got `array`"),
        (b"{}", "entry[0]", "Object missing required field `number`"),
        (b'{"number": 1, "rows": [1]}', "entry[0].rows[0]", "Expected `object`, got `int`"),
        (b'{"number": 1, "rows": [{"a": {"b": 1}}]}', "entry[0].rows[0][...]", "Expected `int`, got `str`"),
    ],
)
def test_the_path_of_what_has_the_wrong_type(body: bytes, path: str, message: str) -> None:
    [only] = mapped(entry("typed", body))
    assert only == Dead(0, "typed", "MalformedPayloadError", message, path)


def test_a_path_in_a_list_follows_without_a_dot() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(b'["x"]', type=list[int])
    assert letter(entry(), caught.value).path == "entry[0][0]"
    assert letter(None, caught.value).path == "[0]"


def test_a_defect_of_ours_shows_nothing_of_the_payload() -> None:
    [only] = mapped(entry("explode"))
    assert isinstance(only, Dead)
    assert only.cause == "KeyError"
    assert "4111" not in only.message
    assert "defect of the connector (test_mapping.py:" in only.message, "and says where"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "invalid start byte"),
        (msgspec.DecodeError("JSON is malformed"), "JSON is malformed"),
        (RecursionError("maximum recursion depth exceeded"), "nested too deeply"),
        (MalformedPayloadError("no id"), "no id"),
    ],
)
def test_what_is_theirs_is_malformed(error: Exception, message: str) -> None:
    told = letter(entry(), error)
    assert told.cause == "MalformedPayloadError"
    assert message in told.message
    assert told.path == "entry[0]"


def test_a_long_message_is_cut() -> None:
    assert len(letter(None, MalformedPayloadError("x" * 1000)).message) == MESSAGE_LIMIT
