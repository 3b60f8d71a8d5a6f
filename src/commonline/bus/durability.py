"""What an acknowledgement of this broker is worth (protocol F18).

With one replica, acks=all means the page cache: it survives a kill of the broker, not a power failure.
Durable means three replicas of which two must have it, or, on one broker, a flush before it acknowledges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from commonline.bus.admin import Administration, Existing
from commonline.errors import ConfigurationError, RetryLaterError
from commonline.settings import KafkaSettings
from commonline.topics import CURSORS, DELIVERIES, Topic, Topics

Durability = Literal["replicated", "flushed", "process"]
ACKNOWLEDGED: tuple[Topic, ...] = (DELIVERIES, CURSORS)
"""The topics that connect promises something about."""
MIN_REPLICAS = 3
MIN_IN_SYNC = 2


@dataclass(frozen=True, slots=True)
class Found:
    """How one topic is kept."""

    topic: str
    replicas: int
    min_in_sync: int
    flush_messages: int

    @classmethod
    def of(cls, existing: Existing) -> Found:
        """From what the cluster says of a topic; a setting that it does not tell counts as weak."""
        return cls(
            topic=existing.name,
            replicas=existing.replicas,
            min_in_sync=int(existing.configs.get("min.insync.replicas", 1)),
            flush_messages=int(existing.configs.get("flush.messages", 0)),
        )

    @property
    def durability(self) -> Durability:
        """What an acknowledged record survives."""
        if self.replicas >= MIN_REPLICAS and self.min_in_sync >= MIN_IN_SYNC:
            return "replicated"
        return "flushed" if self.flush_messages == 1 else "process"

    def __str__(self) -> str:
        return (
            f"{self.topic} has {self.replicas} replica(s), min.insync.replicas={self.min_in_sync}, "
            f"flush.messages={self.flush_messages}"
        )


def find(kafka: KafkaSettings, topics: Topics) -> list[Found]:
    """Ask the cluster about the topics that connect acknowledges from. Blocks.

    Raises `PlatformError` when the cluster does not answer, `RetryLaterError` while a topic is missing.
    """
    names = [topics.name(topic) for topic in ACKNOWLEDGED]
    with Administration(kafka) as administration:
        there = administration.existing(names)
    for name in names:
        if name not in there:
            raise RetryLaterError(f"topic {name} does not exist; create it with: commonline topics create")
    return [Found.of(there[name]) for name in names]


def judge(found: list[Found], accepted: Literal["broker", "process"]) -> Durability:
    """The weakest of them. Raises `ConfigurationError` if it is weaker than the configuration accepts."""
    weak = [one for one in found if one.durability == "process"]
    if weak and accepted != "process":
        raise ConfigurationError(
            f"commonline.durability: is {accepted!r}, but {weak[0]}: an acknowledged delivery could be lost "
            "by power failure; give the topic 3 replicas with min.insync.replicas=2, or flush.messages=1, "
            'or accept it with durability = "process"'
        )
    if weak:
        return "process"
    return "flushed" if any(one.durability == "flushed" for one in found) else "replicated"
