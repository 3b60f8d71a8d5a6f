"""A body is a list of entries: ``{"event": "note", "id": "1", "text": "…", "do": "raise"}``."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery, Object, Party, Thread


class Item(msgspec.Struct):
    """One entry. `copies` makes several drafts; `size` a text of so many characters."""

    event: str = "note"
    id: str = "0"
    text: str = ""
    do: str = ""
    copies: int = 1
    size: int = 0


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One an item."""
    items = msgspec.json.decode(delivery.body or b"", type=list[Item])
    return [
        Entry(index=number, event=item.event, body=item, path=f"[{number}]", delivery=delivery, settings=settings)
        for number, item in enumerate(items)
    ]


def note(entry: Entry) -> list[Draft]:
    """What the item says."""
    item: Item = entry.body
    if item.do == "raise":
        raise ZeroDivisionError(item.text)
    if item.do == "malformed":
        raise MalformedPayloadError("no author", "author.id")
    if item.do == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if item.do == "hang":
        re.match(r"(a+)+$", "a" * 64 + "!")
    text = "\ud800" if item.do == "surrogate" else item.text or "x" * item.size
    return [_draft(entry, item.id if number == 0 else f"{item.id}-{number}", text) for number in range(item.copies)]


def _draft(entry: Entry, identifier: str, text: str) -> Draft:
    return Draft(
        event=entry.event,
        type="Create",
        object=Object(id=f"fuse:acme/note/{identifier}", type="Note", text=text),
        thread=Thread(id="fuse:acme/thread/1"),
        channel="comment",
        visibility="public",
        actor=Party(account="fuse:acme/user/1", kind="person", side="customer", role="author", name="Ana"),
        published=1_790_000_000_000_000,
    )


EVENTS: dict[str, EventMapping] = {"note": note}
