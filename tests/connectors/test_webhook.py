"""Any webhook: what configuration may say, and what is assumed without it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.cli.replay import read_settings, replayed
from commonline.configuration.model import Source, Workspace
from commonline.connectors.webhook import ingress
from commonline.errors import ConfigurationError
from commonline.kit import catalogue
from commonline.kit.declared.plan import MappingTable, PartyTable
from commonline.kit.instance import instance
from commonline.kit.mapping import Dead, Skipped
from commonline.kit.replay import Result, trial
from commonline.kit.samples import Sample
from commonline.schemas.records import Activity

NOW = 1_777_900_000_000_000
ID = {"id": "id"}


def results(body: bytes | str | Any, mapping: dict[str, Any] | None = None, **sample: Any) -> list[Result]:
    tried = trial(catalogue.connector("webhook"), {"mapping": mapping or {}}, region="DE", name="shop")
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return tried.run(tried.delivery(Sample("body", raw, **sample), NOW))


def one(body: Any, mapping: dict[str, Any] | None = None, **sample: Any) -> Activity:
    (result,) = results(body, mapping, **sample)
    (activity,) = result.activities
    return activity


def dead(body: Any, mapping: dict[str, Any]) -> Dead:
    (result,) = results(body, mapping)
    assert isinstance(result.outcome, Dead)
    return result.outcome


def test_without_mapping_it_is_restricted_and_readable() -> None:
    told = one({"id": 7, "order": {"note": "Too\nhot", "password": "kettle"}, "n": None, "ok": True})
    assert told.visibility == "restricted"
    assert told.object.text == "order.note: Too hot\nok: true\nid: 7"
    assert told.object.id.startswith("webhook:shop/body/")


def test_id_without_mapping_is_of_the_values_only() -> None:
    first = one(b'{"a": 1, "b": [2]}')
    assert one(b'{ "b":[2],"a":1 }').id == first.id
    assert one(b'{"a": 1, "b": [3]}').id != first.id


def test_summary_is_bounded() -> None:
    text = one({f"k{n}": "x" * 5000 for n in range(500)}).object.text or ""
    assert len(text.split("\n")) == 41
    assert text.endswith("… and 460 more values")
    assert len(text) < 15_000


@pytest.mark.parametrize(
    ("event", "extra", "verb"),
    [
        ("orders/create", {}, "Create"),
        ("ticket.updated", {}, "Update"),
        ("issueDeleted", {}, "Delete"),
        ("ping", {}, "Create"),
        ("ping", {"rev": 4}, "Update"),
        ("ticket.updated", {"gone": "true"}, "Delete"),
        ("ticket.updated", {"gone": "false"}, "Update"),
        ("ticket.created", {"changed": 1}, "Update"),
        ("restored", {}, "Undo"),
    ],
)
def test_verb_by_the_first_that_speaks(event: str, extra: dict[str, Any], verb: str) -> None:
    mapping = {**ID, "version": "rev", "deleted": "gone", "edited": "changed", "verbs": {"restored": "Undo Delete"}}
    told = one({"id": 1, "event": event, **extra}, mapping)
    assert told.type == verb
    assert told.undoes == ("Delete" if verb == "Undo" else None)


def test_versions_are_comparable_and_tell_states_apart() -> None:
    mapping = {**ID, "version": "at", "type": "Update", "text": "text"}
    by_time = one({"id": 1, "at": "2026-05-04T09:12:33.5+02:00", "text": "a"}, mapping)
    assert by_time.object.version == "1777878753500000"
    assert one({"id": 1, "at": 12, "text": "a"}, mapping).object.version == "12"
    etag = one({"id": 1, "at": 'W/"a1"', "text": "a"}, mapping)
    assert etag.object.version is None
    assert etag.id != one({"id": 1, "at": 'W/"a2"', "text": "a"}, mapping).id
    silent = one({"id": 1, "text": "a"}, mapping)
    assert silent.id == one({"id": 1, "text": "a", "retry": 3}, mapping).id
    assert silent.id != one({"id": 1, "text": "b"}, mapping).id


def test_unknown_visibility_is_restricted_and_words_are_taken_as_they_are() -> None:
    assert one({"id": 1}, {**ID, "visibility": "customer"}).visibility == "customer"
    assert one({"id": 1, "v": "Public"}, {**ID, "visibility": "v"}).visibility == "public"
    assert one({"id": 1, "v": "everyone"}, {**ID, "visibility": "v"}).visibility == "restricted"
    assert one({"id": 1, "v": True}, {**ID, "visibility": "v"}).visibility == "restricted"


def test_people_by_id_mail_and_telephone() -> None:
    actor = {"id": "u", "email": "mail", "phone": "tel", "name": "name", "trust": "entered"}
    told = one(
        {"id": 1, "u": 9, "mail": "A@Example.org", "tel": "030 1234567", "name": " Ana  L. "}, {**ID, "actor": actor}
    )
    assert told.actor is not None
    assert (told.actor.account, told.actor.name) == ("webhook:shop/user/9", "Ana L.")
    assert [(c.account, c.trust) for c in told.actor.claims] == [
        ("mailto:a@example.org", "entered"),
        ("tel:+49301234567", "entered"),
    ]
    mailed = one({"id": 1, "mail": "a@example.org"}, {**ID, "actor": actor}).actor
    assert mailed is not None
    assert (mailed.account, mailed.claims) == ("mailto:a@example.org", [])
    assert one({"id": 1, "mail": "nobody"}, {**ID, "actor": actor}).actor is None


def test_secrets_are_cut_from_addresses() -> None:
    told = one({"id": 1, "u": "https://me:pw@example.org/a?access_token=1&b=2"}, {**ID, "url": "u"})
    assert told.object.url == "https://example.org/a?b=2"
    assert one({"id": 1, "u": "javascript:alert(1)"}, {**ID, "url": "u"}).object.url is None


def test_call_and_whole_body_are_in_reach() -> None:
    mapping = {"items": "list", "id": "n", "event": "header('X-Topic')", "tags": "[query('team'), body().shop]"}
    first, second = results(
        {"shop": "kettles", "list": [{"n": 1}, {"n": 2}]},
        mapping,
        headers={"x-topic": "order.paid"},
        request="POST /in/shop?team=red%20team",
    )
    assert [a.event for r in (first, second) for a in r.activities] == ["order.paid"] * 2
    assert first.activities[0].tags == ["red team", "kettles"]


def test_one_bad_item_harms_none_beside_it() -> None:
    told = results([{"id": 1}, {"id": None}, {}, {"id": 2}], ID)
    assert [type(r.outcome).__name__ for r in told] == ["Mapped", "Dead", "Skipped", "Mapped"]
    assert isinstance(told[1].outcome, Dead)
    assert told[1].outcome.path == "[1].mapping.id"


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("application/vnd.kettle+json", b'{"text": "a"}', "a"),
        ("", b' {"text": "a"}', "a"),
        ("application/x-www-form-urlencoded", b"text=a%20b&x=1", "a b"),
        ("application/x-www-form-urlencoded", b"payload=%7B%22text%22%3A%22a%22%7D", "a"),
        ("application/x-www-form-urlencoded", b'{"text": "sent as a form by mistake"}', "sent as a form by mistake"),
        ("text/plain; charset=iso-8859-1", b"Gr\xfc\xdfe", "Grüße"),
        ("text/plain", b"{curly} prose", "{curly} prose"),
        ("text/html", b"<p>a &amp; b</p>", "a & b"),
    ],
)
def test_bodies_of_many_types(content_type: str, body: bytes, text: str) -> None:
    assert one(body, {"text": "text"}, content_type=content_type).object.text == text


def test_xml_in_a_declared_encoding_and_without_entities() -> None:
    korean = '<?xml version="1.0" encoding="euc-kr"?><a><b id="1">년</b></a>'.encode("euc-kr")
    assert one(korean, {"text": 'a.b."#text"'}, content_type="text/xml").object.text == "년"
    (bomb,) = results(b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', content_type="application/xml")
    assert isinstance(bomb.outcome, Dead)
    (broken,) = results(b"<a>\n<b></a>", content_type="application/xml")
    assert isinstance(broken.outcome, Dead)
    assert broken.outcome.path == "line 2 column 5"


def test_what_is_neither_values_nor_text_is_unsupported() -> None:
    (told,) = results(b"\x89PNG\xff", content_type="image/png")
    assert told.outcome == Skipped(entry=0, event="image/png", rule="unsupported")


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"text": "a ||"}, "mapping.text: 'a ||' is no JMESPath expression"),
        ({"text": "shout(a)"}, "there is no function shout"),
        ({"text": "join(',')"}, "join takes 2 arguments, not 1"),
        ({"txt": "a"}, "did you mean 'text'?"),
        ({"actor": {"nam": "a"}}, "did you mean 'name'?"),
        ({"actor": {"name": 7}}, "mapping.actor.name"),
        ({"actor": {"name": "a", "trust": "blind"}}, "mapping.actor.trust"),
        ({"participants": [{"name": "a"}, {"name": "("}]}, "mapping.participants[1].name"),
        ({"verbs": {"x": "Undo"}}, "mapping.verbs.x"),
        ({"verbs": {"x": "Explode"}}, "mapping.verbs.x"),
        ({"fields": {"a b": "]"}}, "mapping.fields.a b"),
        ({"markup": "html"}, "mapping.markup"),
    ],
)
def test_faults_of_the_configuration_name_key_and_fix(mapping: dict[str, Any], words: str) -> None:
    source = Source.model_validate({"connector": "webhook", "workspace": "acme", "mapping": mapping})
    with pytest.raises(ConfigurationError) as fault:
        instance("shop", source, Workspace(), Path(), secrets=False)
    assert str(fault.value).startswith("sources.shop.mapping")
    assert words in str(fault.value)


def test_fault_of_an_expression_does_not_tell_the_payload() -> None:
    told = dead({"id": 1, "tags": "private words"}, {**ID, "tags": "sum(tags)"})
    assert told.path == "mapping.tags"
    assert "private" not in told.message


def test_readme_names_every_key() -> None:
    readme = (catalogue.folders()["webhook"] / "README.md").read_text("utf-8")
    keys = (*MappingTable.__struct_fields__, *PartyTable.__struct_fields__, *ingress.Choice.__struct_fields__)
    assert [key for key in keys if f"`{key}`" not in readme] == []


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(values)
def test_any_value_is_mapped_or_has_nothing_in_it(value: Any) -> None:
    for result in results(value):
        assert result.activities or isinstance(result.outcome, Skipped)


PAYLOADS = Path(os.environ.get("COMMONLINE_PAYLOADS", Path(__file__).parents[2].parent / "shared" / "payloads"))


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the collection of payloads is not beside the checkout")
def test_real_payloads_end_explained() -> None:
    found = replayed("webhook", [PAYLOADS], read_settings("webhook", None))
    assert len(found) > 500
    for sample in found:
        verdict = sample.verdict
        assert verdict.outcome in {"mapped", "ignored", "dead"}, verdict
        assert verdict.reason or verdict.outcome == "mapped", verdict
        assert verdict.path or verdict.outcome != "dead", verdict
        for result in sample.results:
            assert all(activity.visibility == "restricted" for activity in result.activities)
