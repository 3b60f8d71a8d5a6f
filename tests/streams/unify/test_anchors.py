"""How permalinks are spelt, and what an activity points at."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.schemas.records import Reference, Span
from commonline.streams.unify.anchors import MOST_POINTERS, TRACKING, pointers_of, ticket_numbers, url_anchor
from commonline.streams.unify.reading import Reading
from tests.streams.unify.world import World, activity, configuration, party


@pytest.mark.parametrize(
    "url",
    [
        "https://face.example/acme/posts/77",
        "http://www.face.example/acme/posts/77/",
        "https://m.face.example/acme/posts/77?fbclid=xyz&utm_source=a",
        "https://FACE.example/acme/posts/77#comments",
        "https://face.example:443/acme/posts/77",
    ],
)
def test_one_spelling(url: str) -> None:
    assert url_anchor(url) == "url:face.example/acme/posts/77"


@pytest.mark.parametrize("url", ["https://face.example", "https://face.example/", "mailto:x", "", "https://[", "/a/b"])
def test_no_permalink(url: str) -> None:
    assert url_anchor(url) is None


def test_parameters_are_sorted_and_kept() -> None:
    assert url_anchor("https://x.example/s?b=2&a=1") == "url:x.example/s?a=1&b=2"


@given(st.from_regex(r"https?://[a-z.]{1,8}(/[a-zA-Z0-9._~%+=,!:@;?#&-]{0,6}){0,3}", fullmatch=True))
def test_the_quick_way_says_what_the_long_way_says(url: str) -> None:
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    query = sorted((k, v) for k, v in parse_qsl(parts.query) if not k.lower().startswith(TRACKING))
    long = f"url:{host}{parts.path.rstrip('/')}" + (f"?{urlencode(query)}" if query else "")
    if not host or len(parts.path) + len(parts.query) < 2:
        assert url_anchor(url) is None
    else:
        assert url_anchor(url) == long


def test_what_texts_and_marks_point_at() -> None:
    note = activity("test:a", text="see https://x.example/p/1. and ticket #4711, case 815", actor=party("a:s", us=True))
    note.object.spans = [Span("link", 0, 1, "https://x.example/q/2"), Span("mention", 0, 1, "test:bob")]
    assert {(name, joins) for name, _, joins in pointers_of(note, Reading(note))} == {
        ("url:x.example/p/1", True),
        ("url:x.example/q/2", True),
        ("number:4711", True),
        ("number:815", True),
    }


NUMBER = re.compile(r"(?:\b(?:ticket|case|request|issue|ticket-id|vorgang)\W{0,3}|#)(\d{3,12})(?!\d)", re.IGNORECASE)
"""Which numbers are tickets': what `ticket_numbers` finds in fewer steps."""
PIECES = (
    "#",
    "ticket",
    "Ticket-ID",
    "case",
    "i\u017f\u017fue",
    "\u0661\u0662\u0663",
    "123",
    "4567",
    "9" * 12,
    " ",
    ": ",
    "-",
    "x",
    "\u00f6",
    "\n",
    "_",
)


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_ticket_numbers_are_what_the_pattern_says(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert ticket_numbers(text) == list(dict.fromkeys(NUMBER.findall(text)))


def test_pointers_are_bounded() -> None:
    text = " ".join(f"https://x.example/p/{n}" for n in range(50))
    note = activity("test:a", text=text)
    assert len(pointers_of(note, Reading(note))) == MOST_POINTERS


def test_a_quote_that_is_also_a_reply_joins_even_when_both_wait() -> None:
    references = [Reference("quote", "test:root"), Reference("reply", "test:root")]
    world = World().take(configuration(), activity("test:r", references=references), activity("test:root"))
    assert world.components() == {frozenset({"test:r", "test:root"})}


def test_a_permalink_waits_for_its_page() -> None:
    first = activity("test:a", text="look: https://x.example/p/1")
    page = activity("test:b", url="https://www.x.example/p/1?utm_source=b")
    world = World().take(configuration(), first, page)
    assert world.components() == {frozenset({"test:a", "test:b"})}
