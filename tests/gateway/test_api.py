from __future__ import annotations

from commonline.gateway.store.engine import Store
from tests.gateway.asking import Asking
from tests.gateway.filled import viewer


def test_this_machine_is_let_in_and_others_are_not(filled: Store) -> None:
    assert Asking(filled).get("/v1/conversations").status_code == 200
    refused = Asking(filled, host="192.0.2.1").get("/v1/conversations")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")


def test_what_one_may_not_see_is_answered_as_what_does_not_exist(filled: Store) -> None:
    known = Asking(filled).get("/v1/conversations").json()["items"][0]["id"]
    outsider = Asking(filled, viewer("hr"))
    hidden = outsider.get(f"/v1/conversations/{known}")
    missing = outsider.get("/v1/conversations/00000000-0000-0000-0000-000000000000")
    assert (hidden.status_code, hidden.json()) == (404, missing.json())


def test_times_are_told_in_the_zone_that_is_asked_for(filled: Store) -> None:
    moved = Asking(filled).get("/v1/conversations?zone=Asia/Tokyo").json()["items"][0]["moved"]
    assert moved.endswith("+09:00")
    assert Asking(filled).get("/v1/conversations?zone=Nowhere/Land").status_code == 422


def test_who_has_it_already_is_told_so(filled: Store) -> None:
    asking = Asking(filled, viewer("service"))
    first = asking.get("/v1/conversations?as_of=2030-01-01T00:00:00Z")
    again = asking.get("/v1/conversations?as_of=2030-01-01T00:00:00Z", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_lead_to_the_end(filled: Store) -> None:
    asking = Asking(filled)
    first = asking.get("/v1/conversations?limit=1").json()
    second = asking.get("/v1/conversations", params={"limit": 1, "cursor": first["next"]}).json()
    assert first["items"][0]["id"] != second["items"][0]["id"]
    assert second["next"] is None
