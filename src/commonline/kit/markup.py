"""HTML to plain text as a stream of the parser's events; `commonline.kit.text` is its face."""

from __future__ import annotations

import re

import msgspec

from commonline.schemas.records import Span, SpanKind

DEPTH_LIMIT = 512
"""Open elements. libxml2 needs time of depth times tags for end tags that fit none of them."""
LINK_SCHEMES = (
    "https:",
    "http:",
    "mailto:",
    "tel:",
    "sms:",
    "geo:",
    "acct:",
    "ftp:",
    "xmpp:",
    "matrix:",
    "gemini:",
)
"""Addresses that become links; others (javascript:, data:) are text only."""

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
    }
    | {"div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "search"}
    | {"section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"}
)
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})
_SKIPPED = frozenset(
    {"head", "script", "style", "template", "title", "svg", "math", "object", "iframe", "audio", "video"}
    | {"canvas", "select", "datalist"}
)
_LISTS = frozenset({"ol", "ul", "menu", "dir"})
_FILLER = re.compile("[\u034f\u00ad\u200b-\u200f\u2060\ufeff \t]+\\Z")
_BLANK_LINES = re.compile(r"\n{3,}")
_QUOTATIONS = frozenset({"gmail_quote", "yahoo_quoted", "moz-cite-prefix", "divRplyFwdMsg"})


class TooDeepError(Exception):
    """More than `DEPTH_LIMIT` open elements."""


class _Open(msgspec.Struct, gc=False):
    """A span whose element is still open. `start` is -1 until text comes."""

    tag: str
    kind: SpanKind
    value: str | None
    start: int
    part: int
    depth: int


