"""The two hashes, against known vectors and other implementations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafka_python_murmur2
from kafka.record._crc32c import crc as kafka_python_crc

from tests.bus.test_partitions import JAVA
from tests.bus.wire.built import module

# RFC 3720, appendix B.4, and the check value of CRC-32C in catalogues.
CRC = {
    bytes(32): 0x8A9136AA,
    b"\xff" * 32: 0x62A8AB43,
    bytes(range(32)): 0x46DD794E,
    bytes(range(31, -1, -1)): 0x113FDB5C,
    b"123456789": 0xE3069283,
    b"": 0,
}


@pytest.mark.parametrize("by_table", [True, False])
def test_checksums_as_the_standard_has_them(by_table: bool) -> None:
    assert {data: module().crc32c(data, by_table=by_table) for data in CRC} == CRC


@given(st.binary(max_size=300))
def test_checksums_as_kafka_python_has_them(data: bytes) -> None:
    made = module()
    assert made.crc32c(data) == made.crc32c(data, by_table=True) == kafka_python_crc(data)


def test_keys_as_java_has_them() -> None:
    assert {text: module().murmur2(text.encode()) for text in JAVA} == {
        text: number & 0xFFFFFFFF for text, number in JAVA.items()
    }


@given(st.binary(max_size=64))
def test_keys_as_kafka_python_has_them(data: bytes) -> None:
    assert module().murmur2(data) == kafka_python_murmur2(data) & 0xFFFFFFFF
