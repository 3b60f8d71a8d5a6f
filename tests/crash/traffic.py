"""What the sources of the crash tests send: pages' webhooks with numbered facts, drawn from a seed. Pure.

A *lane* is one sequential sender on one page: it sends the next delivery when the last was acknowledged, so the order
within its posts is known. A *fact* is what must become exactly one activity; its `mark` says which one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WORKSPACES = ("acme", "globex", "initech")
PAGES = {"acme": "102938475610293", "globex": "203847561029384", "initech": "304756102938475"}
LANES = 6
"""On each page."""
POSTS = 8
"""Of each lane."""
BEGAN = 1_790_000_000
Mark = tuple[str, ...]
"""What of a fact: kind of activity, the page's id of the object, and what tells several of the kind apart."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook. `dead`: it cannot be mapped; `ignored`: entries that a rule leaves out; else it has facts."""

    number: int
    workspace: str
    lane: int
    body: bytes
    facts: tuple[Mark, ...] = ()
    dead: bool = False
    ignored: bool = False
    again: bool = False
    """It is sent a second time after it was acknowledged."""


@dataclass(slots=True)
class _Lane:
    """What a lane has sent so far."""

    workspace: str
    number: int
    rng: random.Random
    comments: list[tuple[int, str]] = field(default_factory=list)


def post_id(workspace: str, lane: int, post: int) -> str:
    """The page's id of a post."""
    return f"{PAGES[workspace]}_{7_000_000 + lane * 1000 + post}"


def post_uri(workspace: str, lane: int, post: int) -> str:
    """The thread of a post."""
    return f"facebook:{PAGES[workspace]}/post/{post_id(workspace, lane, post)}"


def comment_uri(workspace: str, comment: str) -> str:
    """The object of a comment."""
    return f"facebook:{PAGES[workspace]}/comment/{comment}"


def lanes(seed: int, events: int) -> list[Iterator[Delivery]]:
    """What each lane sends; together about `events` facts."""
    count = len(WORKSPACES) * LANES
    return [
        _lane(_Lane(WORKSPACES[index % len(WORKSPACES)], index, random.Random(f"{seed}/lane/{index}")), events // count)
        for index in range(count)
    ]


def _lane(lane: _Lane, facts: int) -> Iterator[Delivery]:
    number, sent = lane.number * 1_000_000, 0
    while sent < facts:
        number += 1
        chance = lane.rng.random()
        if chance < 0.01:
            yield Delivery(number, lane.workspace, lane.number, _body(lane, number, [_broken(number)]), dead=True)
            continue
        if chance < 0.03:
            yield Delivery(number, lane.workspace, lane.number, _receipt(lane, number), ignored=True)
            continue
        size = min(lane.rng.choice((1, 1, 2, 3, 5, 8)), facts - sent)
        changes: list[dict[str, Any]] = []
        marks: list[Mark] = []
        for part in range(size):
            change, mark = _fact(lane, number, part)
            changes.append(change)
            marks.append(mark)
        sent += size
        body = _body(lane, number, changes)
        yield Delivery(number, lane.workspace, lane.number, body, tuple(marks), again=lane.rng.random() < 0.02)


def _fact(lane: _Lane, number: int, part: int) -> tuple[dict[str, Any], Mark]:
    chance = lane.rng.random()
    if len(lane.comments) < 3 or chance < 0.84:
        return _comment(lane, number, part)
    post, comment = lane.comments[-1 - lane.rng.randrange(min(len(lane.comments), 40))]
    if chance < 0.90:
        return _edit(lane, post, comment, number, part)
    if chance < 0.96:
        return _like(lane, post, comment, number, part)
    lane.comments.remove((post, comment))
    value = {"item": "comment", "verb": "remove", **_ids(lane, post, comment)}
    return value, ("Delete", comment)


def _ids(lane: _Lane, post: int, comment: str) -> dict[str, Any]:
    thread = post_id(lane.workspace, lane.number, post)
    return {"comment_id": comment, "post_id": thread, "parent_id": thread}


def _comment(lane: _Lane, number: int, part: int) -> tuple[dict[str, Any], Mark]:
    post = lane.rng.randrange(POSTS)
    comment = f"{post_id(lane.workspace, lane.number, post).partition('_')[2]}_{number * 10 + part}"
    lane.comments.append((post, comment))
    person = lane.rng.randrange(900)
    value = {
        "from": {"id": str(6_000_000_000 + person), "name": f"Person {person}"},
        "item": "comment",
        "verb": "add",
        "created_time": BEGAN + number % 1_000_000,
        "message": f"comment {number * 10 + part} about a kettle",
        **_ids(lane, post, comment),
    }
    return value, ("Create", comment)


def _edit(lane: _Lane, post: int, comment: str, number: int, part: int) -> tuple[dict[str, Any], Mark]:
    words = f"edited {number * 10 + part}, and better now"
    value = {
        "item": "comment",
        "verb": "edited",
        "edited_time": BEGAN + (number % 1_000_000) * 10 + part,
        "message": words,
        **_ids(lane, post, comment),
    }
    return value, ("Update", comment, words)


def _like(lane: _Lane, post: int, comment: str, number: int, part: int) -> tuple[dict[str, Any], Mark]:
    person = 9_000_000_000 + number * 10 + part
    value = {
        "from": {"id": str(person), "name": f"Admirer {number}"},
        "item": "reaction",
        "reaction_type": "love",
        "verb": "add",
        "created_time": BEGAN + number % 1_000_000,
        **_ids(lane, post, comment),
    }
    return value, ("Like", comment, str(person))


def _broken(number: int) -> dict[str, Any]:
    """A comment that says not which."""
    return {"item": "comment", "verb": "add", "message": f"broken {number}", "created_time": BEGAN}


def _body(lane: _Lane, number: int, values: list[dict[str, Any]]) -> bytes:
    changes = [{"field": "feed", "value": value} for value in values]
    entry = {"id": PAGES[lane.workspace], "time": BEGAN + number % 1_000_000, "changes": changes, "x_number": number}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def _receipt(lane: _Lane, number: int) -> bytes:
    told = {
        "sender": {"id": "77001"},
        "recipient": {"id": PAGES[lane.workspace]},
        "delivery": {"mids": [f"m_{number}"], "watermark": BEGAN},
    }
    entry = {"id": PAGES[lane.workspace], "time": BEGAN, "messaging": [told], "x_number": number}
    return json.dumps({"object": "page", "entry": [entry]}).encode()
