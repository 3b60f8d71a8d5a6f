"""Words and traces of personal data: Python's form by its patterns, the compiled form by Python's."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.streams.unify import anchors
from commonline.streams.unify.patterns import MASKS, kinds_of, mask
from commonline.streams.unify.texts import (
    ACCOUNT_NUMBER,
    ADDRESS,
    CARD,
    EMAIL,
    IBAN,
    KINDS,
    LINK,
    PHONE,
    TICKET,
    WORD,
    Words,
    traces_in_python,
    words_in_python,
)
from tests.schemas import compiling

NAME = "commonline.streams.unify._texts"
HOSTILE = "aZ09tedg #@:/.+-_()\u00a0'%\n\x00\u0663\u00e9\u00b2\u00b5\u00df\u0130\u03a3\u1e9e\u2028\U0001d7d8\udc80"
SEEDS = (
    *("ana@example.org", "a@b.c", "a@b", "mailto:", "tel:", "://", "https://", "\u2019", "\u00e9", "_", "x" * 64),
    *("DE89 3704 0044 0532 0130 00", "AB12CDEFGHIJKLM", "4111 1111 1111 1111", "+49 30 1234567", "(030) 12.34-567"),
    *("#1234", "ticket  12345", "Case: #123456", "123", "1234567", "12.05.2026", "9" * 20, "\u0391\u03a3", "\u0130x"),
    "\u0663\u0664\u0665\u0663\u0664\u0665\u0663",
)
piece = st.text(alphabet=HOSTILE, max_size=8) | st.sampled_from(SEEDS)
hostile = st.lists(piece, max_size=12).map("".join)


@cache
def compiled() -> Any:
    found, why = compiling.module(NAME)
    if found is None:
        pytest.skip(why)
    return found


def said(words: Words, some: set[str]) -> set[str]:
    """Those of `some` that are among the words, one asked for after the other."""
    return {word for word in some if not words.isdisjoint(compiled().words(word))}


@given(st.text(max_size=60) | hostile)
def test_words_of_plain_text_are_those_of_any_text(text: str) -> None:
    assert words_in_python(text) == set(WORD.findall(text.lower()))


@given(hostile)
def test_traces_are_what_the_masks_find(text: str) -> None:
    found = traces_in_python(text)
    assert bool(EMAIL.search(text)) <= bool(found & ADDRESS)
    assert bool(IBAN.search(text)) <= bool(found & ACCOUNT_NUMBER)
    taken: dict[str, None] = {}
    for kind in (ADDRESS, PHONE, CARD, ACCOUNT_NUMBER, LINK):
        shown = mask(text, kind, "DE", taken.setdefault)
        assert shown == text or found & kind
    assert mask(text, kinds_of(MASKS) & ~found, "DE", taken.setdefault) == text


@given(hostile, hostile)
def test_a_ticket_s_number_leaves_its_trace_in_the_text_that_it_stands_in(title: str, text: str) -> None:
    if anchors.ticket_numbers(f"{title}\n{text}"):
        assert traces_in_python(title, text) & TICKET


@given(st.lists(hostile | st.text(max_size=40), max_size=3))
def test_compiled_traces_are_those_of_python(texts: list[str]) -> None:
    assert compiled().traces(*texts) == traces_in_python(*texts)


@given(st.lists(hostile | st.text(max_size=40), max_size=3), hostile)
def test_compiled_words_are_those_of_python(texts: list[str], other: str) -> None:
    words = words_in_python(*texts)
    made = compiled().words(*texts)
    asked = words | words_in_python(other)
    lowered = {word for word in asked if words_in_python(word) == {word}}
    assert said(made, lowered) == words & lowered
    assert made.isdisjoint(compiled().words(other)) == words.isdisjoint(words_in_python(other))
    made.update(compiled().words(other))
    assert said(made, lowered) == lowered


def test_long_texts_have_all_their_words() -> None:
    chance = random.Random(3)
    many = [f"{chance.randrange(10**6)}{chance.choice(('x', 'é', 'ж', '😀x'))}" for _ in range(5000)]
    made = compiled().words(" ".join(many[:3000]), " ".join(many[3000:]))
    assert said(made, words_in_python(" ".join(many))) == words_in_python(" ".join(many))
    assert said(made, {"absent"}) == set()
    kept = compiled().words()
    for word in many:
        kept.update(compiled().words(word))
    assert said(kept, words_in_python(" ".join(many))) == words_in_python(" ".join(many))


@pytest.mark.parametrize("call", [lambda: compiled().traces("a", None), lambda: compiled().words(b"a")])
def test_what_is_no_text_is_refused(call: Callable[[], object]) -> None:
    compiled()
    with pytest.raises(TypeError, match="texts are str, not"):
        call()


def test_words_are_asked_for_words_only() -> None:
    for method in (compiled().words("a").isdisjoint, compiled().words("a").update):
        with pytest.raises(TypeError, match="not set"):
            method({"a"})


@pytest.mark.parametrize("part", ["1 ", "a@", "+", "A1", "http://", "1234567 ", "AB12 ", "tel:", "a ", "ж1 "])
def test_no_text_takes_long(part: str) -> None:
    began = time.process_time()
    compiled().traces(part * 20_000)
    compiled().words(part * 20_000, " ".join(f"{part}{n}" for n in range(20_000)))
    assert time.process_time() - began < 2


def test_the_kinds_of_policies_have_bits_of_their_own() -> None:
    assert len(set(KINDS.values())) == len(KINDS)
    assert TICKET not in KINDS.values()
