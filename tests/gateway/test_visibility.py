"""Neither of two viewers sees beyond its visibility, by any route. A route that is not listed here fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from commonline.audit.report import Report
from commonline.gateway.app import make_app
from commonline.gateway.project.batch import Input
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import Viewer
from commonline.letters.letterbox import Letters
from commonline.schemas.records import Completeness, ConversationActivity, DeadLetter, FeedActivity
from tests.gateway.asking import Asking
from tests.gateway.filled import ROOT, fill, inputs, told, viewer
from tests.streams.unify.world import World, activity, configuration, party

VIEWERS = {
    "service, up to customer": viewer("service", visibility="customer"),
    "pr, up to public": viewer("pr", visibility="public"),
    "hr": viewer("hr"),
    "service and pr, up to internal": viewer("service", "pr", visibility="internal"),
    "nobody": Viewer("nobody"),
    "another workspace": viewer("service", workspace="globex"),
}
CALLS: dict[str, Callable[[Marks], Iterable[str]]] = {
    "GET /v1/conversations": lambda marks: [
        "/v1/conversations",
        "/v1/conversations?order=waits",
        "/v1/conversations?as_of=2030-01-01T00:00:00Z",
        *(f"/v1/conversations?department={name}" for name in ("service", "pr", "hr", "marketing")),
        *(
            f"/v1/conversations?text={word}"
            for word in ("kettle", "alpha", "bravo", "charlie", "delta", "echo", "golf")
        ),
        *(f"/v1/conversations?person={one}" for one in marks.persons),
        *(f"/v1/conversations?source={one}" for one in ("publicsource", "secretsource")),
    ],
    "GET /v1/conversations/{conversation}": lambda marks: [
        f"/v1/conversations/{one}{more}"
        for one in marks.conversations
        for more in ("", "?as_of=2030-01-01T00:00:00Z", "?department=hr", "?department=pr", "?workspace=acme")
    ],
    "PUT /v1/conversations/{conversation}/read": lambda marks: [
        f"/v1/conversations/{one}/read" for one in marks.conversations
    ],
    "DELETE /v1/conversations/{conversation}/read": lambda marks: [
        f"/v1/conversations/{one}/read" for one in marks.conversations
    ],
    "GET /v1/conversations/{conversation}/links": lambda marks: [
        f"/v1/conversations/{one}/links" for one in marks.conversations
    ],
    "GET /v1/conversations/{conversation}/export": lambda marks: [
        f"/v1/conversations/{one}/export?format={form}{more}"
        for one in marks.conversations
        for form in ("vcon", "activitystreams", "mbox")
        for more in ("", "&department=hr", "&as_of=2030-01-01T00:00:00Z")
    ],
    "GET /v1/activities": lambda marks: [
        "/v1/activities",
        "/v1/activities?as_of=2030-01-01T00:00:00Z",
        "/v1/activities?visibility=internal",
        *(f"/v1/activities?department={name}" for name in ("service", "pr", "hr")),
        *(f"/v1/activities?text={word}" for word in ("alpha", "bravo", "charlie", "delta", "echo", "golf")),
    ],
    "GET /v1/activities/{activity}": lambda marks: [f"/v1/activities/{one}" for one in marks.activities],
    "GET /v1/persons": lambda _: ["/v1/persons", "/v1/persons?name=e", "/v1/persons?department=hr"],
    "GET /v1/persons/{person}": lambda marks: [f"/v1/persons/{one}" for one in marks.persons],
    "GET /v1/feeds": lambda _: ["/v1/feeds", "/v1/feeds?department=hr"],
    "GET /v1/sources": lambda _: ["/v1/sources", "/v1/sources?deliveries=true"],
    "GET /v1/statistics/volume": lambda _: [
        f"/v1/statistics/volume?since=2026-09-20T00:00:00Z&until=2026-10-20T00:00:00Z&by={by}"
        for by in ("channel", "source", "department")
    ],
    "GET /v1/statistics/busiest": lambda _: [
        "/v1/statistics/busiest?since=2026-09-20T00:00:00Z&until=2026-10-20T00:00:00Z&bucket_s=86400"
    ],
    "GET /v1/dead-letters": lambda _: ["/v1/dead-letters"],
    "GET /v1/dead-letters/{letter}": lambda marks: [f"/v1/dead-letters/{one}" for one in marks.activities],
    "POST /v1/dead-letters/{letter}/replay": lambda marks: [
        f"/v1/dead-letters/{one}/replay" for one in marks.activities
    ],
    "GET /v1/findings": lambda _: ["/v1/findings"],
}
WEBHOOK = "/v1/webhooks/{identifier}"
WEBHOOKS = [
    *("GET /v1/webhooks", "POST /v1/webhooks", f"GET {WEBHOOK}", f"PATCH {WEBHOOK}", f"DELETE {WEBHOOK}"),
    *(f"POST {WEBHOOK}/rotate", f"POST {WEBHOOK}/test", f"POST {WEBHOOK}/replay"),
    *(f"GET {WEBHOOK}/deliveries", f"GET {WEBHOOK}/deliveries/{{position}}"),
    *(f"POST {WEBHOOK}/deliveries/{{position}}/replay", f"POST {WEBHOOK}/dead-letters/replay"),
]


def nothing(route: str) -> Callable[[Marks], Iterable[str]]:
    """A call of the route for a webhook that is not there."""
    return lambda _: [route.split()[1].format(identifier="0" * 32, position=1)]


CALLS |= {route: nothing(route) for route in WEBHOOKS}
ADMINISTRATORS = {
    *WEBHOOKS,
    "GET /v1/conversations/{conversation}/links",
    "GET /v1/dead-letters",
    "GET /v1/dead-letters/{letter}",
    "POST /v1/dead-letters/{letter}/replay",
    "GET /v1/findings",
}


@dataclass
class Marks:
    """Ids and words of records; each stands in what a viewer may be told, or may not."""

    conversations: set[str] = field(default_factory=set)
    activities: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def add(self, record: FeedActivity | ConversationActivity) -> None:
        item = record.item if isinstance(record, FeedActivity) else record.activity
        self.conversations.add(record.conversation)
        self.persons |= {one.person for one in record.persons}
        if item is not None:
            self.activities.add(item.id)
            self.words |= {item.object.id, item.source, item.thread.id}
            self.words |= set(re.findall(r"\b(?:alpha|bravo|charlie|delta|echo|golf)\b", item.object.text or ""))
            self.words |= {one.account for one in (item.actor,) if one is not None and one.account}

    @property
    def all(self) -> set[str]:
        return self.conversations | self.activities | self.persons | self.words


class Audited:
    """What stands in the log, without one."""

    def __init__(self) -> None:
        names = ("publicsource", "secretsource")
        at = {"until": 1, "at": 1, "open": 0}
        self.complete = {("acme", one): Completeness(workspace="acme", source=one, **at) for one in names}
        self.findings: dict[str, Any] = {}

    def told(self) -> Audited:
        return self

    def letters(self) -> Letters:
        letter = DeadLetter(
            id="11111111-1111-4111-8111-111111111111", workspace="acme", connector="facebook", source="page",
            step="map", cause="MalformedPayloadError", message="expected text", path="entry[0].id", software="test",
            fingerprint="f", attempts=1, failed=1_790_000_000_000_000,
        )  # fmt: skip
        return Letters({letter.id: letter})

    def original(self, _: DeadLetter) -> tuple[None, bytes]:
        return None, b'{"entry": [{"id": 7}]}'

    def replay(self, letters: list[DeadLetter]) -> tuple[int, list[DeadLetter]]:
        return len(letters), []

    def report(self) -> Report:
        return Report([], [], 0, 0, frozenset())


def world() -> World:
    """Public, customer, internal and restricted things in shared conversations, and one conversation of each kind."""
    page = "facebook:1/post"
    said = partial(activity, source="publicsource")
    ana, ben = party("facebook:1/ana", "Ana"), party("zendesk:acme/7", "Ben", us=True)
    return told(
        configuration(),
        said("facebook:1/c1", text="kettle alpha", actor=ana, thread=page, at=1),
        said("zendesk:1/n1", text="kettle bravo", actor=ben, thread=page, at=2, visibility="internal"),
        said("zendesk:1/n2", text="kettle charlie", actor=ben, thread=page, at=3, visibility="restricted"),
        activity("mail:1/m1", text="kettle delta", actor=party("mailto:eve@example.org", "Eve"), at=4,
                 visibility="customer", channel="email", source="secretsource"),
        activity("hris:1/e1", text="kettle echo", actor=party("hris:1/kim", "Kim", us=True), at=5,
                 visibility="restricted", channel="employee", source="secretsource"),
        said("facebook:1/c9", text="kettle golf", actor=ana, thread=page, at=6),
        said("facebook:1/c9", text=None, kind="Delete", thread=page, at=7),
    )  # fmt: skip


def marks(found: Iterable[Input], who: Viewer) -> tuple[Marks, Marks]:
    """What this viewer may be told, and what there is."""
    seen, everything = Marks(), Marks()
    for one, _ in found:
        if isinstance(one, FeedActivity):
            everything.add(one)
            if any((feed.workspace, feed.department) == (one.workspace, one.feed) for feed in who.feeds) and who.sees(
                one.visibility
            ):
                seen.add(one)
        elif isinstance(one, ConversationActivity):
            everything.add(one)
    return seen, everything


@pytest.fixture(scope="module")
def records() -> list[Input]:
    return inputs(world().outputs)


def routes(store: Store) -> list[str]:
    paths = make_app(store).openapi()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


def test_every_route_is_tried(store: Store) -> None:
    assert sorted(routes(store)) == sorted(CALLS)


@pytest.mark.parametrize("name", VIEWERS)
def test_nothing_is_told_that_one_may_not_see(store: Store, records: list[Input], name: str) -> None:
    fill(store, records)
    who = VIEWERS[name]
    seen, everything = marks(records, who)
    hidden = everything.all - seen.all
    assert len(hidden) > 10
    asking = Asking(store, who, operations=Audited())
    for route, urls in CALLS.items():
        for url in urls(everything):
            answer = asking.request(route.split()[0], url)
            assert answer.status_code < 500, (url, answer.text)
            echoed = re.findall(r"[^/?=&]+", url)
            told_ = answer.text + repr(answer.headers)
            assert [mark for mark in hidden if mark in told_ and mark not in echoed] == [], url
            if route in ADMINISTRATORS:
                assert answer.status_code == 404, url


def test_the_same_calls_tell_an_administrator_everything(store: Store, records: list[Input]) -> None:
    """Or else the test above would prove nothing."""
    fill(store, records)
    asking = Asking(store, ROOT, operations=Audited())
    _, everything = marks(records, ROOT)
    plain = [route for route in CALLS if route.startswith("GET") and route not in ADMINISTRATORS]
    told_ = "".join(asking.get(url).text for route in plain for url in CALLS[route](everything))
    assert {word for word in ("alpha", "bravo", "charlie", "delta", "echo") if word not in told_} == set()


def test_counts_do_not_tell_either(store: Store, records: list[Input]) -> None:
    fill(store, records)
    asking = Asking(store, VIEWERS["service, up to customer"], operations=Audited())
    listed = asking.get("/v1/conversations").json()["items"]
    assert sorted(one["entries"] for one in listed) == [1, 1]
    (feed,) = asking.get("/v1/feeds").json()
    assert (feed["conversations"], feed["entries"], feed["rules"]) == (2, 2, None)
    span = "since=2026-09-20T00:00:00Z&until=2026-10-20T00:00:00Z&bucket_s=86400"
    volume = asking.get(f"/v1/statistics/volume?{span}").json()["items"]
    assert sum(one["entries"] for one in volume) == 2
