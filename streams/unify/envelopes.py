"""What unify says, as records of topics: where they go, their frame and their headers."""

from __future__ import annotations

from commonline import topics as table
from commonline.bus.batch import Record
from commonline.schemas import cloudevents, framing
from commonline.schemas.cloudevents import Stamp
from commonline.schemas.ids import SchemaIds
from commonline.streams.unify.turn import Output
from commonline.topics import Topics

KEPT = 4096
_RECORDS = ("Activity", "Control", "ConversationActivity", "FeedActivity", "Link", "Person", "DeadLetter", "Ledger")
_KINDS = {"links": cloudevents.LINK, "persons": cloudevents.PERSON}


class _Head:
    """What records of one kind have in common."""

    __slots__ = ("frame", "partition", "stamp", "topic")

    def __init__(self, topic: str, partition: int, frame: bytes, stamp: Stamp) -> None:
        self.topic = topic
        self.partition = partition
        self.frame = frame
        self.stamp = stamp


class Envelopes:
    """Makes the records of one partition. `measured` counts records of feeds by (workspace, department, event)."""

    def __init__(self, topics: Topics, ids: SchemaIds, partition: int) -> None:
        self._topics = topics
        self._partition = partition
        self.where = {
            "conversations": topics.name(table.CONVERSATIONS),
            "links": topics.name(table.LINKS),
            "persons": topics.name(table.PERSONS),
            "continue": topics.name(table.ACTIVITIES),
            "dead": topics.name(table.DEAD_LETTERS),
            "ledger": topics.name(table.UNIFY_LEDGER),
        }
        self.frames = {name: framing.header(ids.id_of(name)) for name in _RECORDS}
        self.measured: dict[tuple[str, str, str], int] = {}
        self._heads: dict[tuple[str, str, str, str, str], _Head] = {}

    def record(self, workspace: str, output: Output) -> Record:
        """An output as a record."""
        at, department, event = output.at, output.department, output.event
        kind = (workspace, output.where, department, event, output.source)
        head = self._heads.get(kind)
        if head is None:
            head = self._head(kind, output)
        if department:
            counted = (workspace, department, event)
            self.measured[counted] = self.measured.get(counted, 0) + 1
        headers = head.stamp(output.id, at)
        return Record(head.topic, head.partition, output.key, head.frame + output.value, headers, at // 1000)

    def _head(self, kind: tuple[str, str, str, str, str], output: Output) -> _Head:
        workspace, where, department, _, source = kind
        if where == "feed":
            topic, partition = self._topics.feed(workspace, department), 0
        else:
            topic, partition = self.where[where], self._partition
        stamp = Stamp(_kind(output), workspace=workspace, source=source, partition_key=workspace)
        if len(self._heads) >= KEPT:
            self._heads.clear()
        self._heads[kind] = head = _Head(topic, partition, self.frames[output.record], stamp)
        return head


def _kind(output: Output) -> str:
    if output.where == "feed":
        return cloudevents.feed(output.event)  # type: ignore[arg-type]
    if output.where == "conversations":
        return cloudevents.conversation(output.event)  # type: ignore[arg-type]
    if output.where == "continue":
        return cloudevents.control("continue")
    return _KINDS[output.where]
