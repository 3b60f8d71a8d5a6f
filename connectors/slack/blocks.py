"""Blocks and cards of a message as text, for messages whose `text` is empty.

https://docs.slack.dev/reference/block-kit/blocks · Buttons, menus and input fields are left out: nobody said them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from commonline.connectors.slack.mrkdwn import Writer
from commonline.connectors.slack.payload import LegacyAttachment

BLOCK_LIMIT = 200
Element = dict[str, Any]


def write_blocks(writer: Writer, blocks: Iterable[Element]) -> None:
    """Every block that says something, each on lines of its own."""
    for block in list(blocks)[:BLOCK_LIMIT]:
        writer.line()
        kind = block.get("type")
        if kind == "rich_text":
            for element in elements(block):
                _rich(writer, element)
        elif kind in ("section", "header", "markdown"):
            _object(writer, block.get("text"))
            for field in objects(block.get("fields")):
                writer.line()
                _object(writer, field)
        elif kind == "context":
            _context(writer, block)
        elif kind in ("image", "video"):
            _object(writer, block.get("title"))
            if not isinstance(block.get("title"), dict):
                writer.add(text_of(block, "alt_text"))


def write_attachments(writer: Writer, attachments: Iterable[LegacyAttachment]) -> None:
    """Cards that apps send; `fallback` only where a card says nothing else."""
    for card in attachments:
        writer.line()
        start = writer.length
        if card.pretext:
            writer.mrkdwn(card.pretext)
            writer.line()
        if card.title:
            if card.title_link:
                writer.link(card.title_link, card.title)
            else:
                writer.mrkdwn(card.title)
            writer.line()
        if card.text:
            writer.mrkdwn(card.text)
        for field in card.fields or []:
            writer.line()
            value = field.value if isinstance(field.value, str) else ""
            writer.mrkdwn(": ".join(filter(None, (field.title, value))))
        if card.blocks:
            write_blocks(writer, card.blocks)
        if writer.length == start and card.fallback:
            writer.mrkdwn(card.fallback)


def elements(block: Element) -> list[Element]:
    """The elements of a block, as far as they are objects."""
    return objects(block.get("elements"))


def objects(value: Any) -> list[Element]:
    """The objects in a list."""
    return [item for item in value if isinstance(item, dict)][:BLOCK_LIMIT] if isinstance(value, list) else []


def text_of(element: Element, key: str) -> str:
    """A text of an element, "" where it is none."""
    value = element.get(key)
    return value if isinstance(value, str) else ""


def _object(writer: Writer, value: Any) -> None:
    """A text object (plain_text or mrkdwn), or the bare text of a markdown block."""
    if isinstance(value, str):
        writer.add(value)
    elif isinstance(value, dict):
        text = text_of(value, "text")
        if value.get("type") == "mrkdwn":
            writer.mrkdwn(text)
        else:
            writer.add(text)


def _context(writer: Writer, block: Element) -> None:
    for index, element in enumerate(elements(block)):
        if index:
            writer.add(" ")
        if element.get("type") == "image":
            writer.add(text_of(element, "alt_text"))
        else:
            _object(writer, element)


def _rich(writer: Writer, element: Element) -> None:
    """A section, list, quotation or preformatted part of a rich text."""
    kind = element.get("type")
    if kind == "rich_text_list":
        ordered = element.get("style") == "ordered"
        for index, item in enumerate(elements(element), start=1):
            writer.line()
            writer.add(f"{index}. " if ordered else "- ")
            _inline(writer, item)
        writer.line()
        return
    if kind not in ("rich_text_quote", "rich_text_preformatted"):
        _inline(writer, element)
        return
    writer.line()
    start = writer.length
    _inline(writer, element)
    writer.span("quoted" if kind == "rich_text_quote" else "code", start)
    writer.line()


def _inline(writer: Writer, section: Element) -> None:
    for element in elements(section):
        kind = element.get("type")
        if kind == "text":
            writer.add(text_of(element, "text"))
        elif kind == "link":
            url = text_of(element, "url")
            writer.link(url, text_of(element, "text"))
        elif kind == "user":
            writer.user(text_of(element, "user_id"))
        elif kind == "channel":
            writer.mrkdwn(f"<#{text_of(element, 'channel_id')}>")
        elif kind == "usergroup":
            writer.mrkdwn(f"<!subteam^{text_of(element, 'usergroup_id')}>")
        elif kind == "broadcast":
            writer.mrkdwn(f"<!{text_of(element, 'range')}>")
        elif kind == "emoji":
            writer.add(f":{text_of(element, 'name')}:")
        elif kind in ("date", "color"):
            writer.add(text_of(element, "fallback") or text_of(element, "value"))
