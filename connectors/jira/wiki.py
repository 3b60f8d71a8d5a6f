"""Jira's wiki markup to plain text with spans, by way of the HTML that it stands for.

https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
Every pattern is bound in length, so that hostile text takes no more than its length in time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote, unquote

from msgspec import structs

from commonline.kit.text import Text, link_spans, render_html, tidy
from commonline.schemas.records import Span

LIMIT = 128 * 1024
"""Characters that are read as markup; a longer text is taken as it stands."""
_MENTION = "acct:"
"""What a mention's account hides behind, in HTML that knows addresses only."""
_MARKED = re.compile(r"[*_{}\[\]|!\\~^+#-]|^h[1-6]\.|^bq\.|\?\?", re.MULTILINE)
_BLOCK = re.compile(r"\{(code|noformat|quote|panel)(?::[^{}\n]{0,200})?\}")
_LINK = re.compile(r"\[(?:([^\[\]|\n]{1,500})\|)?([^\[\]|\n]{1,2000})(?:\|[^\[\]\n]{0,50})?\]")
_STYLE = re.compile(r"(?<![\w\\])(\*|_|\?\?|\+|\^|~)(?=\S)([^*_?+^~\n]{1,1000})(?<=\S)\1(?!\w)")
_MONO = re.compile(r"\{\{([^{}\n]{1,500})\}\}")
_COLOUR = re.compile(r"\{color(?::[^{}\n]{0,40})?\}|\{anchor:[^{}\n]{0,100}\}")
_PICTURE = re.compile(r"(?<![\w!])!([^!\s|][^!\n|]{0,300})(?:\|[^!\n]{0,200})?!(?!\w)")
_HEADING = re.compile(r"h[1-6]\.\s+")
_ITEM = re.compile(r"([*#-]{1,8})\s+")
_ESCAPED = re.compile(r"\\([\\*_{}\[\]|!~^+#?-])")
_KEPT = {chr(0xE000 + n): character for n, character in enumerate("\\*_{}[]|!~^+#?-")}
_KEEP = {character: mark for mark, character in _KEPT.items()}
Mention = Callable[[str], tuple[str, str]]
"""The account URI and the name of a user key."""


def render_wiki(text: str, mention: Mention) -> Text:
    """The plain text and its spans. Never raises for bad markup."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LIMIT or not _MARKED.search(text):
        return tidy(text, link_spans(text))
    parts: list[str] = []
    end, inside = 0, None
    for found in _BLOCK.finditer(text):
        name = found[1]
        if inside is not None and name != inside:
            continue
        if inside is None:
            parts.append(_lines(text[end : found.start()], mention))
        else:
            parts.append(_block(inside, text[end : found.start()], mention))
        inside, end = (name, found.end()) if inside is None else (None, found.end())
    parts.append(_lines(text[end:], mention))
    rendered = render_html("".join(parts))
    plain = Text(rendered.text, [_mentioned(span) for span in rendered.spans])
    known = {(span.start, span.end) for span in plain.spans}
    bare = [s for s in link_spans(plain.text) if not any(a <= s.start and s.end <= b for a, b in known)]
    return tidy(plain.text, [*plain.spans, *bare]) if bare else plain


def _mentioned(span: Span) -> Span:
    if span.kind != "mention" or not span.value:
        return span
    return structs.replace(span, value=unquote(span.value.removeprefix(_MENTION)))


def _block(name: str, text: str, mention: Mention) -> str:
    if name in ("code", "noformat"):
        return f"<pre>{escape(text.strip(chr(10)))}</pre>"
    return f"<blockquote>{_lines(text, mention)}</blockquote>" if name == "quote" else _lines(text, mention)


def _lines(text: str, mention: Mention) -> str:
    out: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = [_line(line, mention) for line in paragraph.split("\n")]
        out.append("<p>" + "<br>".join(lines) + "</p>")
    return "".join(out)


def _line(line: str, mention: Mention) -> str:
    line = line.strip()
    if line.startswith("bq. "):
        return f"<blockquote>{_inline(line[4:], mention)}</blockquote>"
    if line == "----":
        return ""
    line = _HEADING.sub("", line, count=1) if _HEADING.match(line) else line
    if (item := _ITEM.match(line)) is not None:
        return "- " + _inline(line[item.end() :], mention)
    if line.startswith("|"):
        return _inline(" | ".join(cell.strip() for cell in line.strip("|").replace("||", "|").split("|")), mention)
    return _inline(line, mention)


def _inline(text: str, mention: Mention) -> str:
    text = _COLOUR.sub("", _ESCAPED.sub(lambda found: _KEEP[found[1]], text))
    out: list[str] = []
    end = 0
    for found in _LINK.finditer(text):
        made = _link(found[1], found[2], mention)
        if made is not None:
            out += [_styled(text[end : found.start()]), made]
            end = found.end()
    out.append(_styled(text[end:]))
    line = "".join(out)
    return "".join(escape(_KEPT[one]) if one in _KEPT else one for one in line)


def _link(label: str | None, target: str, mention: Mention) -> str | None:
    if label is None and target.startswith("~"):
        account, name = mention(target[1:].removeprefix("accountid:"))
        return f'<a class="mention" href="{_MENTION}{quote(account, safe="")}">{escape(name)}</a>'
    if target.startswith(("http://", "https://", "mailto:")):
        return f'<a href="{escape(target)}">{escape(label or target.removeprefix("mailto:"))}</a>'
    return escape(label or target[1:]) if label is not None or target.startswith(("^", "#")) else None


def _styled(text: str) -> str:
    text = _PICTURE.sub(lambda found: found[1] if "." in found[1] else found[0], text)
    text = escape(text, quote=False)
    text = _MONO.sub(r"<code>\1</code>", text)
    return _STYLE.sub(r"\2", _STYLE.sub(r"\2", text))
