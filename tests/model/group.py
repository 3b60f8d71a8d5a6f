"""The group's coordinator: members with static ids, generations, cooperative hand-over. Rules of the classic protocol.

The library's own thread answers the coordinator (events of the hub), its callbacks run inside `consume`. So a member
can be of a generation whose assignment its program has not seen, and one that was put out can go on unaware.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confluent_kafka import KafkaError

if TYPE_CHECKING:
    from tests.model.consumer import Consumer
    from tests.model.context import Context


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a consumer knows of its membership."""

    instance: str
    member: int
    generation: int


@dataclass
class Member:
    """A slot of the group, as the coordinator sees it."""

    number: int
    consumer: Consumer
    joined: bool = False
    told: bool = True
    """Whether it has the assignment of this generation."""


Event = tuple[str, Callable[[], None]]


@dataclass
class Group:
    """One group on one topic."""

    context: Context
    generation: int = 0
    preparing: bool = False
    members: dict[str, Member] = field(default_factory=dict)
    assigned: dict[str, list[int]] = field(default_factory=dict)
    consumers: list[Consumer] = field(default_factory=list)
    _numbers: int = 0

    def refuses(self, metadata: Metadata | None) -> int | None:
        """The check of a transaction's offsets (KIP-447): an error code, or None. Without metadata there is none."""
        if metadata is None:
            return None
        member = self.members.get(metadata.instance)
        if member is None:
            return int(KafkaError.UNKNOWN_MEMBER_ID)
        if member.number != metadata.member:
            return int(KafkaError.FENCED_INSTANCE_ID)
        if self.generation != metadata.generation:
            return int(KafkaError.ILLEGAL_GENERATION)
        return None

    def events(self) -> list[Event]:
        """What can happen next in the group."""
        found: list[Event] = []
        for consumer in self.consumers:
            if consumer.process.running and not consumer.callbacks and not consumer.closed and consumer.dead is None:
                act = self._next(consumer)
                if act is not None:
                    found.append((f"group: {consumer.instance}", act))
        if self.preparing and self.members and all(member.joined for member in self.members.values()):
            found.append(("group: new generation", self._rebalance))
        return found

    def _next(self, consumer: Consumer) -> Callable[[], None] | None:
        member = self.members.get(consumer.instance)
        if consumer.member is None:
            return lambda: self._join(consumer)
        if member is None:
            return consumer.lose
        if member.number != consumer.member:
            return consumer.fence
        if not member.told and not self.preparing:
            return lambda: self._tell(member)
        if (self.preparing or consumer.again) and not member.joined:
            return lambda: self._join(consumer)
        return None

    def _join(self, consumer: Consumer) -> None:
        consumer.again = False
        member = self.members.get(consumer.instance)
        if consumer.member is None:
            self._numbers += 1
            consumer.member = self._numbers
            given = sum(map(len, self.assigned.values()))
            if member is not None and not self.preparing and given == self.context.cluster.partitions:
                # the same slot again: it gets what it had, nobody moves
                self.members[consumer.instance] = member = Member(self._numbers, consumer)
                self._tell(member)
                return
            self.members[consumer.instance] = member = Member(self._numbers, consumer)
        assert member is not None
        member.joined = True
        self.preparing = True
        self.context.say(f"{consumer.instance} joins the group")

    def _rebalance(self) -> None:
        self.preparing = False
        self.generation += 1
        owned = {name: set(member.consumer.assigned) for name, member in self.members.items()}
        target = self._target(owned)
        self.assigned = {}
        for name, member in self.members.items():
            others = set().union(*(had for other, had in owned.items() if other != name))
            self.assigned[name] = [number for number in target[name] if number not in others]
            member.joined, member.told = False, False
        self.context.say(f"generation {self.generation}: {self.assigned}")

    def _target(self, owned: dict[str, set[int]]) -> dict[str, list[int]]:
        """Sticky and balanced: who has a partition keeps it up to the fair share."""
        names = sorted(owned)
        count = self.context.cluster.partitions
        share = {name: count // len(names) + (place < count % len(names)) for place, name in enumerate(names)}
        target: dict[str, list[int]] = {name: sorted(owned[name])[: share[name]] for name in names}
        free = sorted(set(range(count)).difference(*target.values()))
        for name in names:
            while free and len(target[name]) < share[name]:
                target[name].append(free.pop(0))
        return target

    def _tell(self, member: Member) -> None:
        member.told = True
        consumer = member.consumer
        consumer.generation = self.generation
        mine = set(self.assigned.get(consumer.instance, []))
        revoked, added = sorted(consumer.assigned - mine), sorted(mine - consumer.assigned)
        if revoked:
            consumer.callbacks.append(("revoke", revoked))
            consumer.again = True  # cooperative: joins again, so that somebody else can have them
        if added or not revoked:
            consumer.callbacks.append(("assign", added))

    def expire(self, name: str) -> None:
        """No heartbeat for a session: out."""
        self.context.say(f"{name} is put out of the group")
        del self.members[name]
        self.assigned.pop(name, None)
        self.preparing = bool(self.members)
