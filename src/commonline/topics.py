"""The table of topics: every topic once, with what code, administration, docs and ACLs need to know of it.

Partition counts are fixed from the first day (protocol F12): more partitions means a new topic version and a replay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

MIB = 1024 * 1024
HOUR = 3_600_000
DAY = 24 * HOUR
LAPTOP_PARTITIONS = 8
PRODUCTION_PARTITIONS = 32

Audience = Literal["internal", "departments"]
Spread = Literal["sources", "workspaces", "one"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as declared.

    `name` may hold ``{workspace}`` and ``{department}``. `spread`: what its partitions divide; all topics spread over
    workspaces have the same count, and a workspace's records lie in the same partition number of each (protocol F4).
    `record` names the Avro records of its values. `audience`: only topics for departments are redacted.
    """

    name: str
    about: str
    key: str
    record: tuple[str, ...]
    spread: Spread
    audience: Audience = "internal"
    cleanup: str = "delete"
    retention_ms: int = 30 * DAY
    max_bytes: int = MIB
    durable: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    def configs(self, *, durable_flush: bool = False) -> dict[str, str]:
        """Kafka topic configuration. With `durable_flush`, every batch is written through to disk (protocol F18)."""
        configs = {"cleanup.policy": self.cleanup, "max.message.bytes": str(self.max_bytes)}
        if "delete" in self.cleanup:
            configs["retention.ms"] = str(self.retention_ms)
        if "compact" in self.cleanup:
            configs["max.compaction.lag.ms"] = str(12 * HOUR)
            configs["segment.ms"] = str(6 * HOUR)
            configs["delete.retention.ms"] = str(7 * DAY)
        if self.durable and durable_flush:
            configs["flush.messages"] = "1"
        configs.update(self.extra)
        return configs


COMPACT = "compact"
DELIVERIES = Topic(
    "deliveries.v1",
    "what sources sent, byte for byte",
    "source",
    ("Delivery",),
    "sources",
    max_bytes=8 * MIB,
    durable=True,
)
CURSORS = Topic(
    "cursors.v1", "positions of pollers and streams", "source", ("Cursor",), "one", cleanup=COMPACT, durable=True
)
SOURCES = Topic(
    "sources.v1",
    "which process reads which poll or stream source (by partition), and which sources are paused (JSON)",
    "source",
    (),
    "sources",
    cleanup=COMPACT,
)
WORKSPACES = Topic(
    "workspaces.v1", "which partition a workspace lies in", "workspace", ("Workspace",), "one", cleanup=COMPACT
)
ACTIVITIES = Topic(
    "activities.v1",
    "one fact a record, in the order in which it was accepted; beside them the control records of each workspace",
    "keyed hash of the object",
    ("Activity", "Control"),
    "workspaces",
    retention_ms=400 * DAY,
)
CONVERSATIONS = Topic(
    "conversations.v1",
    "activities joined into conversations, unredacted",
    "keyed hash of the object",
    ("ConversationActivity",),
    "workspaces",
    retention_ms=400 * DAY,
)
LINKS = Topic(
    "links.v1", "evidence that accounts or threads are the same", "link id", ("Link",), "workspaces", cleanup=COMPACT
)
PERSONS = Topic("persons.v1", "accounts joined by links", "person id", ("Person",), "workspaces", cleanup=COMPACT)
FEED = Topic(
    "feeds.{workspace}.{department}.v1",
    "a department's redacted view of the conversations that concern it",
    "keyed hash of the object",
    ("FeedActivity",),
    "one",
    audience="departments",
    cleanup=COMPACT,
    extra={"min.compaction.lag.ms": str(HOUR)},
)
STATE = Topic(
    "unify-state.v1",
    "changelog of the state of unify; nothing is deleted by age, but one that was written anew is cut before it",
    "row",
    (),
    "workspaces",
    cleanup="compact,delete",
    retention_ms=-1,
    extra={"retention.bytes": "-1"},
)
DEAD_LETTERS = Topic(
    "dead-letters.v1",
    "what could not be processed: original bytes, failed step, cause",
    "dead letter id",
    ("DeadLetter",),
    "sources",
    max_bytes=9 * MIB,
)
PARKED = Topic(
    "parked.v1",
    "deliveries of a source whose dead letters passed the limit, set aside for replay",
    "source",
    ("Delivery",),
    "sources",
    max_bytes=8 * MIB,
)
LEDGER = Topic("ledger.v1", "what normalize read and wrote, in offsets and counts", "stage", ("Ledger",), "one")
UNIFY_LEDGER = Topic(
    "unify-ledger.v1",
    "what unify read and wrote, in offsets and counts, in the transaction that wrote it",
    "stage",
    ("Ledger",),
    "workspaces",
)
FINDINGS = Topic(
    "findings.v1",
    "where an independent reading of the topics does not agree with the ledgers, and what became of it",
    "finding id",
    ("Finding",),
    "one",
    cleanup=COMPACT,
)
COMPLETENESS = Topic(
    "completeness.v1",
    "until when each source is complete in the feeds",
    "workspace/source",
    ("Completeness",),
    "one",
    audience="departments",
    cleanup=COMPACT,
)
PULSE = Topic(
    "pulse.v1",
    "volume and reply time by workspace, topic and minute",
    "workspace, topic, minute",
    ("Pulse",),
    "one",
    cleanup=COMPACT,
)
PULSE_STATE = Topic(
    "pulse-state.v1",
    "where pulse goes on after a restart: position, and what waits for an answer",
    "fixed",
    (),
    "workspaces",
    cleanup=COMPACT,
    max_bytes=4 * MIB,
    extra={"segment.bytes": str(16 * MIB)},
)

TABLE: tuple[Topic, ...] = (
    DELIVERIES,
    CURSORS,
    SOURCES,
    WORKSPACES,
    ACTIVITIES,
    CONVERSATIONS,
    LINKS,
    PERSONS,
    FEED,
    STATE,
    DEAD_LETTERS,
    PARKED,
    LEDGER,
    UNIFY_LEDGER,
    FINDINGS,
    COMPLETENESS,
    PULSE,
    PULSE_STATE,
)


@dataclass(frozen=True, slots=True)
class Topics:
    """Real topic names of an installation. `prefix` lets several installations (and tests) share a cluster."""

    prefix: str = ""

    def name(self, topic: Topic) -> str:
        """The name of a topic without parameters."""
        return self.prefix + topic.name

    def feed(self, workspace: str, department: str) -> str:
        """The name of a department's feed."""
        return self.prefix + FEED.name.format(workspace=workspace, department=department)

    def feeds(self, names: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Those of some topic names that are feeds of this installation, each with workspace and department.

        Names of both hold no dots.
        """
        found = {}
        for name in names:
            parts = name.removeprefix(self.prefix).split(".")
            if name.startswith(self.prefix) and len(parts) == 4 and parts[0] == "feeds" and parts[3] == "v1":
                found[name] = (parts[1], parts[2])
        return found

    def identifier(self, what: str) -> str:
        """A consumer group or transactional id of this installation."""
        return f"{self.prefix}commonline-{what}"


def partitions(topic: Topic, count: int) -> int:
    """How many partitions a topic gets in an installation of `count`."""
    return 1 if topic.spread == "one" else count
