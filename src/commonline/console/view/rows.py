"""A conversation as a row of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commonline.gateway.project.mood import Mood
from commonline.gateway.queries.models import Conversation, Participant

NAMED = 3
"""People that a row names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a template needs of it."""

    id: str
    unread: bool
    who: str
    title: str | None
    said: str
    channels: tuple[str, ...]
    departments: tuple[str, ...]
    waits_since: datetime | None
    moved: datetime
    mood: Mood
    glad: int
    sorry: int


def row(told: Conversation) -> Row:
    """A conversation's row: who is in it, how it began, what was said last."""
    first, last = told.first_text or "", told.last_text or ""
    return Row(
        id=str(told.id),
        unread=told.unread,
        who=who(told.people),
        title=first if first and last and first != last else None,
        said=last or first,
        channels=told.channels,
        departments=told.departments,
        waits_since=told.waits_since,
        moved=told.moved,
        mood=told.mood,
        glad=told.glad,
        sorry=told.sorry,
    )


def who(people: tuple[Participant, ...]) -> str:
    """``Ana Silva, Jonas Weber and 3 others``: those who are not us first."""
    others = [one for one in people if one.side != "us"] or list(people)
    names = list(dict.fromkeys(one.name for one in others if one.name))
    if not names:
        return "Somebody" if others else "Nobody named"
    rest = len(others) - min(len(names), NAMED)
    named = names[:NAMED]
    if rest <= 0:
        return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"{', '.join(named)} and {rest} {'other' if rest == 1 else 'others'}"
