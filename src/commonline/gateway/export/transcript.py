"""What an export is made of: a conversation's entries as a viewer sees them, and who took part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from commonline.kit.request import clean_text
from commonline.schemas.models import Activity, Party
from commonline.schemas.records import Visibility


@dataclass(frozen=True, slots=True)
class Said:
    """One entry. `visibility` is the effective one, tighter perhaps than the activity's own."""

    at: datetime
    visibility: Visibility
    item: Activity
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation. `said` in the order in which it happened. `persons`: the person of each account, where known."""

    id: UUID
    workspace: str
    said: tuple[Said, ...]
    persons: tuple[tuple[str, UUID], ...] = ()

    @property
    def subject(self) -> str:
        """The first title there is, of a thread or of what was said."""
        titles = (one.item.thread.title or one.item.object.title for one in self.said)
        return next((title for title in titles if title), "")

    @property
    def updated(self) -> datetime:
        """Newest entry."""
        return max((one.at for one in self.said), default=datetime(1970, 1, 1, tzinfo=UTC))


def parties(item: Activity) -> Iterator[Party]:
    """Everyone in an activity, the actor first."""
    if item.actor is not None:
        yield item.actor
    yield from item.participants


def deleted(item: Activity) -> bool:
    """Whether the entry says that the object is gone."""
    return item.type == "Delete" or (item.type == "Undo" and item.object.text is None)


def one_line(text: str) -> str:
    """Text without line ends and other control characters, for headers and names."""
    return " ".join("".join(each if each.isprintable() else " " for each in clean_text(text)).split())


def storable(value: Any) -> Any:
    """A JSON value whose texts every encoding can carry: what is no Unicode (halves of surrogate pairs) is replaced."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {name: storable(one) for name, one in value.items()}
    return [storable(one) for one in value] if isinstance(value, list) else value
