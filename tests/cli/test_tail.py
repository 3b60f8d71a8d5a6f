"""Which topics are meant, from when, and how a record reads on one line."""

from __future__ import annotations

import pytest

from commonline.cli.ages import moment_us
from commonline.cli.lines import conversation_of, line
from commonline.clock import now_us
from commonline.errors import ConfigurationError
from commonline.schemas.records import Activity, FeedActivity, Object, Origin, Party, Redaction, Thread

ID = "3f2a91c0-0000-5000-8000-000000000000"


def activity(text: str, **changes: object) -> Activity:
    values: dict[str, object] = {
        "id": ID,
        "workspace": "acme",
        "connector": "facebook",
        "source": "page",
        "event": "feed.comment",
        "type": "Create",
        "object": Object(id="facebook:1/2", type="Note", text=text),
        "thread": Thread(id="facebook:1"),
        "channel": "comment",
        "direction": "inbound",
        "visibility": "public",
        "published": 1,
        "clock": "source",
        "received": 2,
        "origin": Origin(delivery=ID, topic="deliveries.v1", partition=0, offset=0),
        "actor": Party(account="facebook:1/u", kind="person", side="customer", role="author", name="Ana"),
    }
    return Activity(**{**values, **changes})  # type: ignore[arg-type]


def feed(event: str, **changes: object) -> FeedActivity:
    values: dict[str, object] = {
        "event": event,
        "workspace": "acme",
        "feed": "pr",
        "seq": 1,
        "conversation": ID,
        "policy": "pr@1",
        "visibility": "public",
        "known": 1,
    }
    return FeedActivity(**{**values, **changes})  # type: ignore[arg-type]


def test_times() -> None:
    assert abs(moment_us("--from", "15m") - (now_us() - 900_000_000)) < 5_000_000
    assert moment_us("--from", "2026-01-31T09:00+00:00") == 1_769_850_000_000_000
    with pytest.raises(ConfigurationError, match="yesterday"):
        moment_us("--from", "yesterday")


def test_an_activity_on_one_line() -> None:
    shown = line("pr", 0, activity("My kettle\n\x1b[31mleaks", visibility="customer")).plain
    assert shown.endswith("pr            ← comment Ana: My kettle �[31mleaks  customer")


def test_a_feed_says_why_and_what_was_taken() -> None:
    taken = [Redaction(path="object.text", action="masked", rule="pr@1/phone")]
    record = feed("activity", rules=["press-words"], redactions=taken, item=activity("call [phone]"))
    assert "call [phone]  press-words  −phone  #3f2a91c0" in line("pr", 0, record).plain


def test_changes_of_a_feed_are_sentences() -> None:
    other = "77777777-0000-5000-8000-000000000000"
    merged = feed("merged", other=other)
    assert "#77777777 is part of #3f2a91c0 from here on" in line("pr", 0, merged).plain
    assert conversation_of(merged) == (ID, other)
    assert "4 earlier activities follow" in line("pr", 0, feed("entered", count=4)).plain
    assert "object 00ff00ff is taken back" in line("pr", 0, feed("tombstone", object="00ff00ff11")).plain
    assert "taken away" in line("pr", 0, None).plain
    assert "replayed" in line("dead-letters", 0, None).plain
