"""The engine makes of a delivery exactly what Python makes of it, or steps aside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kit import declared_plans as plans
from tests.kit.declared_pair import OTHERWISE, Pair, framed

from commonline.kit.declared import program
from commonline.kit.declared.program import NotCompiledError
from commonline.schemas.generated.shapes import SHAPES

CONNECTORS = Path(__file__).parent.parent.parent / "connectors"
GENERAL = {
    "event": "type || event || event_type || 'told'",
    "id": "not_null(id, event_id, object.id, data.id, 'none')",
    "text": "text || message || body || description || data.text",
    "title": "title || subject || name",
    "published": "created_at || created || time || timestamp",
    "version": "updated_at || updated",
    "url": "url || html_url || data.url",
    "tags": "tags || labels",
    "actor": {
        "id": "user.id || actor.id || user_id",
        "name": "user.name || actor.name",
        "email": "email || user.email",
    },
    "fields": {"status": "status"},
}
"""Finds something in the bodies of many products."""
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
def test_any_mapping_of_any_body_comes_out_alike_or_not_at_all(data: st.DataObject) -> None:
    region = data.draw(st.sampled_from([None, "DE"]))
    placed: dict[str, Any] = data.draw(plans.placements) | {"connector": data.draw(st.sampled_from(sorted(OTHERWISE)))}
    pair = Pair(data.draw(plans.tables()), workspace={"region": region}, **placed)
    for _ in range(3):
        pair.agree(framed(pair.delivery(data.draw(plans.written()), data.draw(plans.headers))))


@pytest.fixture(scope="module")
def general() -> Pair:
    return Pair(GENERAL)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_record_is_never_made_more_of_than_python_does(general: Pair, data: st.DataObject) -> None:
    body = json.dumps(data.draw(plans.usual)).encode()
    made = general.delivery(body, {"traceparent": "00-aa-bb-01"}, vendor_id="v1", request="POST /in/desk")
    general.agree(data.draw(plans.damages(framed(made))))


@given(text=plans.linked, url=plans.addresses)
@settings(max_examples=300, deadline=None)
def test_addresses_in_texts_and_alone_come_out_alike_or_not_at_all(general: Pair, text: str, url: str) -> None:
    body = json.dumps({"id": 1, "text": text, "url": url}, ensure_ascii=False).encode()
    general.agree(framed(general.delivery(body)))


@pytest.mark.parametrize("folder", sorted(path.name for path in CONNECTORS.iterdir() if (path / "fixtures").is_dir()))
def test_bodies_of_every_product_come_out_alike_or_not_at_all(general: Pair, folder: str) -> None:
    for file in sorted((CONNECTORS / folder / "fixtures").glob("*.json")):
        if not file.name.endswith((".meta.json", ".expected.json")):
            general.agree(framed(general.delivery(file.read_bytes(), {"x-event": "told"})))


def test_fixtures_come_out_alike_under_their_own_mappings() -> None:
    for file in sorted((CONNECTORS / "webhook" / "fixtures").glob("*.meta.json")):
        meta = json.loads(file.read_bytes())
        pair = Pair(meta.get("settings", {}).get("mapping", {}))
        for body in file.parent.glob(f"{file.name.removesuffix('.meta.json')}.*"):
            if body.suffix != ".json" or not body.name.endswith((".meta.json", ".expected.json")):
                pair.agree(framed(pair.delivery(body.read_bytes(), meta.get("headers"))))


COMMONPLACE = {
    "event": "type",
    "id": "ticket.id",
    "version": "ticket.updated",
    "title": "ticket.subject",
    "text": "ticket.message",
    "published": "at",
    "channel": "ticket",
    "visibility": "ticket.public && 'customer' || 'internal'",
    "thread": "ticket.id",
    "language": "ticket.lang",
    "url": "ticket.link",
    "parent": "ticket.answers",
    "container": "ticket.queue.id",
    "container_name": "ticket.queue.name",
    "actor": {"id": "by.id", "name": "by.name", "email": "by.email", "kind": "person", "trust": "verified"},
    "participants": [{"id": "ticket.customer", "role": "requester"}],
    "metrics": {"score": "ticket.score"},
    "tags": "ticket.labels",
    "verbs": {"ticket.closed": "Update"},
}
TICKET: dict[str, Any] = {
    "id": 4711,
    "subject": "Kessel läßt sich nicht ausschalten 😀",
    "message": "Hello,\r\nit keeps “boiling” (https://shop.example/k?id=200).\n\nAna",
    "public": True,
    "lang": "en-GB",
    "link": "https://desk.example/t/4711?view=all#last",
    "answers": "q/1",
    "queue": {"id": 7, "name": " Repairs "},
    "customer": "c 31",
    "score": 2.5,
    "labels": ["safety", "K-200", "safety"],
    "updated": "2026-05-04T09:12:33Z",
}
BY = {"id": "c-31", "name": "Ana Lima", "email": "Ana.Lima@acme.example"}


def test_what_is_commonplace_stays_in() -> None:
    pair = Pair(COMMONPLACE, workspace={"own_accounts": ["mailto:*@acme.example"]}, unknown_side="customer")
    for event in ("ticket.created", "ticket.closed", "ticketUpdated", "ticket.deleted", "note"):
        body = {"type": event, "at": "2026-05-04T11:12:34.567+02:00", "ticket": TICKET, "by": BY}
        for ascii_only in (True, False):
            written = json.dumps(body, ensure_ascii=ascii_only).encode()
            assert pair.agree(framed(pair.delivery(written, {"traceparent": "00-aa-bb-01"}))), event


@pytest.mark.parametrize("connector", sorted(OTHERWISE))
@pytest.mark.parametrize(
    ("content_type", "inside"),
    [
        ("application/json", True),
        ("application/json;charset=UTF-8 ", True),
        ("application/json; charset=windows-1252", False),
        ("application/json; version=1", False),
        ("application/cloudevents+json", False),
        ("text/csv; header=present; charset=utf-8", False),
        ("text/plain", False),
        ("", False),
    ],
)
def test_bodies_are_read_by_their_content_type(connector: str, content_type: str, *, inside: bool) -> None:
    pair = Pair({"id": "id", "text": "text", "published": "at"}, connector=connector)
    body = '{"id": 1, "text": "Grüße", "at": 1777900000}'.encode()
    assert pair.agree(framed(pair.delivery(body, content_type=content_type))) is inside


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"items": "messages"}, "mapping.items"),
        ({"id": None}, "mapping.id"),
        ({"text": None}, "mapping.id or mapping.text"),
        ({"title": "sort(tags)"}, "mapping.title has JMESPath's function sort"),
        ({"title": "list[*].name"}, "mapping.title has JMESPath's projection"),
        ({"title": "list[-1]"}, "mapping.title has an index from the end"),
        ({"actor": {"id": "id", "name": "max([a])"}}, "mapping.actor.name has"),
        ({"fields": {f"f{n}": "a" for n in range(40)}}, "fields"),
    ],
)
def test_a_table_without_a_compiled_form_says_why(changes: dict[str, Any], why: str) -> None:
    table = {key: value for key, value in {"id": "id", "text": "text", **changes}.items() if value is not None}
    pair = Pair(table)
    assert why in pair.compiled.why["desk"]
    assert pair.engine(framed(pair.delivery(b'{"id": 1, "text": "x"}'))) is None


def test_the_c_sources_were_written_for_this_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the contract's Delivery or Activity has changed: mend delivery.c, activity.c, then the digests."""
    assert {name: program.shape_digest(SHAPES[name]) for name in program.WRITTEN_FOR} == program.WRITTEN_FOR
    program.check_contract()
    monkeypatch.setitem(program.WRITTEN_FOR, "Activity", "another")
    with pytest.raises(NotCompiledError, match="Activity has changed"):
        program.check_contract()
