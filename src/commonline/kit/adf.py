"""Atlassian Document Format, as Jira and Confluence write comments and pages, to plain text with spans.

https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/

A document is a tree of typed nodes. Each becomes the HTML element that it stands for, and `render_html` makes the text:
so paragraphs, lists, tables and quotations look as they do from every other source. A type that is not known shows what
is inside it.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from msgspec import Struct, structs

from commonline.kit import times
from commonline.kit.text import Text, render_html
from commonline.schemas.records import Attachment

NODE_LIMIT = 20_000
"""Nodes that are read; the rest stays in the delivery."""
_MENTION = "acct:"
_BLOCKS: dict[str, tuple[str, str]] = {
    "paragraph": ("<p>", "</p>"),
    "heading": ("<h1>", "</h1>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "codeBlock": ("<pre>", "</pre>"),
    "bulletList": ("<ul>", "</ul>"),
    "taskList": ("<ul>", "</ul>"),
    "decisionList": ("<ul>", "</ul>"),
    "listItem": ("<li>", "</li>"),
    "decisionItem": ("<li>", "</li>"),
    "table": ("<table>", "</table>"),
    "tableRow": ("<tr>", "</tr>"),
    "tableHeader": ("<th>", "</th>"),
    "tableCell": ("<td>", "</td>"),
    "rule": ("<hr>", ""),
    "hardBreak": ("<br>", ""),
    **dict.fromkeys(
        ["panel", "layoutSection", "layoutColumn", "mediaSingle", "mediaGroup", "caption", "bodiedExtension"],
        ("<div>", "</div>"),
    ),
}


class Mark(Struct, gc=False):
    """How a text looks: `link`, `code`, `strong` …"""

    type: str = ""
    attrs: dict[str, Any] | None = None


class Node(Struct, gc=False):
    """A node; a whole document is one of type `doc`. Usable as a field of a connector's own structs."""

    type: str
    text: str | None = None
    attrs: dict[str, Any] | None = None
    marks: list[Mark] | None = None
    content: list[Node] | None = None

    def attribute(self, *names: str) -> str:
        """The first of these attributes that is a text and not empty; else ""."""
        found = (self.attrs or {}).get
        return next((value for name in names if isinstance(value := found(name), str) and value), "")


def render_adf(document: Node, mention: Callable[[str], str] | None = None) -> Text:
    """The plain text and its spans. `mention` makes an account URI of an Atlassian account id; without it a mention's
    value is the bare id. Never raises for documents that Atlassian would not write."""
    parts: list[str] = []
    waiting: list[Node | str] = [document]
    left = NODE_LIMIT
    while waiting and left:
        one = waiting.pop()
        if isinstance(one, str):
            parts.append(one)
            continue
        left -= 1
        before, after = _element(one)
        parts.append(before)
        waiting.append(after)
        waiting.extend(reversed(one.content or ()))
    found = render_html("".join(parts))
    name = mention or (lambda account: account)
    spans = [
        structs.replace(span, value=name(unquote(span.value.removeprefix(_MENTION))))
        if span.kind == "mention" and span.value
        else span
        for span in found.spans
    ]
    return Text(found.text, spans)


def adf_media(document: Node) -> list[Attachment]:
    """Files and pictures that stand in the document, in its order."""
    found: list[Attachment] = []
    waiting = [document]
    left = NODE_LIMIT
    while waiting and left:
        one = waiting.pop()
        left -= 1
        if one.type in ("media", "mediaInline") and (one.attribute("id", "url")):
            found.append(
                Attachment(
                    kind="image" if one.attribute("type") == "external" else "file",
                    id=one.attribute("id") or None,
                    url=one.attribute("url") or None,
                    name=one.attribute("alt") or None,
                )
            )
        waiting.extend(reversed(one.content or ()))
    return found


def _element(node: Node) -> tuple[str, str]:
    """What stands before a node's content, and behind it."""
    if known := _BLOCKS.get(node.type):
        return known
    inline = _INLINE.get(node.type)
    if inline is not None:
        return inline(node), ""
    if node.type == "orderedList":
        start = (node.attrs or {}).get("order")
        return f'<ol start="{start if isinstance(start, int) and start >= 0 else 1}">', "</ol>"
    if node.type == "taskItem":
        return f"<li>[{'x' if node.attribute('state') == 'DONE' else ' '}] ", "</li>"
    if node.type in ("expand", "nestedExpand"):
        return f"<div><p>{html.escape(node.attribute('title'))}</p>", "</div>"
    return (html.escape(node.text or ""), "")


def _text(node: Node) -> str:
    text = html.escape(node.text or "")
    for mark in node.marks or ():
        if mark.type == "code":
            text = f"<code>{text}</code>"
        elif mark.type == "link" and isinstance(href := (mark.attrs or {}).get("href"), str):
            text = f'<a href="{html.escape(href)}">{text}</a>'
    return text


def _mention(node: Node) -> str:
    account, name = node.attribute("id"), node.attribute("text") or "@…"
    return f'<a class="mention" href="{_MENTION}{quote(account, safe="")}">{html.escape(name)}</a>'


def _card(node: Node) -> str:
    data = (node.attrs or {}).get("data")
    told = data.get("url") if isinstance(data, dict) else None
    url = html.escape(node.attribute("url") or (told if isinstance(told, str) else ""))
    inner = f'<a href="{url}">{url}</a>'
    return inner if node.type == "inlineCard" else f"<p>{inner}</p>"


def _date(node: Node) -> str:
    stamp = (node.attrs or {}).get("timestamp")
    moment = times.parse(stamp) if isinstance(stamp, (str, int, float)) else None
    return times.from_micros(moment).date().isoformat() if moment is not None else ""


_INLINE: dict[str, Callable[[Node], str]] = {
    "text": _text,
    "mention": _mention,
    "emoji": lambda node: html.escape(node.attribute("text", "shortName")),
    "status": lambda node: html.escape(node.attribute("text")),
    "placeholder": lambda node: html.escape(node.attribute("text")),
    "inlineExtension": lambda node: html.escape(node.attribute("text")),
    "extension": lambda node: html.escape(node.attribute("text")),
    "date": _date,
    "inlineCard": _card,
    "blockCard": _card,
    "embedCard": _card,
    "media": lambda node: html.escape(node.attribute("alt")),
    "mediaInline": lambda node: html.escape(node.attribute("alt")),
}
