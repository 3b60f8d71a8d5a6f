"""Decompression: what is honest comes through whole, what is not costs little."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.errors import TooLargeError
from commonline.kit.ingress.inflate import RATIO_FROM, inflate
from commonline.kit.ingress.refusal import RefusedError

MIB = 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw": raw_deflate,
    "br": lambda data: bytes(brotli.compress(data, quality=1)),
}


def unpack(name: str, packed: bytes, cap: int = 8 * MIB, ratio: int = 100, step: int = 1000) -> bytes:
    inflater = inflate("deflate" if name == "raw" else name, cap, ratio)
    assert inflater is not None
    parts: list[bytes] = []
    for start in range(0, len(packed), step):
        inflater.feed(packed[start : start + step], parts.append)
    inflater.finish()
    return b"".join(parts)


def refused(name: str, packed: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        unpack(name, packed)
    return caught.value.refusal.reason


@pytest.mark.parametrize("name", PACKERS)
@given(data=st.binary(max_size=2000), step=st.integers(1, 300))
def test_whatever_the_pieces_the_body_is_the_same(name: str, data: bytes, step: int) -> None:
    assert unpack(name, PACKERS[name](data), step=step) == data


def test_gzip_of_several_members() -> None:
    assert unpack("gzip", gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two"), step=7) == b"one two"


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_ends_at_the_ratio_and_takes_no_memory(name: str) -> None:
    bomb = PACKERS[name](bytes(64 * MIB))
    assert len(bomb) < MIB
    inflater = inflate("deflate" if name == "raw" else name, 8 * MIB, 100)
    assert inflater is not None
    seen = 0

    def take(part: bytes) -> None:
        nonlocal seen
        seen += len(part)

    def feed() -> None:
        for start in range(0, len(bomb), 4096):
            inflater.feed(bomb[start : start + 4096], take)

    tracemalloc.start()
    try:
        with pytest.raises(RefusedError) as caught:
            feed()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.refusal.reason == "ratio"
    assert seen <= 4096 * 100 + MIB
    assert peak < 4 * MIB


def test_the_absolute_cap_holds_below_the_ratio() -> None:
    data = bytes(range(256)) * 400
    with pytest.raises(TooLargeError):
        unpack("gzip", gzip.compress(data), cap=100_000, ratio=10_000)
    assert len(unpack("gzip", gzip.compress(data), cap=len(data), ratio=10_000)) == len(data)


def test_a_small_body_may_be_very_even() -> None:
    assert unpack("gzip", gzip.compress(b" " * RATIO_FROM)) == b" " * RATIO_FROM


@pytest.mark.parametrize("name", PACKERS)
def test_cut_or_damaged_bodies_are_told(name: str) -> None:
    packed = PACKERS[name](b"hello, kettle" * 50)
    assert refused(name, packed[:-1]) == "damaged-encoding"
    assert refused(name, b"") == "damaged-encoding"
    assert refused(name, packed + b"trailing") == "damaged-encoding"
    assert refused(name, b"\xff\xff\xff\xff not packed") == "damaged-encoding"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "compress", "zstd", "gzip;q=1", "br,gzip", "\udcff"])
def test_nested_and_unknown_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(RefusedError) as caught:
        inflate(encoding, MIB, 100)
    assert caught.value.refusal.status == 415
    assert "gzip" in caught.value.refusal.headers["Accept-Encoding"]


@pytest.mark.parametrize("encoding", ["", "identity", " IDENTITY "])
def test_no_encoding(encoding: str) -> None:
    assert inflate(encoding, MIB, 100) is None
