"""What lists show of a conversation, for every visibility that a viewer may have. Pure.

What a viewer may not see must not show in counts, times or states either: so a conversation has one summary for each
range of visibilities that see the same of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from commonline.kit.place import TIGHTNESS

TIGHTEST = max(TIGHTNESS.values())
STATES = ("open", "pending", "closed")
"""The first that any thread is in is the conversation's."""


class Entry(NamedTuple):
    """A present version, as far as a summary asks."""

    began: int
    tightness: int
    content: int
    moved: int
    thread: str
    channel: str
    direction: str
    state: str
    message: int
    glad: int = 0
    sorry: int = 0


def summaries(feed: int, conversation: str, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Rows of `summaries`; none when nothing is left."""
    ordered = sorted(entries, key=lambda entry: (entry.moved, entry.began, entry.content))
    levels = sorted({entry.tightness for entry in ordered})
    rows = []
    for level, after in zip(levels, [*levels[1:], TIGHTEST + 1], strict=True):
        seen = [entry for entry in ordered if entry.tightness <= level]
        rows.append({"feed": feed, "conversation": conversation, "least": level, "most": after - 1} | _summary(seen))
    return rows


def _summary(seen: Sequence[Entry]) -> dict[str, Any]:
    messages = [entry for entry in seen if entry.message]
    channels = list(dict.fromkeys(entry.channel for entry in seen))
    return {
        "moved": seen[-1].moved,
        "opened": seen[0].moved,
        "newest": max(entry.began for entry in seen),
        "entries": len(seen),
        "messages": len(messages),
        "first": (messages or seen)[0].content,
        "last": seen[-1].content,
        "channels": json.dumps(channels),
        "state": state_of(seen),
        "waits_since": waits_since(seen),
        "tightness": max(entry.tightness for entry in seen),
        "glad": sum(entry.glad for entry in seen),
        "sorry": sum(entry.sorry for entry in seen),
    }


def state_of(seen: Sequence[Entry]) -> str:
    """The state of a conversation: each thread has the one that it was last told to be in."""
    threads = {entry.thread: entry.state for entry in seen if entry.state != "unknown"}
    return next((state for state in STATES if state in threads.values()), "unknown")


def waits_since(seen: Sequence[Entry]) -> int | None:
    """When the first inbound message came that no outbound one has followed, in any channel; None: nobody waits.

    To close a thread is an answer too: a message that comes after it waits again.
    """
    since = None
    for entry in seen:
        if entry.state == "closed" or (entry.message and entry.direction == "outbound"):
            since = None
        elif entry.message and entry.direction == "inbound" and since is None:
            since = entry.moved
    return since
