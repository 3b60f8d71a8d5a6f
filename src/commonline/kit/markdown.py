"""Markdown as products write it, to plain text with spans.

The dialect is what GitHub, GitLab, Mattermost, Discord and Reddit have in common: CommonMark with tables, strikethrough
and bare addresses as links; a line's end is a line's end. HTML inside is read as HTML, so that its comments and tags do
not show. The parser is markdown-it-py; its HTML goes through `render_html`.

Of a text without any mark of Markdown nothing has to be parsed, which most messages are.
"""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt

from commonline.kit.text import Text, link_spans, render_html, tidy

LIMIT = 256 * 1024
"""Characters that are parsed; of a longer text all is taken as it stands."""
DEPTH = 50
_MARKED = re.compile(r"[*_`~\[\]<>#|\\&!]|^\s*(?:[-+]|\d+[.)])\s|^\s*(?:=+|-+)\s*$|^(?: {4}|\t)", re.MULTILINE)


def render_markdown(text: str) -> Text:
    """The plain text and its spans (links, code, quotations). Never raises for bad markup."""
    if len(text) > LIMIT or not _MARKED.search(text):
        return tidy(text, link_spans(text))
    plain = render_html(_parser().render(text))
    known = {(span.start, span.end) for span in plain.spans}
    bare = [span for span in link_spans(plain.text) if not _covered(span.start, span.end, known)]
    return tidy(plain.text, [*plain.spans, *bare]) if bare else plain


def markdown_to_text(text: str) -> str:
    """The plain text alone."""
    return render_markdown(text).text


def _covered(start: int, end: int, known: set[tuple[int, int]]) -> bool:
    return any(begin <= start and end <= stop for begin, stop in known)


@cache
def _parser() -> MarkdownIt:
    options = {"html": True, "breaks": True, "linkify": False, "maxNesting": DEPTH}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
