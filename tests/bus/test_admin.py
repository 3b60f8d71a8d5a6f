"""What is asked for, and which differences forbid to go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commonline import topics as table
from commonline.bus.admin import Cluster, Existing, Wanted, faults, refuse, wanted
from commonline.errors import ConfigurationError
from commonline.topics import MIB, Topics

NAMES = Topics("t-")
ONE, THREE = Cluster("id", 1), Cluster("id", 3)


def one(topic: table.Topic, cluster: Cluster = ONE) -> Wanted:
    return next(want for want in wanted(NAMES, cluster, 8) if want.topic is topic)


def existing(want: Wanted, **changes: str) -> Existing:
    return Existing(want.name, want.partitions, want.replicas, {**want.configs, **changes})


def weights(want: Wanted, have: Existing | None) -> list[str]:
    return [fault.weight for fault in faults(want, have)]


def test_every_topic_of_the_table_and_each_feed_once() -> None:
    made = wanted(NAMES, ONE, 8, [("acme", "pr"), ("acme", "hr"), ("acme", "pr")])
    names = [want.name for want in made]
    assert names[-2:] == ["t-feeds.acme.hr.v1", "t-feeds.acme.pr.v1"]
    assert len(names) == len(set(names)) == len(table.TABLE) - 1 + 2
    assert {want.partitions for want in made if want.topic.spread == "workspaces"} == {8}
    assert {want.partitions for want in made if want.topic.spread == "one"} == {1}


def test_one_broker_flushes_what_is_acknowledged_and_three_keep_two_copies() -> None:
    assert one(table.DELIVERIES).configs["flush.messages"] == "1"
    assert "flush.messages" not in one(table.ACTIVITIES).configs
    three = one(table.DELIVERIES, THREE)
    assert (three.replicas, three.configs["min.insync.replicas"]) == (3, "2")
    assert "flush.messages" not in three.configs


def test_as_wanted_there_is_no_fault() -> None:
    for want in wanted(NAMES, ONE, 8, [("acme", "pr")]):
        assert faults(want, existing(want)) == []


def test_what_forbids_to_go_on() -> None:
    want = one(table.DELIVERIES)
    assert weights(want, None) == ["refuse"]
    assert weights(want, replace(existing(want), partitions=4)) == ["refuse"]
    assert weights(want, existing(want, **{"max.message.bytes": str(8 * MIB - 1)})) == ["refuse"]
    assert weights(one(table.LINKS), existing(one(table.LINKS), **{"cleanup.policy": "delete"})) == ["refuse"]


def test_what_is_an_operators_choice() -> None:
    want = one(table.DELIVERIES)
    assert weights(want, existing(want, **{"max.message.bytes": str(9 * MIB)})) == []
    assert weights(want, existing(want, **{"retention.ms": "-1"})) == []
    assert weights(want, existing(want, **{"retention.ms": "1000"})) == ["note"]
    assert weights(want, existing(want, **{"flush.messages": "9223372036854775807"})) == ["note"]


def test_a_refusal_names_topic_value_and_fix() -> None:
    want = one(table.DELIVERIES)
    found = faults(want, existing(want, **{"max.message.bytes": "1000"}))
    with pytest.raises(ConfigurationError, match=r"t-deliveries\.v1: max\.message\.bytes is 1000, should be 8388608"):
        refuse(found)
    refuse(faults(want, existing(want, **{"retention.ms": "1"})))


def test_a_name_that_kafka_would_not_take() -> None:
    with pytest.raises(ConfigurationError, match="longer than 249"):
        wanted(Topics("x" * 200), ONE, 8, [("w" * 40, "d" * 40)])