class Renderer:
    """Target of the parser's events; builds text and spans as it goes."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._depth = 0
        self._skip_from = 0
        self._breaks = 0
        self._gap = ""
        self._pre = 0
        self._lists: list[int] = []
        self._open: list[_Open] = []
        self._spans: list[Span] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise TooDeepError
        if self._skip_from:
            return
        if tag in _SKIPPED or (attributes and _hidden(attributes)):
            self._skip_from = self._depth
            return
        if tag in _BLOCKS:
            self._block(tag)
            self._begin_block(tag, attributes)
        elif tag == "br":
            self._line_break()
        elif tag in {"td", "th"}:
            self._cell()
        elif tag == "img" and attributes.get("alt"):
            self._flow(attributes["alt"])
        opened = _span_of(tag, attributes, self._open)
        if opened:
            kind, value = opened
            self._open.append(_Open(tag=tag, kind=kind, value=value, start=-1, part=0, depth=self._depth))

    def end(self, tag: str) -> None:
        if self._skip_from:
            if self._depth == self._skip_from:
                self._skip_from = 0
            self._depth -= 1
            return
        while self._open and self._open[-1].depth >= self._depth:
            self._close_span(self._open.pop())
        self._depth -= 1
        if tag in _BLOCKS:
            self._block(tag)
            if tag == "pre" and self._pre:
                self._pre -= 1
            elif tag in _LISTS and self._lists:
                self._lists.pop()

    def data(self, data: str) -> None:
        if self._skip_from:
            return
        if self._pre:
            self._put(data.replace("\r\n", "\n"))
        else:
            self._flow(data)

    def close(self) -> None:
        """Called by the parser at the end; the result is fetched with `finish`."""

    def finish(self) -> tuple[str, list[Span]]:
        while self._open:
            self._close_span(self._open.pop())
        return _trim("".join(self._parts), self._spans)

    def _begin_block(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "pre":
            self._pre += 1
        elif tag == "ol":
            start = attributes.get("start", "1")
            self._lists.append(int(start) if start.isdecimal() and len(start) < 9 else 1)
        elif tag in _LISTS:
            self._lists.append(-1)
        elif tag == "li" and self._lists:
            number = self._lists[-1]
            indent = "  " * min(len(self._lists) - 1, 8)
            self._put(f"{indent}- " if number < 0 else f"{indent}{number}. ")
            if number >= 0:
                self._lists[-1] += 1
            self._breaks = -1

    def _block(self, tag: str) -> None:
        if self._length and self._breaks >= 0:
            wanted = 2 if tag in _PARAGRAPHS and not self._lists else 1
            self._breaks = max(self._breaks, wanted)
        self._gap = ""

    def _line_break(self) -> None:
        if self._length:
            self._flush()
            self._raw("\n")
        self._gap = ""

    def _cell(self) -> None:
        if self._length and self._breaks <= 0:
            self._gap = "\t"

    def _flow(self, data: str) -> None:
        """Text whose white space collapses."""
        words = data.split()
        if not words:
            if data and not self._gap:
                self._gap = " "
            return
        if data[0].isspace() and not self._gap:
            self._gap = " "
        self._put(" ".join(words))
        if data[-1].isspace():
            self._gap = " "

    def _put(self, text: str) -> None:
        self._flush()
        for opened in self._open:
            if opened.start < 0:
                opened.start, opened.part = self._length, len(self._parts)
        self._raw(text)

    def _flush(self) -> None:
        if self._breaks > 0:
            have = self._trailing_breaks()
            self._raw("\n" * (self._breaks - have))
        elif self._gap and self._length and self._parts[-1][-1] not in "\n ":
            self._raw(self._gap)
        self._breaks = 0
        self._gap = ""

    def _trailing_breaks(self) -> int:
        count = 0
        for part in reversed(self._parts):
            rest = part.rstrip("\n")
            count += len(part) - len(rest)
            if rest or count >= 2:
                break
        return min(count, 2)

    def _raw(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)

    def _close_span(self, opened: _Open) -> None:
        if opened.start < 0:
            return
        value = opened.value
        if opened.kind == "hashtag":
            value = "".join(self._parts[opened.part :]).lstrip("#\uff03")
        self._spans.append(Span(kind=opened.kind, start=opened.start, end=self._length, value=value))


def _hidden(attributes: dict[str, str]) -> bool:
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return style is not None and "none" in style and "display:none" in style.replace(" ", "").lower()


def _span_of(tag: str, attributes: dict[str, str], opened: list[_Open]) -> tuple[SpanKind, str | None] | None:
    if tag == "a":
        if any(one.tag == "a" for one in opened):
            return None
        href = attributes.get("href", "").strip()
        classes = attributes.get("class", "").split()
        if "hashtag" in classes or attributes.get("rel") == "tag":
            return "hashtag", None
        if not href.lower().startswith(LINK_SCHEMES):
            return None
        return ("mention" if "mention" in classes else "link"), href
    if tag in {"code", "pre"}:
        return None if any(one.kind == "code" for one in opened) else ("code", None)
    if tag == "blockquote" or (tag == "div" and _quotation(attributes)):
        return None if any(one.kind == "quoted" for one in opened) else ("quoted", None)
    return None


def _quotation(attributes: dict[str, str]) -> bool:
    marks = {*attributes.get("class", "").split(), attributes.get("id", "")}
    return not marks.isdisjoint(_QUOTATIONS)


def _trim(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """White space at line ends, lines of fillers and more than one blank line go; spans are moved along."""
    lines = text.replace("\xa0", " ").split("\n")
    kept = [_FILLER.sub("", line) if line and not line[-1].isalnum() else line for line in lines]
    clean = _BLANK_LINES.sub("\n\n", "\n".join(kept)).strip("\n")
    if clean == text or not spans:
        return clean, spans
    return clean, _moved(text, clean, spans)


def _moved(text: str, clean: str, spans: list[Span]) -> list[Span]:
    """`clean` is `text` with some white space and fillers left out: walk both, note where offsets went."""
    wanted = sorted({offset for span in spans for offset in (span.start, span.end)})
    places: dict[int, int] = {}
    at = 0
    queue = iter(wanted)
    following = next(queue, None)
    for index, character in enumerate(text):
        if index == following:
            places[index] = at
            following = next(queue, None)
        if at < len(clean) and (clean[at] == character or (character == "\xa0" and clean[at] == " ")):
            at += 1
    while following is not None:
        places[following] = at
        following = next(queue, None)
    moved: list[Span] = []
    for span in spans:
        start, end = places[span.start], places[span.end]
        while start < end and clean[start].isspace():
            start += 1
        while start < end and clean[end - 1].isspace():
            end -= 1
        if start < end:
            moved.append(Span(kind=span.kind, start=start, end=end, value=span.value))
    return moved
