"""CloudEvents as the CNCF's own SDK writes them, and the question whether somebody may send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from tests.connectors.called import call, delivered, source

from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit import catalogue
from commonline.kit.handshake import Answer
from commonline.kit.ingress.refusal import RefusedError
from commonline.kit.replay import trial
from commonline.schemas.records import Activity

ATTRIBUTES: dict[str, Any] = {
    "specversion": "1.0",
    "id": "A-234 1",
    "source": "https://kettles.example/küche?x=1",
    "type": "example.kettles.complaint.updated",
    "subject": "Küche € “4”",
    "time": datetime(2026, 5, 4, 9, 12, 33, tzinfo=UTC),
    "severity": "high",
}


def activity(message: HTTPMessage, **settings: Any) -> Activity:
    """The message by HTTP, through the endpoint and the mapping."""
    headers = {**message.headers, "authorization": "Bearer kettle"}
    made = delivered(source("cloudevents", token="kettle"), message.body, headers)
    (result,) = trial(catalogue.connector("cloudevents"), settings).run(made)
    (told,) = result.activities
    return told


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("application/json", {"text": "leaks", "n": 1}, "text: leaks\nn: 1"),
        ("text/plain", "Grüße, it leaks", "Grüße, it leaks"),
        ("application/json", None, None),
    ],
)
def test_both_modes_of_the_reference_sdk_are_the_same_fact(kind: str, data: Any, text: str | None) -> None:
    event = CloudEvent({**ATTRIBUTES, "datacontenttype": kind}, data)
    by_header, by_body = activity(to_binary_event(event)), activity(to_structured_event(event))
    assert by_header.id == by_body.id
    assert by_header.object == by_body.object
    assert (by_header.object.text, by_header.thread.title) == (text, "Küche € “4”")
    assert by_header.fields == by_body.fields == {"severity": "high"}
    assert by_header.type == "Update"


def test_bytes_are_an_attachment() -> None:
    event = CloudEvent({**ATTRIBUTES, "datacontenttype": "image/png"}, b"\x89PNG")
    for message in (to_binary_event(event), to_structured_event(event)):
        (file,) = activity(message).object.attachments
        assert (file.media_type, file.size) == ("image/png", 4)


def test_a_mapping_says_what_the_envelope_does_not() -> None:
    table = {"text": "data.words", "visibility": "customer", "actor": {"id": "data.by"}}
    event = CloudEvent({**ATTRIBUTES, "datacontenttype": "application/json"}, {"words": "It leaks.", "by": 7})
    told = activity(to_structured_event(event), mapping=table)
    assert (told.object.text, told.visibility) == ("It leaks.", "customer")
    assert told.actor is not None
    assert told.actor.account == "webhook:source/user/7"
    with pytest.raises(ConfigurationError, match=r"mapping\.text"):
        trial(catalogue.connector("cloudevents"), {"mapping": {"text": "data..words"}})


def asked(origins: list[str], origin: str | None = None, target: str = "/in/source") -> Answer:
    headers = {} if origin is None else {"WebHook-Request-Origin": origin, "WebHook-Request-Rate": "500"}
    told = call(source("cloudevents", token="kettle", origins=origins, rate=120), b"", "OPTIONS", target, headers)
    assert isinstance(told, Answer)
    return told


def test_a_sender_that_is_named_may_send() -> None:
    told = asked(["EventGrid.azure.net"], "eventgrid.azure.net")
    assert told.status == 200
    assert told.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert told.headers["WebHook-Allowed-Rate"] == "120"


@pytest.mark.parametrize(("token", "status"), [("kettle", 200), ("other", 403)])
def test_where_nobody_is_named_the_token_counts(token: str, status: int) -> None:
    told = asked([], "events.example", f"/in/source?access_token={token}")
    assert told.status == status
    assert ("WebHook-Allowed-Origin" in told.headers) == (status == 200)


def test_who_is_not_named_or_says_no_name_is_refused() -> None:
    assert asked(["a.example"], "b.example").status == 403
    assert asked([]).status == 400
    assert asked([], "x\r\ny").status == 400


def test_the_answer_to_the_question_lets_nobody_deliver() -> None:
    with pytest.raises(AuthenticationError):
        call(source("cloudevents", token="kettle", origins=["*"]), b"{}")
    with pytest.raises(RefusedError):
        call(source("cloudevents", token="kettle"), b"", "GET")
