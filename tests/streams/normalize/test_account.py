"""The account agrees when all is well, and says what is wrong when one record is taken away."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from commonline.schemas.records import Ledger
from commonline.streams.normalize.account import Account, Report
from commonline.streams.normalize.decide import Decided
from commonline.streams.normalize.letters import Place
from commonline.streams.normalize.tally import Tally, as_number
from tests.streams.normalize.deliveries import NOW, TOPIC, delivery, normalizer

pytestmark = pytest.mark.usefixtures("probes")
BODIES: list[list[dict[str, Any]]] = [
    [{"id": "1"}, {"event": "ping"}],
    [{"event": "ping"}, {"event": "later"}],
    [{"do": "malformed"}],
    [{"id": "2", "copies": 3}, {"do": "raise"}],
]


class World:
    """What lies in the topics after normalize has read `BODIES` at offsets 0 … of partition 0."""

    def __init__(self) -> None:
        decide = normalizer().decide
        self.deliveries = [delivery(body, received=NOW + number) for number, body in enumerate(BODIES)]
        places = [Place(TOPIC, 0, offset, b"") for offset in range(len(BODIES))]
        pairs = zip(self.deliveries, places, strict=True)
        self.decided = [decide(one, place, NOW) for one, place in pairs]

    def ledger(self, first: int, last: int) -> list[Ledger]:
        """What normalize tells of a range of offsets."""
        tally = Tally(TOPIC)
        for offset in range(first, last + 1):
            tally.cover(0, offset, offset)
            one, decided = self.deliveries[offset], self.decided[offset]
            line = tally.line(0, one.workspace, one.source, one.received)
            line.read += 1
            line.activities += len(decided.activities)
            line.total += sum(as_number(activity.id) for activity, _ in decided.activities)
            line.dead += len(decided.dead)
            line.quiet += not decided.activities and not decided.dead
            for rule in decided.skipped:
                line.ignored[rule] = line.ignored.get(rule, 0) + 1
        return tally.ledger(NOW)

    def account(self, *, ranges: tuple[tuple[int, int], ...] = ((0, 1), (2, 3)), without: int | None = None) -> Account:
        """The account of it, every output told twice; without the outputs of one delivery if it is named."""
        account = Account(TOPIC, {0: 0, 1: 0})
        for _ in range(2):
            for offset, one in enumerate(self.deliveries):
                account.delivery(0, offset, one.workspace, one.source, one)
            for offset, decided in enumerate(self.decided):
                if offset != without:
                    _tell(account, decided)
            for first, last in ranges:
                for line in self.ledger(first, last):
                    account.ledger(line)
        return account


def _tell(account: Account, decided: Decided) -> None:
    for activity, _ in decided.activities:
        account.activity(activity)
    for letter in decided.dead:
        account.letter(letter)


def report(account: Account, committed: int = 4) -> Report:
    return account.report({0: committed, 1: 0})


def test_all_is_counted_once_and_agrees() -> None:
    found = report(World().account())
    assert found.disagreements == []
    [count] = found.sources
    assert (count.received, count.activities, count.dead, count.silent, count.waiting) == (4, 4, 2, 1, 0)
    assert count.ignored == {"handshake": 2, "unsupported": 1}


def test_what_is_not_committed_waits() -> None:
    found = report(World().account(ranges=((0, 1),)), committed=2)
    assert found.disagreements == []
    assert (found.sources[0].waiting, found.sources[0].activities, found.sources[0].dead) == (2, 1, 0)


def test_a_range_read_twice_after_a_crash_agrees() -> None:
    assert report(World().account(ranges=((0, 1), (0, 2), (3, 3)))).disagreements == []


@pytest.mark.parametrize("lost", [0, 2, 3])
def test_a_delivery_without_its_outputs_is_told(lost: int) -> None:
    found = report(World().account(without=lost))
    assert any("deliveries have no activity, dead letter" in one for one in found.disagreements)


def told(world: World, ledger: World) -> list[str]:
    """What is said when the topics hold one world and the ledger tells of another."""
    account = Account(TOPIC, {0: 0})
    for offset, one in enumerate(world.deliveries):
        account.delivery(0, offset, one.workspace, one.source, one)
        _tell(account, world.decided[offset])
    for line in ledger.ledger(0, 3):
        account.ledger(line)
    return report(account).disagreements


def test_one_activity_too_few_is_told() -> None:
    world = World()
    world.decided[3].activities.pop()
    assert told(world, World()) == ["acme/fuse: the ledger says 4 activities were written, the topic holds 3"]


def test_another_activity_in_its_place_is_told() -> None:
    world = World()
    world.decided[0] = normalizer().decide(delivery([{"id": "other"}]), Place(TOPIC, 0, 0, b""), NOW)
    world.decided[0].skipped = ["handshake"]
    assert told(world, World()) == ["acme/fuse: the topic holds other activities than the ledger says (sum of ids)"]


def test_a_lost_ledger_line_is_told() -> None:
    found = report(World().account(ranges=((0, 1),)))
    assert "partition 0: 2 deliveries before offset 4 are in no ledger line" in found.disagreements


def test_letters_of_other_steps_are_counted_apart() -> None:
    account = World().account()
    letter = World().decided[2].dead[0]
    account.letter(msgspec.structs.replace(letter, id="of unify", topic="activities.v1", step="unify"))
    found = report(account)
    assert (found.sources[0].dead, found.sources[0].elsewhere, found.disagreements) == (2, 1, [])
