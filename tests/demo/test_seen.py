"""The demo's accounts: they add up when all is there, and say what is lost or there twice."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Literal

import msgspec
import pytest

from commonline.demo.seen import Seen, present, summarize, unfinished
from commonline.schemas.records import (
    Activity,
    Control,
    ConversationActivity,
    Cursor,
    DeadLetter,
    Delivery,
    FeedActivity,
    Ledger,
    Object,
    Origin,
    PartyPerson,
    Person,
    Redaction,
    Thread,
)

NOW = 1_777_888_800_000_000
TOPIC = "deliveries.v1"


def name(text: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, text))


def delivery(number: int, *, body: bytes = b"") -> Delivery:
    body = body or b"body %d" % number
    return Delivery(
        id=name(f"delivery {number}"),
        workspace="acme",
        connector="slack",
        source="acme-slack",
        transport="webhook",
        authentication="signature",
        received=NOW,
        content_type="application/json",
        body_size=len(body),
        body=body,
        body_sha256=hashlib.sha256(body).digest(),
    )


def activity(number: int, *, part: int = 0) -> Activity:
    return Activity(
        id=name(f"activity {number}.{part}"),
        workspace="acme",
        connector="slack",
        source="acme-slack",
        event="message",
        type="Create",
        object=Object(id=f"slack:{number}", type="Note"),
        thread=Thread(id="slack:t"),
        channel="chat",
        direction="internal",
        visibility="internal",
        published=NOW,
        clock="source",
        received=NOW,
        origin=Origin(delivery=name(f"delivery {number}"), topic=TOPIC, partition=0, offset=number, entry=part),
    )


def joined(one: Activity, conversation: str = "c1", persons: tuple[str, ...] = ()) -> ConversationActivity:
    return ConversationActivity(
        event="activity",
        workspace="acme",
        seq=1,
        conversation=conversation,
        visibility=one.visibility,
        known=NOW,
        persons=[PartyPerson(account=f"slack:{person}", person=person) for person in persons],
        activity=one,
    )


def merged(conversation: str, other: str) -> ConversationActivity:
    return ConversationActivity(
        event="merged", workspace="acme", seq=2, conversation=conversation, visibility="public", known=NOW, other=other
    )


def shown(one: Activity | None, feed: str = "service", *, redacted: bool = False, late: bool = False) -> FeedActivity:
    return FeedActivity(
        event="activity" if one else "entered",
        workspace="acme",
        feed=feed,
        seq=1,
        conversation="c1",
        policy="1",
        visibility="internal",
        known=NOW,
        redactions=[Redaction(path="object.text", action="masked", rule="service/phone")] if redacted else [],
        catch_up=late,
        item=one,
    )


def letter(
    offset: int, *, step: Literal["decode", "map", "unify"] = "map", entry: int | None = None, topic: str = TOPIC
) -> DeadLetter:
    return DeadLetter(
        id=name(f"letter {topic} {offset} {entry}"),
        workspace="acme",
        connector="slack",
        source="acme-slack",
        step=step,
        cause="MalformedPayloadError",
        message="breaks off",
        software="test",
        fingerprint="slack:map",
        attempts=1,
        failed=NOW,
        entry=entry,
        topic=topic,
        partition=0,
        offset=offset,
    )


def ledger(*, quiet: int = 0, **ignored: int) -> Ledger:
    return Ledger(
        stage="normalize",
        topic=TOPIC,
        partition=0,
        first=0,
        last=9,
        workspace="acme",
        source="acme-slack",
        hour=0,
        read=10,
        activities=0,
        dead=0,
        sum=b"",
        at=NOW,
        quiet=quiet,
        ignored=ignored,
    )


def person(identifier: str, into: str | None = None) -> Person:
    return Person(
        id=identifier,
        workspace="acme",
        kind="person",
        side="customer",
        revision=1,
        first_seen=NOW,
        last_seen=NOW,
        merged_into=into,
    )


def day(*, without: tuple[Any, ...] = (), more: tuple[Any, ...] = ()) -> Seen:
    """Five deliveries: two activities, a redelivery of the first, a dead letter, one that is ignored."""
    seen = Seen()
    first, second = activity(0), activity(1)
    records: list[Any] = [
        delivery(0),
        delivery(1),
        delivery(2, body=b"body 0"),
        delivery(3),
        delivery(4),
        first,
        second,
        msgspec.structs.replace(first, origin=Origin(delivery=name("delivery 2"), topic=TOPIC, partition=0, offset=2)),
        letter(3),
        ledger(quiet=1, handshake=1),
        joined(first, persons=("ana", "sam")),
        joined(second, "c2", persons=("jonas",)),
        merged("c1", "c2"),
        person("jonas", into="ana"),
        person("ana"),
    ]
    for record in [*(one for one in records if one not in without), *more]:
        seen.take("topic", record, NOW)
    for one, feed in ((first, "service"), (second, "service"), (first, "pr")):
        seen.take("feeds", shown(one, feed, redacted=feed == "pr"), NOW + 12_340, feed)
    seen.take("feeds", shown(None), NOW, "service")
    return seen


def test_a_day_on_which_all_is_well() -> None:
    told = summarize(day(), 5, 1)
    assert told.as_dict() == {
        "deliveries": 5,
        "redelivered": 1,
        "refused": 1,
        "activities": 2,
        "ignored": 1,
        "dead_letters": 1,
        "conversations": 1,
        "persons": 2,
        "feeds": {"pr": 1, "service": 2},
        "redacted": {"pr": 1},
        "lost": 0,
        "duplicated": 0,
        "latency_ms": {"p50": 12.3, "p99": 12.3},
        "adds_up": True,
    }
    assert unfinished(day(), 5) == 0


LOSSES = [
    delivery(1),
    activity(1),
    letter(3),
    ledger(quiet=1, handshake=1),
    joined(activity(0), persons=("ana", "sam")),
]


@pytest.mark.parametrize("record", LOSSES, ids=lambda record: type(record).__name__)
def test_one_record_that_is_not_there_is_told(record: Any) -> None:
    told = summarize(day(without=(record,)), 5, 1)
    assert (told.lost, told.duplicated, told.adds_up) == (1, 0, False)
    assert unfinished(day(without=(record,)), 5) == 1


def test_a_delivery_that_was_acknowledged_and_never_written_is_told() -> None:
    assert summarize(day(), 6, 1).lost == 1
    assert unfinished(day(), 7) == 2


def test_twice_in_the_conversations_is_told() -> None:
    told = summarize(day(more=(joined(activity(0)),)), 5, 1)
    assert (told.lost, told.duplicated, told.adds_up) == (0, 1, False)


def test_twice_in_a_feed_is_told_and_once_in_two_feeds_is_right() -> None:
    seen = day()
    seen.take("feeds", shown(activity(1)), NOW, "service")
    seen.take("feeds", shown(activity(1), "hr"), NOW, "hr")
    assert summarize(seen, 5, 1).duplicated == 1


def test_the_same_activity_twice_on_its_way_is_no_fault() -> None:
    told = summarize(day(more=(activity(1),)), 5, 1)
    assert (told.activities, told.adds_up) == (2, True)


def test_the_same_dead_letter_twice_is_one() -> None:
    told = summarize(day(more=(letter(3),)), 5, 1)
    assert (told.dead_letters, told.adds_up) == (1, True)


def test_a_dead_entry_of_a_delivery_that_told_something_hides_no_loss() -> None:
    seen = day(without=(letter(3),), more=(letter(1, entry=1),))
    assert summarize(seen, 5, 1).lost == 1


def test_two_dead_entries_of_one_delivery_hide_no_loss() -> None:
    seen = day(without=(ledger(quiet=1, handshake=1),), more=(letter(3, entry=1),))
    assert summarize(seen, 5, 1).lost == 1


def test_a_dead_letter_of_unify_stands_for_no_delivery() -> None:
    seen = day(without=(letter(3),), more=(letter(0, step="unify", topic="activities.v1"),))
    assert summarize(seen, 5, 1).lost == 1


def test_control_records_are_passed_over_and_others_are_an_error() -> None:
    seen = day()
    seen.take("activities.v1", Control(id=name("x"), workspace="acme", kind="ruling", at=NOW, body="{}"), NOW)
    cursor = Cursor(source="acme-slack", workspace="acme", generation=1, position="{}", at=NOW)
    with pytest.raises(TypeError, match=r"cursors\.v1: Cursor was not expected"):
        seen.take("cursors.v1", cursor, NOW)
    assert summarize(seen, 5, 1).adds_up


def test_ids_lead_to_what_stands_now() -> None:
    links = {"a": "b", "b": "c"}
    assert [present(one, links) for one in "abcd"] == ["c", "c", "c", "d"]


def test_catch_up_is_no_latency() -> None:
    seen = Seen()
    for number, micros in enumerate((1_000, 2_000, 3_000, 500_000)):
        seen.take("feeds", shown(activity(number)), NOW + micros, "service")
    seen.take("feeds", shown(activity(9), late=True), NOW + 9_000_000, "service")
    assert summarize(seen, 0, 0).latency_ms == {"p50": 3.0, "p99": 500.0}
    assert summarize(seen, 0, 0).feeds == {"service": 5}


def test_nothing_seen() -> None:
    told = summarize(Seen(), 0, 0)
    assert told.latency_ms == {"p50": None, "p99": None}
    assert told.adds_up
    assert told.feeds == {}
