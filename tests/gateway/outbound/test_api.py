"""``/v1/webhooks`` over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from commonline.gateway.outbound import queue, subscriptions
from commonline.gateway.outbound.destination import Allowed
from commonline.gateway.outbound.schedule import Outcome, Verdict
from commonline.gateway.store.engine import Store
from commonline.schemas.models import FeedActivity
from tests.client.published import shown
from tests.gateway.asking import Asking
from tests.gateway.filled import ROOT, viewer
from tests.gateway.outbound.receiver import Receiver, receiving

LOCAL = Allowed(frozenset({"127.0.0.1"}))


def asking(store: Store) -> Asking:
    return Asking(store, ROOT, webhooks_allowed=LOCAL)


def made(asked: Asking, url: str = "https://crm.example/hook", **more: Any) -> dict[str, Any]:
    new = {"workspace": "acme", "department": "service", "url": url, **more}
    answer = asked.request("POST", "/v1/webhooks", json=new)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_a_secret_is_shown_once(filled: Store) -> None:
    asked = asking(filled)
    told = made(asked, filter={"channels": ["comment"]}, description="CRM")
    assert told["secret"].startswith("whsec_")
    one = asked.get(f"/v1/webhooks/{told['webhook']['id']}")
    assert one.json() == told["webhook"]
    assert (one.json()["made_by"], one.json()["filter"]["channels"]) == ("root", ["comment"])
    assert "whsec_" not in one.text + asked.get("/v1/webhooks").text
    rotated = asked.request("POST", f"/v1/webhooks/{told['webhook']['id']}/rotate", json={"overlap_s": 60}).json()
    assert rotated["secret"] != told["secret"]


def test_what_was_answered_is_committed(filled: Store) -> None:
    """The transaction ends before the answer is begun, not after it."""
    asked = asking(filled)
    seen: list[int] = []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start" and scope["method"] == "POST":
                with filled.reading() as connection:
                    seen.append(len(subscriptions.every(connection)))
            await send(message)

        await app(scope, receive, sending)

    app, asked.app = asked.app, watched  # type: ignore[assignment]
    made(asked)
    assert seen == [1]


def test_change_and_end(filled: Store) -> None:
    asked = asking(filled)
    where = f"/v1/webhooks/{made(asked)['webhook']['id']}"
    assert (
        asked.request("PATCH", where, json={"state": "paused", "url": "https://b.example/"}).json()["state"] == "paused"
    )
    assert asked.get(where).json()["url"] == "https://b.example/"
    assert asked.request("PATCH", where, json={"url": "https://10.0.0.1/"}).status_code == 422
    assert asked.request("PATCH", where, json={"state": "disabled"}).status_code == 422
    assert asked.request("DELETE", where).status_code == 204
    assert asked.get(where).status_code == 404


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"department": "nobody"}, "there is no feed acme/nobody; there are: acme/"),
        ({"url": "http://crm.example/"}, "use https"),
        ({"url": "https://169.254.169.254/latest"}, "inner address"),
        ({"filter": {"channels": ["pigeon"]}}, "body.filter.channels"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(filled: Store, change: dict[str, Any], told: str) -> None:
    new = {"workspace": "acme", "department": "service", "url": "https://crm.example/"} | change
    answer = asking(filled).request("POST", "/v1/webhooks", json=new)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_for_others_there_is_no_such_page(filled: Store) -> None:
    identifier = made(asking(filled))["webhook"]["id"]
    member = Asking(filled, viewer("service"))
    for method, path in (
        ("GET", ""),
        ("GET", f"/{identifier}"),
        ("DELETE", f"/{identifier}"),
        ("POST", f"/{identifier}/test"),
    ):
        assert member.request(method, f"/v1/webhooks{path}").status_code == 404
    assert asking(filled).get(f"/v1/webhooks/{identifier}").status_code == 200


def test_the_test_button_tells_what_came_of_it(filled: Store) -> None:
    asked = asking(filled)
    with receiving(Receiver()) as receiver:
        told = made(asked, receiver.url)
        receiver.secret = told["secret"]
        where = f"/v1/webhooks/{told['webhook']['id']}/test"
        good = asked.request("POST", where).json()
        assert (good["delivered"], good["status"], receiver.taken[0][1]["type"]) == (True, 204, "ping")
        receiver.behave = lambda _: (302, {"location": "http://127.0.0.1:1/"})
        moved = asked.request("POST", where).json()
        assert (moved["delivered"], moved["status"]) == (False, 302)
        assert len(receiver.attempts) == 2
    gone = asked.request("POST", where).json()
    assert (gone["delivered"], gone["status"]) == (False, None)
    assert gone["error"]


def test_dead_letters_are_listed_shown_and_replayed(filled: Store) -> None:
    asked = asking(filled)
    identifier = made(asked)["webhook"]["id"]
    with filled.writing() as connection:
        found = subscriptions.one(connection, identifier)
        assert found is not None
        queue.put(connection, found, [FeedActivity.from_record(shown(n, f"text {n}")) for n in (1, 2, 3)], now=1)
        for _ in range(2):
            (delivery,) = queue.ready(connection, 1)
            queue.settle(connection, delivery, Verdict("dead"), Outcome(500, "500 broken"), 2)
    where = f"/v1/webhooks/{identifier}"
    assert (asked.get(where).json()["pending"], asked.get(where).json()["dead"]) == (1, 2)
    page = asked.get(f"{where}/deliveries?state=dead&limit=1").json()
    rest = asked.get(f"{where}/deliveries", params={"state": "dead", "limit": 1, "cursor": page["next"]}).json()
    assert [one["error"] for one in page["items"] + rest["items"]] == ["500 broken"] * 2
    assert rest["next"] is None
    position = page["items"][0]["position"]
    assert "text 2" in asked.get(f"{where}/deliveries/{position}").json()["body"]
    assert asked.request("POST", f"{where}/deliveries/{position}/replay").json() == {"count": 1}
    assert asked.request("POST", f"{where}/deliveries/{position}/replay").status_code == 404
    assert asked.request("POST", f"{where}/dead-letters/replay").json() == {"count": 1}
    assert asked.get(where).json()["dead"] == 0


def test_a_range_needs_zones_and_an_order(filled: Store) -> None:
    asked = asking(filled)
    where = f"/v1/webhooks/{made(asked)['webhook']['id']}/replay"
    day = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    assert asked.request("POST", where, json=day).status_code == 202
    assert asked.request("POST", where, json=day | {"until": "2025-01-01T00:00:00Z"}).status_code == 422
    assert asked.request("POST", where, json=day | {"until": "2026-01-02T00:00:00"}).status_code == 422
