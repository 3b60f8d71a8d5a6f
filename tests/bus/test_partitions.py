"""A workspace's partition: the same in all clients, fixed by its first row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafka_python_murmur2

from commonline.bus.partitions import Row, murmur2, partition_of, settle
from commonline.errors import ConfigurationError

# Vectors of Apache Kafka's own test of its hash: UtilsTest.testMurmur2 (signed 32-bit numbers).
JAVA = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


def test_as_java_has_it() -> None:
    for text, number in JAVA.items():
        assert murmur2(text.encode()) == number & 0xFFFFFFFF


@given(st.binary(max_size=64))
def test_as_kafka_python_has_it(data: bytes) -> None:
    assert murmur2(data) == kafka_python_murmur2(data) & 0xFFFFFFFF


def row(workspace: str, partition: int) -> Row:
    return Row(workspace, partition, 1)


def test_a_new_workspace_lies_where_its_name_or_its_configuration_says() -> None:
    made = settle({"acme": None, "beta": 3}, {}, 8, clock=lambda: 7)
    assert made == [Row("acme", partition_of("acme", 8), 7), Row("beta", 3, 7)]


def test_a_row_is_never_changed() -> None:
    rows = {"acme": row("acme", 5), "beta": row("beta", 3)}
    assert settle({"acme": None, "beta": 3}, rows, 8) == []
    with pytest.raises(ConfigurationError, match=r"workspaces\.acme\.partition: is 4, but .* partition 5"):
        settle({"acme": 4}, rows, 8)


def test_a_partition_that_does_not_exist() -> None:
    with pytest.raises(ConfigurationError, match="choose 0 to 7"):
        settle({"acme": 8}, {}, 8)
    with pytest.raises(ConfigurationError, match="made anew with fewer"):
        settle({"acme": None}, {"acme": row("acme", 9)}, 8)
