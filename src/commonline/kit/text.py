"""Text as the contract wants it: plain, NFC, ``\\n``, entities decoded once, spans in Unicode code points.

`html_to_text` and `render_html` follow the "rendered text" algorithm of the HTML standard (`innerText`):
white space collapses, ``<br>`` is a line break, blocks stand on lines of their own, paragraphs have a blank
line between them, cells of a row are parted by a tab; ``display:none``, scripts and styles are not text.
Beyond the standard, list items get ``- `` or their number, an image stands as its ``alt`` text, a no-break
space is a space.

The parser is libxml2's (package lxml), used as a stream of events: no tree is built. Hostile input is bound:
what is longer than `HTML_LIMIT` is cut, and what nests deeper than `DEPTH_LIMIT` is read with every tag as a
line break.
"""

from __future__ import annotations

import html as _html
import re
import unicodedata
from collections.abc import Iterable

import msgspec
from lxml import etree

from commonline.kit.markup import Renderer, TooDeepError
from commonline.schemas.records import Span

HTML_LIMIT = 2 * 1024 * 1024
"""Characters of markup that are read; the rest stays in the delivery."""
SPAN_LIMIT = 500
"""Spans that are kept; an activity has an upper size."""
_CHUNK = 16 * 1024
_TAG = re.compile(r"<[^<>]*>")
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_URL = re.compile(r"https?://[^\s<>\"\u201c\u201d]+", re.IGNORECASE)
_URL_TAIL = ".,;:!?'*_~\u2026\u2019"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


class Text(msgspec.Struct, frozen=True, gc=False):
    """Plain text with its spans, in the order of their starts."""

    text: str
    spans: list[Span]


def html_to_text(html: str) -> str:
    """The plain text of an HTML document or fragment. Never raises for bad markup."""
    return render_html(html).text


def render_html(html: str) -> Text:
    """The plain text and its spans. Never raises for bad markup.

    Spans: `link` (value = address; only the schemes of `LINK_SCHEMES`), `mention` (class ``mention``; value =
    the link: the mapping knows whose account that is), `hashtag` (``rel=tag`` or class ``hashtag``; value =
    bare tag), `code` (``code``, ``pre``), `quoted` (outermost ``blockquote`` or a mail program's quotation).
    """
    html = html[:HTML_LIMIT]
    if "<" not in html and "&" not in html:
        return tidy(" ".join(html.split()), [])
    renderer = Renderer()
    try:
        _parse(html, renderer)
    except (TooDeepError, etree.LxmlError):
        return tidy(_flat(html), [])
    return tidy(*renderer.finish())


def tidy(text: str, spans: Iterable[Span]) -> Text:
    """NFC, ``\\n`` line ends, no control characters, no lone surrogates; spans are moved along and sorted."""
    fresh = sorted(spans, key=_by_place)[:SPAN_LIMIT] if spans else []
    # Most texts are one printable line, which is known four times as quickly as by looking for what is bad.
    if text.isascii() and (text.isprintable() or ("\r" not in text and not _BAD.search(text))):
        return Text(text, fresh)
    if not fresh:
        return Text(_clean(text), fresh)
    places = _boundaries(text, {offset for span in fresh for offset in (span.start, span.end)})
    parts: list[str] = []
    moved: dict[int, int] = {}
    done = length = 0
    for offset, place in places.items():
        parts.append(_clean(text[done:place]))
        length += len(parts[-1])
        done = place
        moved[offset] = length
    parts.append(_clean(text[done:]))
    return Text(
        "".join(parts),
        [Span(kind=s.kind, start=moved[s.start], end=moved[s.end], value=s.value) for s in fresh],
    )


def one_line(text: str | None) -> str | None:
    """A title or a name: one line of plain text in which nothing is markup. None for None and for what is empty."""
    return tidy(" ".join(text.split()), []).text or None if text else None


def _by_place(span: Span) -> tuple[int, int]:
    return span.start, -span.end


def link_spans(text: str) -> list[Span]:
    """Spans of the http and https addresses that stand in plain text, without the punctuation after them."""
    spans: list[Span] = []
    if "://" not in text:
        return spans
    for found in _URL.finditer(text):
        url = found[0]
        while url and (url[-1] in _URL_TAIL or _unopened(url)):
            url = url[:-1]
        if len(url) > len("https://"):
            spans.append(Span(kind="link", start=found.start(), end=found.start() + len(url), value=url))
    return spans


def _unopened(url: str) -> bool:
    opening = _BRACKETS.get(url[-1])
    return opening is not None and url.count(url[-1]) > url.count(opening)


def _parse(html: str, renderer: Renderer) -> None:
    """Feed the parser. An error of the renderer ends it only between two chunks, hence chunks."""
    parser = etree.HTMLParser(target=renderer, huge_tree=True, encoding="utf-8")
    # Inside a <div> libxml2 adds no <p> of its own around bare text.
    data = b"<div>" + html.replace("\0", "").encode("utf-8", "ignore")
    if len(data) <= _CHUNK:
        etree.fromstring(data, parser)
        return
    for start in range(0, len(data), _CHUNK):
        parser.feed(data[start : start + _CHUNK])
    parser.close()


def _boundaries(text: str, offsets: set[int]) -> dict[int, int]:
    """Each offset, and the next place at which NFC composes nothing and no CR LF is cut."""
    places: dict[int, int] = {}
    place = 0
    for offset in sorted(offsets):
        place = max(place, offset)
        while 0 < place < len(text) and _composes(text[place], text[place - 1]):
            place += 1
        places[offset] = place
    return places


def _composes(character: str, before: str) -> bool:
    if character < "\u0300":
        return (character == "\n" and before == "\r") or _BAD.match(character) is not None
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"


def _clean(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _BAD.sub("", text))


def _flat(html: str) -> str:
    """For markup that the parser cannot take: every tag is a line break."""
    lines = (" ".join(line.split()) for line in _html.unescape(_TAG.sub("\n", html)).split("\n"))
    return "\n".join(line for line in lines if line)
