"""HTML to text, tidying, links in plain text."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.markup import DEPTH_LIMIT
from commonline.kit.text import SPAN_LIMIT, Text, html_to_text, link_spans, one_line, render_html, tidy
from commonline.schemas.records import Span

MIB = 1024 * 1024


def shown(text: Text) -> list[tuple[str, str, str | None]]:
    """Spans as kind, covered text, value."""
    return [(span.kind, text.text[span.start : span.end], span.value) for span in text.spans]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("no markup,\n two lines", "no markup, two lines"),
        ("Hi there<div>second</div>third", "Hi there\nsecond\nthird"),
        ("<p>one</p><p>two<br>three<br/>\n four</p>", "one\n\ntwo\nthree\nfour"),
        ("5 &lt; 6 &amp;amp; &euro;&#8364; it&#39;s", "5 < 6 &amp; €€ it's"),
        ("a&nbsp;&nbsp;b <b> c</b>d", "a b cd"),
        (
            "<ul><li>a</li><li><p>b</p><ol start=3><li>x<li>y</ol></li></ul>end",
            "- a\n- b\n  3. x\n  4. y\nend",
        ),
        ("<table><tr><td>A</td><td> 1 </td></tr><tr><td>B<td>2</table>", "A\t1\nB\t2"),
        ("<pre>if x:\n    go()\n</pre>", "if x:\n    go()"),
        (
            '<?xml version="1.0" encoding="utf-16"?><html><head><title>T</title><style>p{}</style></head>é',
            "é",
        ),
        ("a<script>alert('x')</script>b<svg><title>t</title></svg>c", "abc"),
        ('x<span style="Display : none">hidden</span><i hidden>too</i>y', "xy"),
        ('<img alt=":wave:" src=x> hi <img alt="" src=pixel>', ":wave: hi"),
        ("<p>\u200b&zwnj;&#847;</p><p>body\u200b</p>", "body"),
        ("<h1>Head</h1>para<br><br><br><br>more", "Head\n\npara\n\nmore"),
        ("<hr>", ""),
        ("lone \ud800 and NUL \x00<br>", "lone and NUL"),
    ],
)
def test_rendered_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_spans_of_a_fediverse_post() -> None:
    rendered = render_html(
        '<p>Hello <a href="https://s.example/@ana" class="u-url mention">@<span>ana</span></a>, 🫖 broke: '
        '<a href="https://example.org/a" rel="me"><i class="invisible">https://</i>example.org/a</a> '
        '<a href="https://s.example/tags/Kettle" class="hashtag" rel="tag">#<span>Kettle</span></a></p>'
    )
    assert rendered.text == "Hello @ana, 🫖 broke: https://example.org/a #Kettle"
    assert shown(rendered) == [
        ("mention", "@ana", "https://s.example/@ana"),
        ("link", "https://example.org/a", "https://example.org/a"),
        ("hashtag", "#Kettle", "Kettle"),
    ]


def test_only_addresses_that_lead_somewhere_are_links() -> None:
    html = '<a href="javascript:x()">a</a> <a href="/b">b</a> <a href=" mailto:c@x.example ">c</a> d'
    assert shown(render_html(html)) == [("link", "c", "mailto:c@x.example")]


def test_outermost_quotation_is_one_span() -> None:
    rendered = render_html("new<blockquote>old<blockquote>older</blockquote></blockquote><p>end</p>")
    assert shown(rendered) == [("quoted", "old\n\nolder", None)]
    gmail = render_html('<div>new</div><div class="gmail_quote">On Monday: <blockquote>old</blockquote></div>')
    assert shown(gmail) == [("quoted", "On Monday:\n\nold", None)]


def test_spans_cover_no_white_space_at_their_edges() -> None:
    rendered = render_html('<p> a<a href="https://example.org"> b <br><br><br></a>c</p>')
    assert rendered.text == "a b\n\nc"
    assert shown(rendered) == [("link", "b", "https://example.org")]


HOSTILE = {
    "nested": "<div>" * (MIB // 5),
    "nested, then ends that fit nothing": "<div>" * (MIB // 12) + "</p>" * (MIB // 12),
    "left open": "<div>" * (DEPTH_LIMIT - 100) + "<b>x</i>" * (MIB // 8),
    "formatting": "".join(f"<b a={n}>" for n in range(MIB // 12)),
    "tables": "<table><tr><td>" * (MIB // 15),
    "open tags": "<a " * (MIB // 3),
    "comments": "<!--" * (MIB // 4),
    "attributes": "<a " + " x=1" * (MIB // 4) + ">",
    "ampersands": "&" * MIB,
    "links": '<a href="https://example.org">a' * (MIB // 31),
    "composing links": 'e\u0301<a href="https://example.org">e\u0301</a>' * (MIB // 42),
    "one composed link": '<a href="https://example.org">e' + "\u0301" * MIB,
    "blanks": "<pre>" + " \n" * (MIB // 2),
    "quotations": "<blockquote>q" * (MIB // 13),
    "fillers": "\u200b" * MIB,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mebibyte_of_hostile_markup_is_bounded(name: str) -> None:
    begun = time.process_time()
    rendered = render_html(HOSTILE[name])
    assert time.process_time() - begun < 10
    assert len(rendered.spans) <= SPAN_LIMIT
    assert len(rendered.text) <= len(HOSTILE[name])


def test_nothing_is_lost_where_the_parser_gives_up() -> None:
    rendered = html_to_text("first &amp; " + "<div>" * 3000 + "last")
    assert rendered == "first &\nlast"


@given(st.text(alphabet="<>/&;#ab pdivr\n\"=' \u0301é\xa0\u200b", max_size=200))
def test_any_markup_gives_tidy_text(html: str) -> None:
    rendered = render_html(html)
    text = rendered.text
    assert unicodedata.is_normalized("NFC", text)
    assert "\n\n\n" not in text
    assert text == text.strip("\n")
    for span in rendered.spans:
        assert 0 <= span.start < span.end <= len(text)


@given(st.lists(st.text(alphabet="ae\u0301\u0327\u1100\u1161\u11a8\r\n\x00 é", max_size=8), max_size=6))
def test_tidy_moves_spans_with_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    spans, start = [], 0
    for part in parts:
        spans.append(Span(kind="link", start=start, end=start + len(part)))
        start += len(part)
    tidied = tidy(text, spans)
    assert tidied.text == tidy(text, []).text
    assert unicodedata.is_normalized("NFC", tidied.text)
    covered = [tidied.text[span.start : span.end] for span in sorted(tidied.spans, key=lambda span: span.end)]
    assert "".join(covered) == tidied.text


def test_links_in_plain_text_end_before_punctuation() -> None:
    text = "See https://example.org/a_(b), (http://example.org/c?d=1). Not http:// nor ftp://x — HTTPS://EXAMPLE.ORG!"
    found = [text[span.start : span.end] for span in link_spans(text)]
    assert found == ["https://example.org/a_(b)", "http://example.org/c?d=1", "HTTPS://EXAMPLE.ORG"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, None),
        ("", None),
        (" \n ", None),
        ("My\nkettle\t <leaks>", "My kettle <leaks>"),
        ("a\x00b", "ab"),
        ("\x00", None),
    ],
)
def test_a_title_is_one_line_in_which_nothing_is_markup(text: str | None, line: str | None) -> None:
    assert one_line(text) == line
