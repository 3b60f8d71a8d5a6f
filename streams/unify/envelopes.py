"""What unify says, as records of topics: where they go, their frame and their headers."""

from __future__ import annotations

from typing import Any

from commonline import topics as table
from commonline.bus.batch import Record
from commonline.schemas import cloudevents, framing
from commonline.schemas.cloudevents import Stamp
from commonline.schemas.ids import SchemaIds
from commonline.streams.unify.chosen import FORM
from commonline.streams.unify.outputs import Output
from commonline.topics import Topics

KEPT = 4096
_RECORDS = ("Activity", "Control", "ConversationActivity", "FeedActivity", "Link", "Person", "DeadLetter", "Ledger")
_KINDS = {"links": cloudevents.LINK, "persons": cloudevents.PERSON}


Constant = tuple[str, bytes]


class _Head:
    """What records of one kind have in common."""

    __slots__ = ("frame", "partition", "stamp", "topic")

    def __init__(self, topic: str, partition: int, frame: bytes, stamp: Stamp) -> None:
        self.topic = topic
        self.partition = partition
        self.frame = frame
        self.stamp = stamp


class Addresses:
    """Where the records of one partition go, and what they begin with."""

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

    def head(self, output: Output) -> _Head:
        """What the records of an output's kind have in common."""
        workspace, where = output.workspace, output.where
        if where == "feed":
            topic, partition = self._topics.feed(workspace, output.department), 0
        else:
            topic, partition = self.where[where], self._partition
        stamp = Stamp(_kind(output), workspace=workspace, source=output.source, partition_key=workspace)
        return _Head(topic, partition, self.frames[output.record], stamp)

    def parts(self, output: Output) -> tuple[str, int, bytes, Constant, Constant, Constant]:
        """The same as the compiled form takes it: topic, partition, frame, ce_type, ce_source, ce_partitionkey."""
        head = self.head(output)
        return head.topic, head.partition, head.frame, *head.stamp.constant


class Envelopes:
    """Makes the records of one partition, and counts those of feeds."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._measured: dict[tuple[str, str, str], int] = {}
        self._heads: dict[tuple[str, str, str, str, str], _Head] = {}

    def add(self, outputs: list[Output], records: list[Record]) -> None:
        """Append the records of outputs."""
        for output in outputs:
            records.append(self._record(output))  # noqa: PERF401 - the frame of a comprehension costs more

    def measured(self) -> dict[tuple[str, str, str], int]:
        """Records of feeds by (workspace, department, event), since the last `forget`."""
        return self._measured

    def forget(self) -> None:
        """Begin to count anew."""
        self._measured.clear()

    def _record(self, output: Output) -> Record:
        workspace, at, department, event = output.workspace, output.at, output.department, output.event
        kind = (workspace, output.where, department, event, output.source)
        head = self._heads.get(kind)
        if head is None:
            if len(self._heads) >= KEPT:
                self._heads.clear()
            self._heads[kind] = head = self._addresses.head(output)
        if department:
            counted = (workspace, department, event)
            self._measured[counted] = self._measured.get(counted, 0) + 1
        headers = head.stamp(output.id, at)
        return Record(head.topic, head.partition, output.key, head.frame + output.value, headers, at // 1000)


def envelopes(addresses: Addresses, form: Any = FORM) -> Any:
    """`Envelopes`, or their compiled form, which does the same."""
    if not hasattr(form, "Heads"):
        return Envelopes(addresses)
    first, last = cloudevents.FIRST, cloudevents.LAST
    return form.Heads(addresses.parts, cloudevents.moment, Record, first, last, KEPT)


def _kind(output: Output) -> str:
    if output.where == "feed":
        return cloudevents.feed(output.event)  # type: ignore[arg-type]
    if output.where == "conversations":
        return cloudevents.conversation(output.event)  # type: ignore[arg-type]
    if output.where == "continue":
        return cloudevents.control("continue")
    return _KINDS[output.where]
