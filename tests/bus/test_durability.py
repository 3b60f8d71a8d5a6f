from __future__ import annotations

import pytest

from commonline.bus.admin import Existing
from commonline.bus.durability import Found, judge
from commonline.errors import ConfigurationError

REPLICATED = Found("d", 3, 2, 2**62)
FLUSHED = Found("d", 1, 1, 1)
WEAK = Found("cursors.v1", 3, 1, 2**62)


def test_what_the_cluster_says_is_read_and_what_it_does_not_say_counts_as_weak() -> None:
    told = Existing("d", 8, 3, {"min.insync.replicas": "2", "flush.messages": "9223372036854775807"})
    assert Found.of(told).durability == "replicated"
    assert Found.of(Existing("d", 8, 3)).durability == "process"
    assert Found.of(Existing("d", 8, 1, {"flush.messages": "1"})).durability == "flushed"
    assert Found.of(Existing("d", 8, 2, {"min.insync.replicas": "2"})).durability == "process"


def test_the_weakest_topic_counts() -> None:
    assert judge([REPLICATED, REPLICATED], "broker") == "replicated"
    assert judge([REPLICATED, FLUSHED], "broker") == "flushed"
    assert judge([REPLICATED, WEAK], "process") == "process"
    with pytest.raises(ConfigurationError, match=r"cursors\.v1 has 3 replica.*min\.insync\.replicas=1") as caught:
        judge([FLUSHED, WEAK], "broker")
    assert 'durability = "process"' in str(caught.value)
