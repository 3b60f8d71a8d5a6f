"""What is found in free text: too much rather than too little, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.streams.unify.patterns import MASKS, is_iban, kinds_of, luhn, mask
from commonline.streams.unify.texts import KINDS

ALL = frozenset(MASKS)


def masked(text: str, kinds: frozenset[str] = ALL, region: str | None = "DE") -> tuple[str, list[str]]:
    found: dict[str, None] = {}
    return mask(text, kinds_of(kinds), region, found.setdefault), list(found)


@pytest.mark.parametrize(
    ("text", "shown", "kinds"),
    [
        ("write to Ana.Silva+x@mail.example.org, please", "write to [e-mail], please", ["email"]),
        ("(ana@example.org)", "([e-mail])", ["email"]),
        ("call +49 30 1234567 or 030/123-4567", "call [phone] or [phone]", ["phone"]),
        ("ring (030) 1234 567", "ring [phone]", ["phone"]),
        ("202-555-0143", "[phone]", ["phone"]),
        ("card 4111 1111 1111 1111!", "card [card]!", ["card"]),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [iban]", ["iban"]),
        ("see https://shop.example/a?b=ana@example.org now", "see [link] now", ["url"]),
    ],
)
def test_found(text: str, shown: str, kinds: list[str]) -> None:
    assert masked(text) == (shown, kinds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no data",
        "on 12.05.2026 at 10:30",
        "2026-05-12 10:30",
        "order 123456",
        "@ana wrote",
        "a@b",
        "version 1.2.3",
        "DE00 3704 0044 0532 0130 00",
        "item 4711081512345678901234567890",
    ],
)
def test_not_found(text: str) -> None:
    assert masked(text, frozenset({"email", "iban"}))[0] == text
    assert "[card]" not in masked(text)[0]


def test_only_what_is_asked_for_is_taken() -> None:
    text = "ana@example.org, +49 30 1234567"
    assert masked(text, frozenset({"phone"})) == ("ana@example.org, [phone]", ["phone"])
    assert masked(text, frozenset({"email"})) == ("[e-mail], +49 30 1234567", ["email"])
    assert masked(text, frozenset()) == (text, [])


def test_numbers_are_read_with_the_workspaces_region() -> None:
    assert masked("202-555-0143", region="US")[0] == "[phone]"
    assert masked("202-555-0143", region=None)[0] == "[phone]"


@given(st.integers(10**11, 10**17))
def test_luhn_accepts_one_check_digit_of_ten(number: int) -> None:
    assert sum(luhn(f"{number}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize(("text", "good"), [("GB82WEST12345698765432", True), ("GB82WEST1234", False), ("X", False)])
def test_iban(text: str, good: bool) -> None:
    assert is_iban(text) is good


@pytest.mark.parametrize("text", ["1 " * 20_000, "a@" * 20_000, "+" * 40_000, "A1" * 20_000, "http://" * 6_000])
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 4


def test_unknown_kinds_are_nothing_that_is_looked_for() -> None:
    assert kinds_of(["email", "shoe-size", "email"]) == KINDS["email"]
