"""Atlassian's documents as text."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from commonline.kit.adf import NODE_LIMIT, Node, adf_media, render_adf
from commonline.kit.text import Text


def document(*content: dict[str, Any]) -> Node:
    return msgspec.convert({"type": "doc", "version": 1, "content": list(content)}, Node)


def rendered(*content: dict[str, Any]) -> Text:
    return render_adf(document(*content), lambda account: f"jira:{account}")


def text(value: str, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": value, "marks": list(marks)}


def block(kind: str, *content: dict[str, Any], **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "attrs": attrs, "content": list(content)}


def test_paragraphs_headings_and_breaks() -> None:
    found = rendered(
        block("heading", text("Kettle two"), level=2),
        block("paragraph", text("It leaks"), {"type": "hardBreak"}, text("at the <lid> & spout.")),
    )
    assert found.text == "Kettle two\n\nIt leaks\nat the <lid> & spout."


def test_lists_tasks_and_tables() -> None:
    found = rendered(
        block("orderedList", block("listItem", block("paragraph", text("boil"))), order=3),
        block("taskList", block("taskItem", text("pour"), state="DONE"), block("taskItem", text("drink"))),
        block("table", block("tableRow", block("tableHeader", text("a")), block("tableCell", text("b")))),
    )
    assert found.text == "3. boil\n- [x] pour\n- [ ] drink\na\tb"


def test_links_code_mentions_and_quotations_are_spans() -> None:
    found = rendered(
        block(
            "paragraph",
            {"type": "mention", "attrs": {"id": "557058:f/1", "text": "@Ana"}},
            text(" see "),
            text("here", {"type": "link", "attrs": {"href": "https://example.org/?a=1&b=2"}}),
            text(" "),
            text("rm", {"type": "code"}),
        ),
        block("blockquote", block("paragraph", text("as she said"))),
    )
    assert found.text == "@Ana see here rm\n\nas she said"
    assert [(one.kind, found.text[one.start : one.end], one.value) for one in found.spans] == [
        ("mention", "@Ana", "jira:557058:f/1"),
        ("link", "here", "https://example.org/?a=1&b=2"),
        ("code", "rm", None),
        ("quoted", "as she said", None),
    ]


def test_cards_dates_emoji_and_states() -> None:
    found = rendered(
        block(
            "paragraph",
            {"type": "inlineCard", "attrs": {"url": "https://example.org/k"}},
            text(" "),
            {"type": "date", "attrs": {"timestamp": "1582152559000"}},
            text(" "),
            {"type": "emoji", "attrs": {"shortName": ":grinning:", "text": "😀"}},
            text(" "),
            {"type": "status", "attrs": {"text": "open", "color": "red"}},
        )
    )
    assert found.text == "https://example.org/k 2020-02-19 😀 open"


def test_what_is_not_known_shows_what_is_inside() -> None:
    assert rendered(block("futureBox", block("paragraph", text("still here")))).text == "still here"


def test_markup_in_a_text_is_text() -> None:
    found = rendered(block("paragraph", text("<script>x</script><a href='https://e.example'>y</a>")))
    assert found.text == "<script>x</script><a href='https://e.example'>y</a>"
    assert found.spans == []


@pytest.mark.parametrize("href", ["javascript:alert(1)", '"><b>'])
def test_addresses_of_other_schemes_are_no_links(href: str) -> None:
    found = rendered(block("paragraph", text("x", {"type": "link", "attrs": {"href": href}})))
    assert (found.text, found.spans) == ("x", [])


def test_a_document_without_end_is_read_to_a_limit() -> None:
    many = document(block("paragraph", *(text("a") for _ in range(NODE_LIMIT + 5))))
    assert len(render_adf(many).text) == NODE_LIMIT - 2
    deep: dict[str, Any] = text("deep")
    for _ in range(250):
        deep = block("panel", deep)
    assert rendered(deep).text == "deep"


def test_media_are_attachments() -> None:
    whole = document(
        block("mediaSingle", {"type": "media", "attrs": {"id": "4478e39c", "type": "file", "alt": "leak.jpg"}}),
        block("mediaSingle", {"type": "media", "attrs": {"type": "external", "url": "https://example.org/p.png"}}),
    )
    assert [(one.kind, one.id, one.name, one.url) for one in adf_media(whole)] == [
        ("file", "4478e39c", "leak.jpg", None),
        ("image", None, None, "https://example.org/p.png"),
    ]
    assert render_adf(whole).text == "leak.jpg"
