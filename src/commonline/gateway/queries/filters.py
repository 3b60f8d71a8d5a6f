"""What a list of conversations or activities is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from commonline.gateway.store import search
from commonline.gateway.store.tables import appearances, versions
from commonline.gateway.store.visible import Sight, present_or_at
from commonline.kit.place import TIGHTNESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """All that is given must hold. Times are microseconds: `since` ≤ when it happened < `until`.

    `persons`: ids of one person. `as_of`: look at what was known at that moment.
    """

    conversation: str | None = None
    conversations: tuple[str, ...] = ()
    visibility: str | None = None
    persons: tuple[str, ...] = ()
    source: str | None = None
    connector: str | None = None
    channel: str | None = None
    direction: str | None = None
    state: str | None = None
    waiting: bool | None = None
    unread: bool | None = None
    since: int | None = None
    until: int | None = None
    text: str | None = None
    as_of: int | None = None

    @property
    def of_entries(self) -> bool:
        """Whether something is asked of single entries."""
        told = (self.visibility, self.source, self.connector, self.channel, self.direction, self.since, self.until)
        return any(one is not None for one in told) or bool(self.persons or self.text)


def matching(sight: Sight, which: Filter, dialect: str) -> Select[Any]:
    """Versions that are all that is asked, of those that the viewer sees."""
    v = versions.c
    asked = select(v.feed, v.object, v.began_seq, v.conversation, v.moved, v.content, v.redactions)
    asked = asked.where(sight.rows(versions), present_or_at(versions, which.as_of))
    for name in ("conversation", "source", "connector", "channel", "direction"):
        if (value := getattr(which, name)) is not None:
            asked = asked.where(v[name] == value)
    if which.visibility is not None:
        asked = asked.where(v.tightness == TIGHTNESS[which.visibility])
    if which.since is not None:
        asked = asked.where(v.moved >= which.since)
    if which.until is not None:
        asked = asked.where(v.moved < which.until)
    if which.persons:
        a = appearances.c
        there = select(a.content).where(a.feed.in_(sight.feeds()), a.person.in_(which.persons))
        asked = asked.where(v.content.in_(there))
    if which.text is not None:
        words = search.words(which.text)
        asked = asked.where(v.content.in_(search.matching(dialect, words)) if words else v.feed < 0)
    return asked
