"""The table of topics: names, configurations, partitions, and who may read what."""

from __future__ import annotations

import re

import pytest

from commonline import topics
from commonline.schemas import records
from commonline.topics import COMPLETENESS, DELIVERIES, FEED, LAPTOP_PARTITIONS, TABLE, Topic, Topics, partitions

EVERY = pytest.mark.parametrize("topic", TABLE, ids=lambda topic: topic.name)


def test_every_topic_of_the_module_stands_once_in_the_table() -> None:
    declared = [value for value in vars(topics).values() if isinstance(value, Topic)]
    assert sorted(topic.name for topic in declared) == sorted(topic.name for topic in TABLE)
    assert len({topic.name for topic in TABLE}) == len(TABLE)


@EVERY
def test_names_carry_their_version_and_are_legal_for_kafka(topic: Topic) -> None:
    name = topic.name.format(workspace="acme", department="pr")
    assert re.fullmatch(r"[a-z0-9._-]{1,249}\.v\d+", name)


@EVERY
def test_records_are_of_the_contract(topic: Topic) -> None:
    assert all(hasattr(records, name) for name in topic.record)


def test_only_what_is_redacted_is_for_departments() -> None:
    assert [topic for topic in TABLE if topic.audience == "departments"] == [FEED, COMPLETENESS]
    assert COMPLETENESS.record == ("Completeness",)  # names of sources, times and counts
    assert FEED.record == ("FeedActivity",)


@EVERY
def test_configuration_fits_how_it_is_cleaned(topic: Topic) -> None:
    configs = topic.configs()
    assert configs["cleanup.policy"] == topic.cleanup
    assert ("retention.ms" in configs) is ("delete" in topic.cleanup)
    assert ("max.compaction.lag.ms" in configs) is ("compact" in topic.cleanup)
    assert all(isinstance(value, str) for value in configs.values())
    assert int(configs["max.message.bytes"]) >= topics.MIB


@EVERY
def test_only_durable_topics_are_flushed_and_only_when_asked(topic: Topic) -> None:
    assert "flush.messages" not in topic.configs()
    assert (topic.configs(durable_flush=True).get("flush.messages") == "1") is topic.durable


def test_what_was_acknowledged_to_a_vendor_is_durable() -> None:
    assert {topic.name for topic in TABLE if topic.durable} == {"deliveries.v1", "cursors.v1"}


def test_a_delivery_fits_into_its_dead_letter() -> None:
    assert topics.DEAD_LETTERS.max_bytes > DELIVERIES.max_bytes
    assert topics.PARKED.max_bytes >= DELIVERIES.max_bytes


def test_extra_wins() -> None:
    topic = Topic("x.v1", "x", "x", (), "one", extra={"retention.ms": "7", "max.message.bytes": "9"})
    assert topic.configs() == {"cleanup.policy": "delete", "max.message.bytes": "9", "retention.ms": "7"}


def test_both_ways_of_cleaning() -> None:
    configs = Topic("x.v1", "x", "x", (), "one", cleanup="compact,delete", retention_ms=5).configs()
    assert configs["retention.ms"] == "5"
    assert "segment.ms" in configs


@EVERY
def test_partitions(topic: Topic) -> None:
    assert partitions(topic, LAPTOP_PARTITIONS) == (1 if topic.spread == "one" else LAPTOP_PARTITIONS)


def test_a_prefix_parts_installations() -> None:
    ours, plain = Topics("test-"), Topics()
    assert plain.name(DELIVERIES) == "deliveries.v1"
    assert ours.name(DELIVERIES) == "test-deliveries.v1"
    assert ours.feed("acme", "pr") == "test-feeds.acme.pr.v1"
    assert (plain.identifier("unify"), ours.identifier("unify")) == ("commonline-unify", "test-commonline-unify")


def test_feeds_are_told_from_other_topics() -> None:
    names = ["a-feeds.acme.pr.v1", "a-feeds.x.v1", "feeds.acme.pr.v1", "a-activities.v1", "a-feeds.a_b.c-d.v1"]
    assert Topics("a-").feeds(names) == {"a-feeds.acme.pr.v1": ("acme", "pr"), "a-feeds.a_b.c-d.v1": ("a_b", "c-d")}
