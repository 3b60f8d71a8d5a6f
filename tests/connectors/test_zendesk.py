"""Zendesk: identity over both ways, privacy, the signature, and the export against a server on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.zendesk import source
from commonline.connectors.zendesk.crosslinks import external_uri
from commonline.connectors.zendesk.values import scalar
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit import catalogue, signature
from commonline.kit.mapping import Dead
from commonline.kit.replay import Trial, trial
from commonline.kit.request import Request
from commonline.kit.samples import Sample
from commonline.kit.source import Context, Page
from commonline.schemas.records import Activity

NOW = 1_777_900_000_000_000
SECOND = 1_000_000
EXPORT_PATH = "/api/v2/incremental/tickets/cursor.json"
DETAIL: dict[str, Any] = {
    "id": "77",
    "subject": "Lid does not close",
    "description": "The lid of my kettle does not close.",
    "status": "OPEN",
    "is_public": True,
    "requester_id": "501",
    "submitter_id": "501",
    "assignee_id": "901",
    "actor_id": "901",
    "tags": ["lid"],
    "created_at": "2026-05-04T10:00:00Z",
    "updated_at": "2026-05-04T10:05:00Z",
    "via": {"channel": "mail"},
}


@pytest.fixture
def desk() -> Trial:
    return trial(catalogue.connector("zendesk"), {"subdomain": "acme"})


def webhook(desk: Trial, event: str, told: dict[str, Any], **detail: Any) -> list[Activity]:
    body = {
        "type": f"zen:event-type:{event}",
        "account_id": 1,
        "time": "2026-05-04T10:05:00.5Z",
        "detail": {**DETAIL, **detail},
        "event": told,
    }
    return activities(desk, Sample("webhook", json.dumps(body).encode()))


def poll(desk: Trial, page: dict[str, Any], request: str) -> list[Activity]:
    return activities(desk, Sample("poll", json.dumps(page).encode(), request=request, transport="poll"))


def activities(desk: Trial, sample: Sample) -> list[Activity]:
    results = desk.run(desk.delivery(sample, NOW))
    assert not [r.outcome for r in results if isinstance(r.outcome, Dead)]
    return [activity for result in results for activity in result.activities]


COMMENTS = "GET /api/v2/tickets/77/comments.json?include=users"
REST_USER = {"id": 501, "name": "Ana Weber", "email": "ana@example.org", "role": "end-user", "verified": True}


def test_a_comment_is_one_fact_by_webhook_and_by_poll(desk: Trial) -> None:
    told = {"comment": {"id": "9", "body": "Any news?", "is_public": True, "author": {"id": "501", "is_staff": False}}}
    page = {
        "comments": [
            {"id": 9, "body": "Any news?", "public": True, "author_id": 501, "created_at": "2026-05-04T10:04:58Z"}
        ],
        "users": [REST_USER],
    }
    (pushed,) = webhook(desk, "ticket.comment_added", told)
    (polled,) = poll(desk, page, COMMENTS)
    assert pushed.id == polled.id
    assert (pushed.object.id, pushed.thread.id) == (polled.object.id, polled.thread.id)
    assert pushed.direction == polled.direction == "inbound"
    assert polled.actor is not None
    assert [(c.account, c.trust) for c in polled.actor.claims] == [("mailto:ana@example.org", "verified")]


def test_a_deletion_is_one_fact_by_webhook_and_by_poll(desk: Trial) -> None:
    (pushed,) = webhook(desk, "ticket.soft_deleted", {}, status="DELETED")
    ticket = {**DETAIL, "id": 77, "status": "deleted"}
    (polled,) = poll(desk, {"tickets": [ticket]}, f"GET {EXPORT_PATH}?cursor=x")
    assert (pushed.type, pushed.id) == ("Delete", polled.id)
    assert pushed.object.text is pushed.object.title is None


def test_a_snapshot_carries_the_version_that_events_carry(desk: Trial) -> None:
    (pushed,) = webhook(desk, "ticket.status_changed", {"current": "OPEN", "previous": "NEW"})
    (polled,) = poll(desk, {"tickets": [{**DETAIL, "id": 77}]}, f"GET {EXPORT_PATH}?cursor=x")
    assert (polled.event, polled.type) == ("ticket.snapshot", "Update")
    assert pushed.object.version == polled.object.version == "1777889100000000"
    assert pushed.id != polled.id


def test_redaction_is_one_fact_by_both_ways_and_reaches_the_opening_text(desk: Trial) -> None:
    body = "Card ▇▇▇▇"
    told = {"comment": {"id": "9", "body": body, "is_public": True, "author": {"id": "501", "is_staff": False}}}
    comment, ticket = webhook(desk, "ticket.comment_redacted", told, description="Card ▇▇▇▇, lid broken")
    page = {"comments": [{"id": 9, "body": body, "public": True, "author_id": 501}], "users": [REST_USER]}
    created, update = poll(desk, page, COMMENTS)
    assert (created.type, update.type) == ("Create", "Update")
    assert comment.id == update.id
    assert ticket.object.type == "Ticket"
    assert ticket.object.text == "Card ▇▇▇▇, lid broken"


def test_what_a_redaction_does_not_tell_again_is_gone(desk: Trial) -> None:
    (comment,) = webhook(desk, "ticket.comment_redacted", {"comment": {"id": "9", "is_public": True}})
    assert comment.object.text == ""


@pytest.mark.parametrize(
    ("flag", "visibility"), [(True, "customer"), (False, "internal"), (None, "restricted"), ("absent", "restricted")]
)
def test_a_comment_is_never_looser_than_told(desk: Trial, flag: Any, visibility: str) -> None:
    comment: dict[str, Any] = {"id": "9", "body": "x", "author": {"id": "901", "is_staff": True}}
    if flag != "absent":
        comment["is_public"] = flag
    (note,) = webhook(desk, "ticket.comment_added", {"comment": comment})
    assert note.visibility == visibility
    assert note.direction == ("outbound" if flag is True else "internal")


def test_a_ticket_without_public_comments_stays_inside(desk: Trial) -> None:
    (ticket,) = webhook(desk, "ticket.created", {}, is_public=False, submitter_id="901", requester_id="901")
    assert (ticket.visibility, ticket.direction) == ("internal", "internal")


def test_a_recorded_call_is_restricted(desk: Trial) -> None:
    call = {"recording_url": "https://acme.zendesk.com/r", "call_id": 5, "call_duration": 61}
    page = {"comments": [{"id": 9, "body": "Call", "public": True, "author_id": 901, "data": call}]}
    (note,) = poll(desk, page, COMMENTS)
    assert note.visibility == "restricted"
    assert note.metrics == {"duration_s": 61.0}
    assert [a.url for a in note.object.attachments] == [None]


def test_a_post_that_a_ticket_was_raised_from_is_its_thread(desk: Trial) -> None:
    (ticket,) = webhook(desk, "ticket.created", {}, external_id="facebook:12/comment/12_34_56")
    assert [(r.kind, r.id) for r in ticket.references] == [("thread", "facebook:12/comment/12_34_56")]


@pytest.mark.parametrize("text", ["order-12", "2026-05-04 10:00", "javascript:alert(1)", "https://", "zendesk:x/1", 17])
def test_other_external_ids_are_no_references(text: str | int) -> None:
    assert external_uri(text) is None


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists)
    | st.dictionaries(st.text(), st.text())
)
def test_any_value_of_a_changed_field_becomes_text(value: Any) -> None:
    told = scalar(value)
    assert told is None or told


def scheme() -> Any:
    declared = catalogue.manifest("zendesk").webhook
    assert declared is not None
    return declared.signature[0]


def call(body: bytes, secret: str, stamp: str) -> Request:
    """A call signed as the vendor's page says: base64(HMAC-SHA256(secret, timestamp + body))."""
    mac = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    headers = {
        "x-zendesk-webhook-signature": base64.b64encode(mac).decode(),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }
    return Request("POST", "/in/desk", "https://acme.example/in/desk", headers, body)


