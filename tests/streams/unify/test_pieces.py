"""Records put together from parts are those that the generated encoders write."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from commonline.ids import uuid5
from commonline.schemas.codec import (
    encode_activity,
    encode_conversation_activity_prefix,
    encode_feed_activity,
    encode_feed_activity_prefix,
)
from commonline.schemas.records import (
    ConversationActivity,
    FeedActivity,
    FeedEvent,
    PartyPerson,
    Redaction,
    RedactionAction,
)
from commonline.streams.unify import pieces
from tests.streams.unify.world import START, activity

RAW = encode_activity(activity("test:a"))
CONVERSATION = uuid5("conversation")
ACTIONS: dict[str, RedactionAction] = {
    "name": "pseudonym",
    "account": "pseudonym",
    "handle": "removed",
    "field": "removed",
    "attachment": "removed",
    "email": "masked",
    "url": "masked",
}
TEXTS = st.text(max_size=100)
MOMENTS = st.one_of(st.integers(0, START * 10), st.integers(-(1 << 62), 1 << 62))
PERSONS = st.lists(st.tuples(TEXTS, st.uuids().map(str)), max_size=3)


@given(
    st.tuples(TEXTS, TEXTS, TEXTS),
    st.integers(1, 1 << 40),
    st.lists(TEXTS, max_size=3),
    st.lists(st.tuples(TEXTS, st.sampled_from(sorted(ACTIONS))), max_size=3),
    PERSONS,
    st.integers(0, 4),
    MOMENTS,
    st.booleans(),
)
def test_a_record_of_a_feed(
    names: tuple[str, str, str],
    seq: int,
    rules: list[str],
    seen: list[tuple[str, str]],
    persons: list[tuple[str, str]],
    level: int,
    known: int,
    catch_up: bool,
) -> None:
    workspace, feed, policy = names
    record = FeedActivity(
        event="activity",
        workspace=workspace,
        feed=feed,
        seq=seq,
        conversation=CONVERSATION,
        policy=policy,
        rules=rules,
        redactions=[Redaction(path, ACTIONS[kind], f"{policy}/{kind}") for path, kind in seen],
        fact=b"f" * 16,
        catch_up=catch_up,
        persons=[PartyPerson(*one) for one in persons],
        visibility=pieces.LEVELS[level],
        known=known,
        object="ab" * 24,
    )
    to = (b"key", "page", known, workspace, feed, pieces.feed_head(workspace, feed), pieces.conversation(CONVERSATION))
    made = pieces.feed_activity(
        {feed: seq - 1},
        *to,
        pieces.string(policy) + pieces.strings(rules),
        pieces.redactions(seen, policy),
        b"f" * 16,
        pieces.persons([text for one in persons for text in one]),
        pieces.feed_tail(level, known, "ab" * 24),
        RAW,
        catch_up=catch_up,
    )
    assert (made.value, made.id) == (encode_feed_activity_prefix(record) + RAW, f"{feed}/{seq}")


@given(
    st.tuples(TEXTS, TEXTS, TEXTS),
    st.integers(1, 1 << 40),
    st.sampled_from(get_args(FeedEvent)),
    st.none() | st.uuids().map(str),
    st.none() | st.integers(0, 1 << 30),
    st.integers(0, 4),
    MOMENTS,
    st.none() | TEXTS,
)
def test_a_record_of_a_feed_without_an_activity(
    names: tuple[str, str, str],
    seq: int,
    event: FeedEvent,
    other: str | None,
    count: int | None,
    level: int,
    known: int,
    about: str | None,
) -> None:
    workspace, feed, policy = names
    record = FeedActivity(
        event=event,
        workspace=workspace,
        feed=feed,
        seq=seq,
        conversation=CONVERSATION,
        other=other,
        policy=policy,
        count=count,
        visibility=pieces.LEVELS[level],
        known=known,
        object=about,
    )
    head = pieces.feed_head(workspace, feed)
    to = ({feed: seq - 1}, event, b"key", "page", known, workspace, feed, head)
    made = pieces.feed_note(*to, CONVERSATION, other, policy, count, level, about)
    assert made.value == encode_feed_activity(record)


@given(
    TEXTS,
    st.integers(1, 1 << 40),
    st.none() | st.uuids().map(str),
    PERSONS,
    st.integers(0, 4),
    st.lists(TEXTS, max_size=4).map(tuple),
    MOMENTS,
    st.none() | TEXTS,
)
def test_a_record_of_a_conversation(
    workspace: str,
    seq: int,
    customer: str | None,
    persons: list[tuple[str, str]],
    level: int,
    feeds: tuple[str, ...],
    known: int,
    supersedes: str | None,
) -> None:
    record = ConversationActivity(
        event="activity",
        workspace=workspace,
        seq=seq,
        conversation=CONVERSATION,
        person=customer,
        persons=[PartyPerson(*one) for one in persons],
        visibility=pieces.LEVELS[level],
        feeds=list(feeds),
        known=known,
        supersedes=supersedes,
    )
    made = pieces.conversation_activity(
        workspace,
        seq,
        CONVERSATION,
        customer,
        pieces.persons([text for one in persons for text in one]),
        level,
        feeds,
        known,
        supersedes,
        RAW,
    )
    assert made == encode_conversation_activity_prefix(record) + RAW
