"""Markdown to plain text: what a reader sees, and nothing of how it was written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.markdown import LIMIT, markdown_to_text, render_markdown


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no mark at all", "no mark at all"),
        ("two\nlines", "two\nlines"),
        ("**bold**, *it* and ~~gone~~\nnext", "bold, it and gone\nnext"),
        ("a\n\nb *c*", "a\n\nb c"),
        ("* one\n* two", "- one\n- two"),
        ("3 * 4 is 12, a_b_c", "3 * 4 is 12, a_b_c"),
        ("see [the page](https://acme.example/k) now", "see the page now"),
        ("![a kettle](https://acme.example/k.png)", "a kettle"),
        ("<!-- fill in -->\nIt *leaks*", "It leaks"),
        ("<details><summary>Log</summary>\n\nno `seal`\n</details>", "Log\n\nno seal"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("# Title\nText", "Title\n\nText"),
        ("", ""),
    ],
)
def test_what_is_read(written: str, read: str) -> None:
    assert markdown_to_text(written) == read


def test_spans() -> None:
    found = render_markdown(
        "see [the page](https://acme.example/k), https://acme.example/x or `seal()`\n\n> said before"
    )
    parts = {(span.kind, found.text[span.start : span.end], span.value) for span in found.spans}
    assert ("link", "the page", "https://acme.example/k") in parts
    assert ("link", "https://acme.example/x", "https://acme.example/x") in parts
    assert any(kind == "code" and part == "seal()" for kind, part, _ in parts)
    assert any(kind == "quoted" and part.strip() == "said before" for kind, part, _ in parts)


@pytest.mark.parametrize(
    "hostile", ["[" * 4_000, "> " * 4_000, "*a " * 4_000, "`" * 10_000, "<b>" * 4_000, "|a" * 4_000 + "\n|-"]
)
def test_hostile_markdown_is_bounded(hostile: str) -> None:
    began = time.process_time()
    render_markdown(hostile)
    assert time.process_time() - began < 3


def test_what_is_too_long_stands_as_it_is() -> None:
    assert markdown_to_text("*a* " * (LIMIT // 4 + 1)).startswith("*a* *a*")


@given(st.text(max_size=200))
def test_anything_is_text(text: str) -> None:
    found = render_markdown(text)
    assert all(0 <= span.start <= span.end <= len(found.text) for span in found.spans)