def test_the_vendors_signature_is_accepted_and_nothing_else() -> None:
    now = 1_777_889_100 * SECOND
    good = call(b'{"a":1}', "s3cret", "2026-05-04T10:05:00Z")
    signature.verify(scheme(), ["old", "s3cret"], good, now)
    for bad in (
        call(b'{"a":1}', "other", "2026-05-04T10:05:00Z"),
        call(b'{"a":1}', "s3cret", "2026-05-04T08:05:00Z"),
        Request("POST", good.target, good.url, good.headers, b'{"a":2}'),
    ):
        with pytest.raises(AuthenticationError):
            signature.verify(scheme(), ["s3cret"], bad, now)


class Stub:
    """The edge of the vendor's API: answers by path, remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.authorization: set[str | None] = set()
        self.answers: dict[str, list[tuple[int, Any]]] = {}

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request.raw_path)
        self.authorization.add(request.headers.get("Authorization"))
        queue = self.answers[request.path]
        status, body = queue.pop(0) if len(queue) > 1 else queue[0]
        headers = {"Retry-After": "93"} if status == 429 else {}
        return web.json_response(body, status=status, headers=headers)


@pytest.fixture
async def stub() -> AsyncIterator[tuple[Stub, Callable[..., Context]]]:
    """A stub server on a free port, and a maker of contexts that reach it."""
    edge = Stub()
    app = web.Application()
    app.router.add_get("/{any:.*}", edge.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as http:

        def context(**told: Any) -> Context:
            settings = {
                "subdomain": "acme",
                "email": "bot@acme.example",
                "api_token": ResolvedSecret(("t0ken",)),
                "api_url": f"http://{host}:{port}",
                "page_size": 2,
            }
            return Context("desk", "acme", settings, http, clock=lambda: NOW, **told)

        yield edge, context
    await runner.cleanup()


async def collect(pages: AsyncIterator[Page]) -> list[Page]:
    return [page async for page in pages]


def comments_path(ticket: int) -> str:
    return f"/api/v2/tickets/{ticket}/comments.json"


def one_comment(number: int, created: str = "2026-05-04T10:00:00Z") -> dict[str, Any]:
    return {"id": number, "body": f"c{number}", "public": True, "author_id": 501, "created_at": created}


async def test_the_export_is_read_to_its_end_with_the_comments_of_each_ticket(
    stub: tuple[Stub, Callable[..., Context]], desk: Trial
) -> None:
    edge, context = stub
    edge.answers = {
        EXPORT_PATH: [
            (
                200,
                {"tickets": [{**DETAIL, "id": 77}], "users": [REST_USER], "after_cursor": "A", "end_of_stream": False},
            ),
            (200, {"tickets": [{**DETAIL, "id": 78, "status": "deleted"}], "after_cursor": "B", "end_of_stream": True}),
        ],
        comments_path(77): [(200, {"comments": [one_comment(1)], "users": [REST_USER], "meta": {"has_more": False}})],
    }
    pages = await collect(source.read(context(since_us=NOW - 3600 * SECOND), None))
    assert [page.cursor for page in pages if not page.items] == [
        {"after": "A", "read_us": NOW},
        {"after": "B", "read_us": NOW},
    ]
    assert [page.cursor for page in pages if page.items] == [None, None, {"after": "A", "read_us": NOW}]
    assert edge.asked[0].startswith(f"{EXPORT_PATH}?include=users&per_page=2&start_time=1777896400")
    assert "cursor=A" in edge.asked[2]
    assert edge.authorization == {"Basic " + base64.b64encode(b"bot@acme.example/token:t0ken").decode()}
    told = [
        activity
        for page in pages
        for item in page.items
        for activity in activities(desk, Sample("poll", item.body, request=item.request, transport="poll"))
    ]
    assert [(a.type, a.object.id) for a in told] == [
        ("Update", "zendesk:acme/ticket/77"),
        ("Create", "zendesk:acme/comment/1"),
        ("Delete", "zendesk:acme/ticket/78"),
    ]
    assert told[1].thread.id == "zendesk:acme/ticket/77"


async def test_comments_are_read_down_to_those_that_are_known(stub: tuple[Stub, Callable[..., Context]]) -> None:
    edge, context = stub
    more = {"has_more": True, "after_cursor": "next"}
    edge.answers = {
        EXPORT_PATH: [(200, {"tickets": [{"id": 77, "status": "open"}], "after_cursor": "B", "end_of_stream": True})],
        comments_path(77): [
            (200, {"comments": [one_comment(3, "2026-05-04T13:00:00Z")], "meta": more}),
            (200, {"comments": [one_comment(2, "2026-05-01T10:00:00Z")], "meta": more}),
            (500, {}),
        ],
    }
    pages = await collect(source.read(context(), {"after": "A", "read_us": NOW - 60 * SECOND}))
    assert len([item for page in pages for item in page.items]) == 3
    assert "page%5Bafter%5D=next" in edge.asked[2]


async def test_a_ticket_that_is_gone_meanwhile_has_no_comments(stub: tuple[Stub, Callable[..., Context]]) -> None:
    edge, context = stub
    edge.answers = {
        EXPORT_PATH: [(200, {"tickets": [{"id": 77}], "after_cursor": "B", "end_of_stream": True})],
        comments_path(77): [(404, {"error": "RecordNotFound"})],
    }
    pages = await collect(source.read(context(), None))
    assert pages[-1].cursor == {"after": "B", "read_us": NOW}


async def test_nothing_new_keeps_the_position(stub: tuple[Stub, Callable[..., Context]]) -> None:
    edge, context = stub
    edge.answers = {EXPORT_PATH: [(200, {"tickets": [], "after_cursor": None, "end_of_stream": True})]}
    (page,) = await collect(source.read(context(), None))
    assert page.items == []
    assert page.cursor == {"start": NOW // SECOND - 61, "read_us": NOW}
    (again,) = await collect(source.read(context(), page.cursor))
    assert again.cursor == page.cursor


async def test_a_cursor_that_the_vendor_forgot_goes_back_in_time(stub: tuple[Stub, Callable[..., Context]]) -> None:
    edge, context = stub
    edge.answers = {
        EXPORT_PATH: [
            (422, {"error": "InvalidCursor"}),
            (200, {"tickets": [], "after_cursor": "C", "end_of_stream": True}),
        ]
    }
    read_us = NOW - 7200 * SECOND
    (page,) = await collect(source.read(context(), {"after": "old", "read_us": read_us}))
    assert f"start_time={(read_us - source.OVERLAP_US) // SECOND}" in edge.asked[1]
    assert page.cursor == {"after": "C", "read_us": NOW}


async def test_patience_and_refusal(stub: tuple[Stub, Callable[..., Context]]) -> None:
    edge, context = stub
    edge.answers = {EXPORT_PATH: [(429, {}), (503, {}), (401, {})]}
    with pytest.raises(RetryLaterError) as told:
        await collect(source.read(context(), None))
    assert told.value.after_s == 93
    with pytest.raises(RetryLaterError):
        await collect(source.read(context(), None))
    with pytest.raises(ConfigurationError, match="admin"):
        await collect(source.read(context(), None))


async def test_no_network_is_a_disconnection(stub: tuple[Stub, Callable[..., Context]]) -> None:
    _, context = stub
    away = context()
    settings = {**away.settings, "api_url": "http://127.0.0.1:1"}
    with pytest.raises(DisconnectedError):
        await collect(source.read(Context("desk", "acme", settings, away.http), None))
