"""CloudEvents headers in binary mode."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.schemas import cloudevents
from commonline.schemas.catalogue import named_types


def made(time_us: int = 1_764_000_000_123_456, traceparent: bytes | None = None) -> cloudevents.Headers:
    return cloudevents.headers(
        cloudevents.activity("Create"),
        "6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a90",
        workspace="acme",
        source="acme-page",
        time_us=time_us,
        partition_key="acme",
        traceparent=traceparent,
    )


def test_every_header() -> None:
    assert made() == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a90"),
        ("ce_type", b"commonline.activity.create.v1"),
        ("ce_source", b"/acme/acme-page"),
        ("ce_time", b"2025-11-24T16:00:00.123456Z"),
        ("ce_partitionkey", b"acme"),
        ("content-type", b"application/avro"),
    ]


@given(moment=st.integers(-(1 << 63), (1 << 63) - 1), traced=st.none() | st.just(b"00-1-2-03"))
def test_a_stamp_makes_the_same_headers(moment: int, traced: bytes | None) -> None:
    stamp = cloudevents.Stamp(
        cloudevents.activity("Create"), workspace="acme", source="acme-page", partition_key="acme"
    )
    assert stamp("6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a90", moment, traced) == made(moment, traced)


def test_trace_context_is_passed_on_as_it_came() -> None:
    context = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = made(traceparent=context)
    assert headers[-1] == ("traceparent", context)
    assert cloudevents.traceparent(headers) == context
    assert cloudevents.traceparent(made()) is None
    assert cloudevents.traceparent(None) is None


@given(moment=st.datetimes(timezones=st.just(UTC)))
def test_time_is_rfc_3339(moment: datetime) -> None:
    whole, micro = int(moment.replace(microsecond=0).timestamp()), moment.microsecond
    text = cloudevents.attributes(made(whole * 1_000_000 + micro))["time"]
    assert len(text) == len("2025-11-24T16:00:00.123456Z")
    assert datetime.fromisoformat(text) == moment


@pytest.mark.parametrize("time_us", [1 << 62, -(1 << 62), (1 << 63) - 1, -(1 << 63)])
def test_a_time_beyond_the_calendar_is_left_out(time_us: int) -> None:
    assert "time" not in cloudevents.attributes(made(time_us))


@pytest.mark.parametrize(
    ("made_by", "enum"),
    [
        (cloudevents.activity, "ActivityType"),
        (cloudevents.control, "ControlKind"),
        (cloudevents.conversation, "ConversationEvent"),
        (cloudevents.feed, "FeedEvent"),
    ],
)
def test_every_symbol_gives_a_type_of_its_own(made_by: object, enum: str) -> None:
    assert callable(made_by)
    records = ("Activity", "Control", "ConversationActivity", "FeedActivity")
    found = {name: schema for record in records for name, schema in named_types(record).items()}
    symbols = found[enum]["symbols"]
    types = {made_by(symbol) for symbol in symbols}
    assert len(types) == len(symbols)
    assert all(kind == kind.lower() and kind.endswith(".v1") for kind in types)


def test_type_of_a_tombstone() -> None:
    assert cloudevents.erased(cloudevents.PERSON) == "commonline.person.erased.v1"


def test_attributes_of_strange_headers() -> None:
    found = [("ce_id", b"1"), ("ce_type", b"\xff"), ("other", b"x"), ("ce_source", None)]
    assert cloudevents.attributes(found) == {"id": "1"}
    assert cloudevents.attributes(None) == {}


def test_caches_stay_small() -> None:
    for number in range(10_000):
        headers = cloudevents.headers(
            "commonline.link.v1",
            "1",
            workspace=f"w{number}",
            source="s",
            time_us=number * 1_000_000,
            partition_key=f"w{number}",
        )
        assert cloudevents.attributes(headers)["partitionkey"] == f"w{number}"
    for cache in (cloudevents._sources, cloudevents._keys, cloudevents._seconds):
        assert 0 < len(cache) <= 4096
