from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.console.view.texts import LONGEST, Part, difference, parts, safe_link
from commonline.schemas.models import Span


def test_what_a_policy_masked_is_set_apart() -> None:
    assert parts("Call [phone], please.", []) == [
        Part("plain", "Call "),
        Part("hidden", "phone"),
        Part("plain", ", please."),
    ]


def test_brackets_that_people_write_are_text() -> None:
    assert parts("[sic] it leaks", []) == [Part("plain", "[sic] it leaks")]


def test_what_was_only_quoted_is_set_apart() -> None:
    text = "Thanks!\n> It leaks [e-mail]"
    found = parts(text, [Span(kind="quoted", start=8, end=len(text)), Span(kind="link", start=0, end=3)])
    assert [one.kind for one in found] == ["plain", "quoted", "hidden"]


@pytest.mark.parametrize(("start", "end"), [(5, 99), (-3, 2)])
def test_spans_that_do_not_fit_lose_no_text(start: int, end: int) -> None:
    assert "".join(one.text for one in parts("It leaks", [Span(kind="quoted", start=start, end=end)])) == "It leaks"


@given(st.text(), st.text())
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    found = difference(before, after)
    assert "".join(one.text for one in found if one.kind != "added") == before
    assert "".join(one.text for one in found if one.kind != "removed") == after


def test_a_difference_is_told_in_words() -> None:
    assert difference("order 4711.", "order 4712.") == [
        Part("plain", "order "),
        Part("removed", "4711"),
        Part("added", "4712"),
        Part("plain", "."),
    ]


def test_of_very_long_texts_no_difference_is_sought() -> None:
    assert [one.kind for one in difference("a" * LONGEST, "b")] == ["removed", "added"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "JAVASCRIPT:x",
        " vbscript:x",
        "//example.org",
        "http://",
        "/x",
        "",
        None,
        "http://[x",
    ],
)
def test_a_link_that_is_no_address_on_the_web_is_no_link(url: str | None) -> None:
    assert safe_link(url) is None


def test_a_link_on_the_web_stays() -> None:
    assert safe_link(" https://example.org/a?b=c ") == "https://example.org/a?b=c"
