"""Ids against the standard library's own uuid5; keyed names; comparison of secrets."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.ids import NAMESPACE, PYTHON, SEPARATOR, keyed_hash, same_secret, uuid5
from tests.schemas import compiling

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


def compiled(name: str) -> Any:
    """A function or class of the C module, made from the sources as they stand; skips where it cannot be built."""
    found, why = compiling.module("commonline._ids")
    if found is None:
        pytest.skip(why)
    return getattr(found, name)


TEXT = st.text(max_size=300) | st.text(st.characters(), max_size=40)
"""Lone surrogates included; longer than a block of either hash."""
NAMED = st.lists(st.tuples(st.binary(max_size=20), TEXT | st.binary(max_size=400)), max_size=3)


@given(st.lists(TEXT, max_size=5))
def test_compiled_ids_are_those_of_python(parts: list[str]) -> None:
    assert compiled("uuid5")(*parts) == PYTHON["uuid5"](*parts)


@given(st.binary(max_size=80), st.lists(TEXT, max_size=4), st.integers(1, 64))
def test_compiled_keyed_hashes_are_those_of_python(key: bytes, parts: list[str], size: int) -> None:
    assert compiled("keyed_hash")(key, *parts, size=size) == PYTHON["keyed_hash"](key, *parts, size=size)


@given(st.binary(max_size=80), TEXT, st.integers(1, 64), NAMED)
def test_compiled_keyed_names_are_those_of_python(
    key: bytes, head: str, size: int, asked: list[tuple[bytes, str | bytes]]
) -> None:
    made, python = compiled("KeyedNames")(key, head, size), PYTHON["KeyedNames"](key, head, size)
    assert [made(*one) for one in asked] == [python(*one) for one in asked]


@pytest.mark.parametrize("length", [*range(100, 140), *range(240, 270)])
def test_texts_that_end_with_a_block_or_near_it(length: int) -> None:
    text = "x" * length
    assert compiled("uuid5")(text) == PYTHON["uuid5"](text)
    for head in (0, 1, 127, 128, 129):
        arguments = b"k" * 64, "h" * head
        assert compiled("KeyedNames")(*arguments)(b"", text) == PYTHON["KeyedNames"](*arguments)(b"", text)


@pytest.mark.parametrize("given_", [(), (b"o",), (b"o", "a", "b"), ("o", "a"), (b"o", 7), (b"o", None)])
def test_what_is_no_prefix_and_text_is_refused(given_: tuple[Any, ...]) -> None:
    for form in (compiled("KeyedNames"), PYTHON["KeyedNames"]):
        with pytest.raises((TypeError, AttributeError)):
            form(b"key", "head")(*given_)


@pytest.mark.parametrize("size", [-1, 0, 65, 1 << 40])
def test_a_digest_has_1_to_64_bytes(size: int) -> None:
    for form in (compiled("keyed_hash"), PYTHON["keyed_hash"]):
        with pytest.raises((ValueError, OverflowError)):
            form(b"key", "x", size=size)
    for given_ in ((), ("key", "x"), (b"key", 3)):
        with pytest.raises((TypeError, AttributeError)):
            compiled("keyed_hash")(*given_)
    with pytest.raises(TypeError):
        compiled("keyed_hash")(b"key", "x", length=3)
