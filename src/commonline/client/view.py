"""What a feed says now: the latest state of each object, in the conversation that it belongs to now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from commonline.schemas.models import Activity, FeedActivity


@dataclass(slots=True)
class Conversation:
    """A conversation as a feed has it: its activities, oldest first."""

    id: UUID
    activities: list[Activity] = field(default_factory=list)


class CurrentView:
    """Objects and conversations of one feed, from its records in order. The same record twice changes nothing.

    It is in memory: a feed has one entry here for each object that was not deleted.
    """

    def __init__(self, records: Iterable[FeedActivity] = ()) -> None:
        self._objects: dict[str, tuple[UUID, Activity]] = {}
        self._merged: dict[UUID, UUID] = {}
        self._left: set[UUID] = set()
        for record in records:
            self.take(record)

    def take(self, record: FeedActivity) -> None:
        """One more record of the feed."""
        match record.event:
            case "activity" if record.object and record.item:
                self._objects[record.object] = (record.conversation, record.item)
                self._left.discard(record.conversation)
            case "tombstone" if record.object:
                self._objects.pop(record.object, None)
            case "merged" if record.other and record.other != record.conversation:
                self._merged[record.other] = record.conversation
                self._left.discard(record.conversation)
            case "entered":
                self._left.discard(record.conversation)
            case "left":
                self._left.add(record.conversation)
            case _:
                """A split: the objects of the threads that moved follow, and say where they are."""

    def conversation_id(self, identifier: UUID) -> UUID:
        """The id that a conversation has now. The id of one that was merged is never used again."""
        while identifier in self._merged:
            identifier = self._merged[identifier]
        return identifier

    def conversations(self) -> list[Conversation]:
        """The conversations that are in the feed now, that with the newest activity first."""
        found: dict[UUID, Conversation] = {}
        for identifier, activity in self._objects.values():
            now = self.conversation_id(identifier)
            if now not in self._left:
                found.setdefault(now, Conversation(now)).activities.append(activity)
        for one in found.values():
            one.activities.sort(key=lambda each: each.published)
        return sorted(found.values(), key=lambda one: one.activities[-1].published, reverse=True)

    def conversation(self, identifier: UUID) -> Conversation | None:
        """One conversation, by its present or any former id. None: it is not in the feed now."""
        now = self.conversation_id(identifier)
        activities = [each for at, each in self._objects.values() if self.conversation_id(at) == now]
        if now in self._left or not activities:
            return None
        return Conversation(now, sorted(activities, key=lambda each: each.published))

    def object(self, key: str) -> Activity | None:
        """The latest state of an object, by the `object` of a record."""
        found = self._objects.get(key)
        return found[1] if found else None
