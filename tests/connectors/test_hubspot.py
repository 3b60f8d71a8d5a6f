"""HubSpot: what the goldens do not show."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit import catalogue
from commonline.kit.mapping import Dead, Mapped
from commonline.kit.replay import Result, trial, verdict
from commonline.kit.samples import Sample, read
from commonline.schemas.records import Activity

CONNECTOR = catalogue.connector("hubspot")
FIXTURES = CONNECTOR.folder / "fixtures"
RECEIVED = 1_780_315_200_000_000
PORTAL = 27145000
PAYLOADS = Path(os.environ.get("COMMONLINE_PAYLOADS", "../shared/payloads")) / "hubspot"
SETTINGS = {"portal_id": str(PORTAL)}
THREADS = "/conversations/v3/conversations/threads"


def results(body: Any, request: str | None = None, region: str | None = None) -> list[Result]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    one = trial(CONNECTOR, SETTINGS, region=region)
    sample = Sample("test", data, request=request, transport="poll" if request else None)
    return one.run(one.delivery(sample, RECEIVED))


def activities(body: Any, request: str | None = None, region: str | None = None) -> list[Activity]:
    return [activity for result in results(body, request, region) for activity in result.activities]


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_bytes())


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"subscriptionType": kind, "portalId": PORTAL, "occurredAt": 1_760_100_000_000, "appId": 1, **fields}


def message(**fields: Any) -> dict[str, Any]:
    told: dict[str, Any] = fixture("conversations.message__chat_from_visitor")
    return {**told, **fields}


def polled(told: dict[str, Any]) -> list[Activity]:
    return activities(told, f"GET {THREADS}/{told['conversationsThreadId']}/messages/{told['id']}")


# Identity


def test_a_message_is_one_object_by_webhook_and_by_poll() -> None:
    told = activities([event("conversation.newMessage", objectId=4400001, messageId="m-1", messageType="MESSAGE")])
    full = polled(message(id="m-1", conversationsThreadId="4400001"))
    assert told[0].object.id == full[0].object.id
    assert told[0].thread.id == full[0].thread.id
    assert told[0].object.text is None
    assert full[0].object.text
    # The full one must not fall on the id that the thin one took.
    assert told[0].id != full[0].id
    assert told[0].visibility == full[0].visibility == "customer"


def test_a_comment_is_internal_by_both_ways() -> None:
    told = activities([event("conversation.newMessage", objectId=1, messageId="m-2", messageType="COMMENT")])
    full = polled(message(id="m-2", type="COMMENT"))
    assert [told[0].visibility, full[0].visibility] == ["internal", "internal"]
    assert [told[0].direction, full[0].direction] == ["internal", "internal"]


def test_status_told_by_webhook_and_by_history_is_one_fact() -> None:
    webhook = activities(
        [event("conversation.propertyChange", objectId=7, propertyName="status", propertyValue="CLOSED")]
    )
    history = {
        "id": "h-1",
        "type": "THREAD_STATUS_CHANGE",
        "conversationsThreadId": "7",
        "createdAt": "2025-10-10T12:40:00.000Z",
        "newStatus": "CLOSED",
    }
    assert polled(history)[0].id == webhook[0].id
    assert webhook[0].thread.state == "closed"


def test_generic_and_older_names_tell_one_fact() -> None:
    old = event("ticket.propertyChange", objectId=5, propertyName="subject", propertyValue="Leaks")
    new = {**old, "subscriptionType": "object.propertyChange", "objectTypeId": "0-5"}
    first, second = activities([old, new])
    assert (first.id, first.object) == (second.id, second.object)
    assert first.thread.title == "Leaks"


def test_an_association_is_one_fact_from_both_ends() -> None:
    one = event("ticket.associationChange", associationType="TICKET_TO_CONTACT", fromObjectId=5, toObjectId=9)
    other = event("contact.associationChange", associationType="CONTACT_TO_TICKET", fromObjectId=9, toObjectId=5)
    generic = event(
        "object.associationChange", fromObjectTypeId="0-1", fromObjectId=9, toObjectTypeId="0-5", toObjectId=5
    )
    found = activities([one, other, generic])
    assert len({activity.id for activity in found}) == 1
    assert len({activity.thread.id for activity in found}) == 1
    parted = activities([{**one, "associationRemoved": True}])[0]
    assert (parted.type, parted.edge) == ("Remove", found[0].edge)


def test_attempts_and_subscriptions_do_not_matter() -> None:
    one = event("contact.propertyChange", objectId=1, propertyName="email", propertyValue="a@b.example")
    again = {**one, "attemptNumber": 3, "eventId": 99, "subscriptionId": 7}
    other = {**one, "propertyValue": "c@b.example"}
    first, second, third = activities([one, again, other])
    assert first.id == second.id != third.id


def test_a_snapshot_takes_its_place_by_the_time_of_the_change() -> None:
    change = activities([event("ticket.propertyChange", objectId=5550011, propertyName="subject", propertyValue="x")])
    snapshot = activities(fixture("crm.tickets__waiting"), "POST /crm/v3/objects/tickets/search")
    assert snapshot[0].object.id == change[0].object.id
    assert int(snapshot[0].object.version or 0) > int(change[0].object.version or 0)


def test_the_same_number_in_two_accounts_is_two_people() -> None:
    first, second = activities(fixture("contact.propertyChange__batch_of_two_accounts"))
    assert first.object.id != second.object.id
    assert first.participants[0].account != second.participants[0].account


# People


@pytest.mark.parametrize(
    ("name", "value", "region", "expected"),
    [
        ("email", "Ana@Post.Example", None, ["mailto:ana@post.example"]),
        ("email", "not an address", None, []),
        ("email", "+49 151 23456789", None, []),
        ("phone", "ana@post.example", None, []),
        ("phone", "+49 151 23456789", None, ["tel:+4915123456789"]),
        ("mobilephone", "0151 23456789", "DE", ["tel:+4915123456789"]),
        ("mobilephone", "0151 23456789", None, []),
        ("hs_additional_emails", "a@b.example; c@d.example", None, ["mailto:a@b.example", "mailto:c@d.example"]),
        ("firstname", "a@b.example", None, []),
        ("email", None, None, []),
        ("email", "", None, []),
    ],
)
def test_claims_of_properties(name: str, value: str | None, region: str | None, expected: list[str]) -> None:
    body = [event("contact.propertyChange", objectId=1, propertyName=name, propertyValue=value)]
    found = activities(body, region=region)[0]
    claims = found.participants[0].claims
    assert [claim.account for claim in claims] == expected
    assert {claim.trust for claim in claims} <= {"entered"}


def test_what_a_form_says_is_only_asserted() -> None:
    body = event("contact.propertyChange", objectId=1, propertyName="email", propertyValue="a@b.example")
    found = activities([{**body, "changeSource": "FORM"}])[0]
    assert found.direction == "inbound"
    assert found.actor is not None
    assert {claim.trust for party in (found.actor, *found.participants) for claim in party.claims} == {"asserted"}


def test_the_address_of_a_company_is_nobodys() -> None:
    found = activities(
        [event("company.propertyChange", objectId=1, propertyName="phone", propertyValue="+49 30 1234567")]
    )
    assert found[0].participants == []


@pytest.mark.parametrize(
    ("actor", "account", "kind", "side"),
    [
        ("A-55", f"hubspot:{PORTAL}/user/55", "person", "us"),
        ("V-351", f"hubspot:{PORTAL}/contact/351", "person", "customer"),
        ("E-Boss@Post.Example", "mailto:boss@post.example", "person", "unknown"),
        ("I-33", f"hubspot:{PORTAL}/app/33", "application", "us"),
        ("S-hubspot", f"hubspot:{PORTAL}/bot/hubspot", "application", "us"),
        ("B-1", f"hubspot:{PORTAL}/bot/1", "application", "us"),
        ("L-1", f"hubspot:{PORTAL}/bot/1", "application", "us"),
    ],
)
def test_actors_by_the_first_letter(actor: str, account: str, kind: str, side: str) -> None:
    found = polled(message(senders=[{"actorId": actor}]))[0]
    assert found.actor is not None
    assert (found.actor.account, found.actor.kind, found.actor.side) == (account, kind, side)
    assert found.automated == (kind == "application")


def test_sensitive_values_and_passes_stay_behind() -> None:
    for path in sorted(FIXTURES.glob("*.json")):
        if not path.name.endswith((".meta.json", ".expected.json")):
            meta = path.with_name(path.name.replace(".json", ".meta.json"))
            request = json.loads(meta.read_bytes()).get("request") if meta.is_file() else None
            assert "must-not-leak" not in repr([r.activities for r in results(path.read_bytes(), request)]), path.name


# One bad part among good ones

GOOD = [event("contact.creation", objectId=n) for n in range(1, 4)]
BAD: list[Any] = [
    event("contact.creation", objectId={}),
    event("contact.creation"),
    event("contact.propertyChange", objectId=1),
    event("contact.merge", objectId=1, mergedObjectIds=[None]),
    event("object.creation", objectId=1),
    {"subscriptionType": "contact.creation"},
    {"portalId": 1},
    "text",
    None,
]


@given(st.lists(st.sampled_from([*GOOD, *BAD]), min_size=1, max_size=8))
def test_what_cannot_be_read_harms_nothing_beside_it(events: list[Any]) -> None:
    found = results(events)
    assert len(found) == len(events)
    for number, (told, result) in enumerate(zip(events, found, strict=True)):
        assert result.outcome.entry == number
        if told in GOOD:
            assert isinstance(result.outcome, Mapped)
        else:
            assert isinstance(result.outcome, Dead)
            assert (result.outcome.path or "").startswith(f"[{number}]")


@pytest.mark.parametrize(
    "request_line",
    ["", "GET /", "GET /conversations/v3/conversations/threads", "POST /crm/v3/objects/x", "GET /crm/v3/objects/a/b/c"],
)
def test_answers_to_what_was_never_asked_are_dead(request_line: str) -> None:
    one = trial(CONNECTOR, SETTINGS)
    sample = Sample("test", b"{}", request=request_line, transport="poll")
    [found] = one.run(one.delivery(sample, RECEIVED))
    assert isinstance(found.outcome, Dead)
    assert found.outcome.path == "request"


# Real payloads


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="no collection of real payloads beside the checkout")
def test_every_real_payload_is_mapped() -> None:
    one = trial(CONNECTOR, SETTINGS)
    found = [
        verdict(sample.name, one.run(one.delivery(sample, RECEIVED)))
        for path in sorted(PAYLOADS.glob("*.json"))
        for sample in read(path.name, path.read_bytes())
    ]
    assert found
    assert {one.outcome for one in found} == {"mapped"}
