"""A quick way for the HTML that Mastodon itself writes: paragraphs, line breaks, links and spans.

Nearly every status is of this form, and a parser for all of HTML takes ten times as long. What is anything else, in a
single character, goes to `commonline.kit.text.render_html`; both say the same of what both can read (tested).
"""

from __future__ import annotations

from commonline.kit.text import Text, render_html, tidy
from commonline.schemas.records import Span, SpanKind

LONGEST = 50_000
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
_FILLER = "\u034f"
"""A mark without width that `isprintable` lets pass."""
_NAMES = frozenset({"href", "class", "rel", "target", "translate", "title", "lang", "dir"})
_UNTOLD: dict[str, str] = {}


class _NotSimpleError(Exception):
    """Something that only the whole parser understands."""


def render(html: str) -> Text:
    """Plain text and spans, as `render_html` gives them."""
    if not html:
        return Text("", [])
    if len(html) <= LONGEST and html.startswith("<p") and html.endswith("</p>"):
        try:
            return _Reader().read(html)
        except _NotSimpleError:
            pass
    return render_html(html)


class _Reader:
    """One document: the text so far, and what is open."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.spans: list[Span] = []
        self.in_paragraph = False
        self.fresh = True
        self.depth = 0
        self.link: dict[str, str] | None = None
        self.link_start = 0
        self.link_depth = 0

    def read(self, html: str) -> Text:
        pieces = html.split("<")
        for piece in pieces[1:]:
            tag, closed, text = piece.partition(">")
            if not closed:
                raise _NotSimpleError
            self.tag(tag)
            if text:
                self.text(text)
        if self.in_paragraph:
            raise _NotSimpleError
        whole = "".join(self.parts)
        if "  " in whole or " \n" in whole or "\n " in whole or "\n\n\n" in whole or whole != whole.strip():
            raise _NotSimpleError
        return tidy(whole, self.spans)

    def tag(self, tag: str) -> None:
        if tag == "/a":
            self.close_link()
        elif tag == "/span":
            self.depth -= 1
            if self.depth < 0:
                raise _NotSimpleError
        elif tag in ("br", "br/", "br /"):
            if not self.in_paragraph or self.fresh or self.link is not None:
                raise _NotSimpleError
            self.add("\n")
        elif tag == "/p":
            if not self.in_paragraph or self.depth or self.link is not None or (self.parts and self.parts[-1] == "\n"):
                raise _NotSimpleError
            self.in_paragraph = False
        else:
            self.open(tag)

    def open(self, tag: str) -> None:
        name, _, rest = tag.partition(" ")
        attributes = _attributes(rest) if rest else _UNTOLD
        if name == "p":
            if self.in_paragraph:
                raise _NotSimpleError
            self.in_paragraph = self.fresh = True
        elif name == "span" and self.in_paragraph:
            self.depth += 1
        elif name == "a" and self.in_paragraph and self.link is None:
            self.link, self.link_start, self.link_depth = attributes, -1, self.depth
        else:
            raise _NotSimpleError

    def text(self, text: str) -> None:
        if not self.in_paragraph or not text.isprintable() or _FILLER in text:
            raise _NotSimpleError
        text = _decoded(text)
        if self.fresh and self.length:
            self.add("\n\n")
        self.fresh = False
        if self.link is not None and self.link_start < 0:
            self.link_start = self.length
        self.add(text)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def close_link(self) -> None:
        link = self.link
        if link is None or self.link_start < 0 or self.depth != self.link_depth:
            raise _NotSimpleError
        self.link = None
        text = "".join(self.parts)[self.link_start :]
        if text != text.strip():
            raise _NotSimpleError
        href = link.get("href", "")
        classes = link.get("class", "").split()
        if "hashtag" in classes or link.get("rel") == "tag":
            self.spans.append(
                Span(kind="hashtag", start=self.link_start, end=self.length, value=text.lstrip("#\uff03"))
            )
        elif href.startswith(("https://", "http://")):
            kind: SpanKind = "mention" if "mention" in classes else "link"
            self.spans.append(Span(kind=kind, start=self.link_start, end=self.length, value=href))
        else:
            raise _NotSimpleError


def _attributes(text: str) -> dict[str, str]:
    parts = text.split('"')
    if len(parts) % 2 == 0 or parts[-1]:
        raise _NotSimpleError
    found: dict[str, str] = {}
    for index in range(0, len(parts) - 1, 2):
        name = parts[index].removeprefix(" ") if index else parts[index]
        value = parts[index + 1]
        if name[-1:] != "=" or name[:-1] not in _NAMES or name[:-1] in found or not value.isprintable():
            raise _NotSimpleError
        found[name[:-1]] = _decoded(value).strip()
    return found


def _decoded(text: str) -> str:
    """The five entities that Mastodon writes; any other is for the whole parser."""
    if "&" not in text:
        return text
    bare = text
    for entity, _ in _ENTITIES:
        bare = bare.replace(entity, "")
    if "&" in bare:
        raise _NotSimpleError
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text
