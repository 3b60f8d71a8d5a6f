"""Ids against the standard library's own uuid5; keyed names; comparison of secrets."""

from __future__ import annotations

import hashlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.ids import NAMESPACE, SEPARATOR, keyed_hash, same_secret, uuid5

PARTS = st.lists(st.text(max_size=30), max_size=5)


@given(PARTS)
def test_the_same_as_the_standard_library(parts: list[str]) -> None:
    assert uuid5(*parts) == str(uuid.uuid5(NAMESPACE, SEPARATOR.join(parts)))


@given(PARTS)
def test_version_and_variant_of_rfc_9562(parts: list[str]) -> None:
    made = uuid.UUID(uuid5(*parts))
    assert (made.version, made.variant) == (5, uuid.RFC_4122)


def test_a_known_value_stays() -> None:
    # Ids lie in topics for years: a change here is a change of every id.
    assert uuid5("acme", "zendesk:acme/ticket/77", "Create", "") == "8a980b03-99c9-5393-8097-9b5c98aebb13"


def test_where_parts_begin_and_end_matters() -> None:
    assert len({uuid5("ab", "c"), uuid5("a", "bc"), uuid5("abc"), uuid5("abc", ""), uuid5("", "abc")}) == 5


def test_a_lone_surrogate_has_an_id_too() -> None:
    assert uuid5("\ud83d") != uuid5("\ud83e")


def test_keyed_hash_is_blake2b_of_rfc_7693() -> None:
    key = bytes(range(32))
    expected = hashlib.blake2b(b"acme\x1fmailto:ana@example.org", key=key, digest_size=16).digest()
    assert keyed_hash(key, "acme", "mailto:ana@example.org") == expected
    assert len(keyed_hash(key, "x", size=32)) == 32


def test_another_key_another_name() -> None:
    assert keyed_hash(b"one", "ana") != keyed_hash(b"two", "ana")
    assert keyed_hash(b"one", "ana") == keyed_hash(b"one", "ana")


def test_a_key_longer_than_blake2b_takes_is_cut() -> None:
    assert keyed_hash(b"k" * 64 + b"rest", "ana") == keyed_hash(b"k" * 64, "ana")


@pytest.mark.parametrize(
    ("given_", "expected", "same"),
    [
        ("schlüssel", "schlüssel", True),
        ("schlüssel", "schlüssel".encode(), True),
        (b"x", "x", True),
        ("x", "X", False),
        ("", "x", False),
        ("x", "xx", False),
    ],
)
def test_same_secret(given_: str | bytes, expected: str | bytes, same: bool) -> None:
    assert same_secret(given_, expected) is same
