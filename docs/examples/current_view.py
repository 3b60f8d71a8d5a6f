"""Keeps what a feed says now: the latest state of each object, in its present conversation.

Needs the package commonline.

COMMONLINE_KAFKA=127.0.0.1:9092 python current_view.py feeds.acme.service.v1
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from commonline.bus.reader import Reader
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, FeedActivity
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings


@dataclass
class View:
    """Objects by key, each with its conversation; and which conversations became part of which."""

    objects: dict[str, tuple[str, Activity]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)

    def take(self, record: FeedActivity) -> None:
        """One record of the feed. The same record twice changes nothing."""
        if record.event == "activity" and record.object and record.item:
            self.objects[record.object] = (record.conversation, record.item)
        elif record.event == "tombstone" and record.object:
            self.objects.pop(record.object, None)
        elif record.event == "merged" and record.other:
            self.merged[record.other] = record.conversation

    def conversation(self, identifier: str) -> str:
        """The id that a conversation has now. Ids of merged ones are never used again."""
        while identifier in self.merged:
            identifier = self.merged[identifier]
        return identifier

    def conversations(self) -> dict[str, list[Activity]]:
        """Present conversations with their activities, oldest first."""
        found: dict[str, list[Activity]] = {}
        for identifier, activity in self.objects.values():
            found.setdefault(self.conversation(identifier), []).append(activity)
        return {one: sorted(activities, key=lambda each: each.published) for one, activities in found.items()}


def main(feed: str) -> None:
    """Read the feed to its end and print it by conversation."""
    kafka = KafkaSettings.from_environ()
    if kafka is None:
        sys.exit("set COMMONLINE_KAFKA=host:port")
    serde, view = Serde(SchemaIds.bundled()), View()
    with Reader(kafka, [feed]) as reader:
        for message in reader.until_end():
            if (value := message.value()) is not None:
                view.take(serde.decode_as(FeedActivity, value))
    for identifier, activities in view.conversations().items():
        print(f"conversation {identifier[:8]}: {len(activities)}")
        for one in activities:
            print(f"  {one.channel} {one.object.text or one.object.title or one.object.type}")


if __name__ == "__main__":
    main(sys.argv[1])
