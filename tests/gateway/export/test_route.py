"""Exports over HTTP: what a viewer does not see is in no file of its own."""

from __future__ import annotations

import pytest

from commonline.gateway.store.engine import Store
from commonline.streams.unify.specs import DepartmentSpec, PolicySpec, RuleSpec
from tests.gateway.asking import Asking
from tests.gateway.filled import fill, inputs, story, told, viewer
from tests.streams.unify.world import configuration

FORMATS = {
    "vcon": ("application/vcon+json", "vcon.json"),
    "activitystreams": ("application/activity+json", "as2.json"),
    "mbox": ("application/mbox", "mbox"),
}


def leaking(store: Store) -> str:
    """The one with an inner note."""
    return str(Asking(store, viewer("service")).get("/v1/conversations?text=leaks").json()["items"][0]["id"])


@pytest.mark.parametrize("wanted", FORMATS)
def test_a_file_holds_what_its_viewer_sees_and_no_more(filled: Store, wanted: str) -> None:
    url = f"/v1/conversations/{leaking(filled)}/export?format={wanted}"
    everything = Asking(filled, viewer("service")).get(url)
    less = Asking(filled, viewer("service", visibility="public")).get(url)
    media_type, suffix = FORMATS[wanted]
    assert everything.status_code == less.status_code == 200
    assert everything.headers["content-type"].partition(";")[0] == media_type
    name = f'attachment; filename="conversation-{leaking(filled)}.{suffix}"'
    assert everything.headers["content-disposition"] == name
    assert "My kettle leaks!" in everything.text
    assert "on the socket" in everything.text
    assert "My kettle leaks!" in less.text
    assert "on the socket" not in less.text


@pytest.mark.parametrize("wanted", FORMATS)
def test_redacted_as_in_the_feed(store: Store, wanted: str) -> None:
    masked = DepartmentSpec("internal", [RuleSpec(name="all")], PolicySpec(redact=["name", "email"]))
    open_to = DepartmentSpec("internal", [RuleSpec(name="all")])
    records = [configuration({"quality": masked, "service": open_to}), *story()[1:]]
    fill(store, inputs(told(*records).outputs))
    url = f"/v1/conversations/{leaking(store)}/export?format={wanted}"
    assert '"Ana"' in Asking(store, viewer("service")).get(url).text.replace("Ana <", '"Ana" <')
    redacted = Asking(store, viewer("quality")).get(url).text
    assert "My kettle leaks!" in redacted
    assert "Ana" not in redacted
    assert "ana@example.org" not in redacted


def test_who_may_not_see_it_gets_the_answer_for_what_does_not_exist(filled: Store) -> None:
    outsider = Asking(filled, viewer("hr"))
    hidden = outsider.get(f"/v1/conversations/{leaking(filled)}/export?format=mbox")
    missing = outsider.get("/v1/conversations/00000000-0000-0000-0000-000000000000/export?format=mbox")
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_an_unknown_format_is_refused(filled: Store) -> None:
    assert Asking(filled).get(f"/v1/conversations/{leaking(filled)}/export?format=pdf").status_code == 422
    assert Asking(filled).get(f"/v1/conversations/{leaking(filled)}/export").status_code == 422
