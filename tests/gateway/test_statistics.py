"""Volume, reply times, who waits, what is read: through the API."""

from __future__ import annotations

from typing import Any

import msgspec

from commonline.gateway.store.engine import Store
from commonline.schemas.records import Activity
from tests.gateway.asking import Asking
from tests.gateway.filled import ANA, ROOT, fill, inputs, told, viewer
from tests.streams.unify.world import activity, configuration, party

SPAN = "since=2026-09-20T00:00:00Z&until=2026-10-20T00:00:00Z&bucket_s=86400"
PAGE = "facebook:1/post"


def ours(name: str, **more: Any) -> Activity:
    said = activity(f"facebook:1/{name}", actor=party("facebook:1/us", "Ben", us=True), thread=PAGE, **more)
    return msgspec.structs.replace(said, direction="outbound")


def theirs(name: str, **more: Any) -> Activity:
    return activity(f"facebook:1/{name}", actor=ANA, thread=PAGE, **more)


def asking(store: Store, *records: Activity) -> Asking:
    fill(store, inputs(told(configuration(), *records).outputs))
    return Asking(store, viewer("service"))


def volume(one: Asking, more: str = "") -> dict[str, Any]:
    (found,) = one.get(f"/v1/statistics/volume?{SPAN}{more}").json()["items"]
    return dict(found)


def test_a_reply_time_runs_from_the_first_unanswered_message(store: Store) -> None:
    one = asking(store, theirs("a", at=1), theirs("b", at=2), ours("c", at=4), ours("d", at=5), theirs("e", at=6))
    found = volume(one)
    counted = (found["entries"], found["inbound"], found["outbound"], found["replies"], found["reply_s_max"])
    assert counted == (5, 3, 2, 1, 3 * 3600.0)


def test_a_question_that_is_not_seen_has_no_reply_time(store: Store) -> None:
    one = asking(store, theirs("a", at=1, visibility="internal"), theirs("b", at=2), ours("c", at=4))
    everything = volume(one)
    less = volume(Asking(store, viewer("service", visibility="public")))
    assert (everything["reply_s_max"], less["reply_s_max"]) == (3 * 3600.0, 2 * 3600.0)


def test_departments_are_counted_apart_for_administrators(store: Store) -> None:
    asking(store, theirs("a", at=1))
    found = Asking(store, ROOT).get(f"/v1/statistics/volume?{SPAN}&by=department").json()["items"]
    assert "" not in {one["group"] for one in found}
    assert {one["entries"] for one in found} == {1}


def test_who_waits_longest_comes_first(store: Store) -> None:
    late = activity("facebook:1/x", actor=party("facebook:1/eve", "Eve"), at=3)
    one = asking(store, theirs("a", at=1), late, theirs("b", at=5))
    found = one.get("/v1/conversations?order=waits").json()["items"]
    assert [item["first_text"] for item in found] == ["hello", "hello"]
    assert found[0]["waits_since"] < found[1]["waits_since"]
    assert found[0]["moved"] > found[1]["moved"]


def test_the_busiest_conversation_comes_first(store: Store) -> None:
    quiet = activity("facebook:1/x", actor=party("facebook:1/eve", "Eve"), at=9)
    one = asking(store, theirs("a", at=1), theirs("b", at=2), quiet)
    found = one.get(f"/v1/statistics/busiest?{SPAN}").json()["items"]
    assert [item["messages"] for item in found] == [2, 1]


def test_what_is_read_is_read_until_something_comes(store: Store) -> None:
    first, later = theirs("a", at=1), theirs("b", at=2)
    outputs = inputs(told(configuration(), first, later).outputs)
    split = next(n for n, one in enumerate(outputs) if "facebook:1/b" in repr(one.record))
    fill(store, outputs[:split])
    one = Asking(store, viewer("service"))
    (item,) = one.get("/v1/conversations").json()["items"]
    assert item["unread"]
    assert one.request("PUT", f"/v1/conversations/{item['id']}/read").status_code == 204
    assert not one.get("/v1/conversations").json()["items"][0]["unread"]
    assert Asking(store, viewer("service", "pr")).get("/v1/conversations").json()["items"][0]["unread"]
    fill(store, outputs[split:])
    assert one.get("/v1/conversations").json()["items"][0]["unread"]


def test_a_person_leads_to_its_conversations(store: Store) -> None:
    one = asking(store, theirs("a", at=1), activity("facebook:1/x", actor=party("facebook:1/eve", "Eve"), at=3))
    root = Asking(store, ROOT)
    (ana,) = root.get("/v1/persons?name=ana").json()["items"]
    detail = root.get(f"/v1/persons/{ana['id']}").json()
    assert {each["account"] for each in detail["record"]["accounts"]} == {"facebook:1/ana", "mailto:ana@example.org"}
    assert [link["rule"] for link in detail["links"]] != []
    (found,) = root.get(f"/v1/conversations?person={ana['id']}").json()["items"]
    assert found["people"][0]["name"] == "Ana"
    seen = one.get(f"/v1/persons/{ana['id']}").json()
    assert (seen["record"], seen["links"], {each["department"] for each in seen["seen"]}) == (None, [], {"service"})
