"""The walk over a feed's numbers: what compaction may do is no gap, and everything else is."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.audit.comparison import Comparison, Names
from commonline.audit.findings import Finding
from commonline.audit.memory import Memory
from commonline.audit.numbers import MOST_FOUND, UNKNOWN, FeedBatch, FeedWalk

TOPIC, SPARED = "feeds.acme.pr.v1", 1000
NOW = 1_795_000_000_000


def walk(*, at: int = 0, number: int = 0, low: int = 0) -> FeedWalk:
    return FeedWalk(TOPIC, ("acme", ""), SPARED, at=at, number=number, low=low)


def batch(base: int, numbers: list[int], *, span: int = 0, places: list[int] | None = None, age: int = 0) -> FeedBatch:
    """`span`: offsets, if there are more than records; `age` of the records, milliseconds."""
    last = base + (span or len(numbers)) - 1
    return FeedBatch(TOPIC, 0, base, last, places or [base + n for n in range(len(numbers))], numbers, NOW - age)


def mark(base: int) -> FeedBatch:
    return FeedBatch(TOPIC, 0, base, base, whole=True)


def told(made: FeedWalk, *batches: FeedBatch) -> list[tuple[str, int, int, int]]:
    for one in batches:
        made.take(one, NOW)
    return [(one.kind, one.first, one.last, one.count) for one in made.findings()]


def test_all_is_well() -> None:
    made = walk()
    assert told(made, batch(0, [1, 2, 3]), mark(3), batch(4, [4]), mark(5), mark(6), batch(7, [5, 6])) == []
    assert (made.at, made.number, made.compacted) == (9, 6, 0)


def test_a_number_that_was_never_written_is_missing() -> None:
    assert told(walk(), batch(0, [1, 2]), mark(2), batch(3, [4])) == [("gap", 3, 3, 1)]
    assert told(walk(), batch(0, [1, 2, 6, 7])) == [("gap", 2, 2, 3)]
    assert told(walk(), batch(0, [2])) == [("gap", 0, 0, 1)]


def test_a_number_that_comes_again_is_told() -> None:
    made = walk()
    assert told(made, batch(0, [1, 2, 2, 3])) == [("differs", 2, 2, 1)]
    assert told(made, batch(4, [1])) == [("differs", 4, 4, 3)]
    assert made.number == 1


def test_what_compaction_took_away_is_no_gap() -> None:
    old = SPARED * 2
    made = walk()
    assert told(made, batch(0, [1, 2], age=old), batch(4, [5], age=old), batch(5, [6, 9], places=[5, 8], span=4)) == []
    assert made.compacted == 4
    assert told(walk(), batch(3, [4], age=old)) == []  # the first of the log


def test_more_numbers_are_gone_than_offsets() -> None:
    assert told(walk(), batch(0, [1], age=SPARED * 2), batch(2, [4])) == [("gap", 2, 2, 2)]


def test_behind_what_is_young_compaction_was_not() -> None:
    [found] = told(walk(), batch(0, [1], age=SPARED // 2), batch(3, [4]))
    assert found == ("gap", 1, 2, 2)


def test_tombstones_and_aborted_records_have_no_number() -> None:
    aborted = FeedBatch(TOPIC, 0, 3, 9, whole=True)
    assert told(walk(), batch(0, [1, 0, 2]), aborted, batch(10, [0]), batch(11, [3])) == []


def test_a_batch_that_was_read_in_part() -> None:
    made = walk(at=2, number=2)
    assert told(made, batch(0, [1, 2, 3, 4])) == []
    assert (made.at, made.number) == (4, 4)


def test_where_nothing_is_known_of_before_any_number_will_do() -> None:
    assert told(walk(at=5, number=UNKNOWN), batch(5, [77, 78])) == []


def test_a_beginning_that_moved_is_a_deletion() -> None:
    made = walk()
    told(made, batch(0, [1, 2, 3]))
    made.begins(0)
    made.begins(2)
    [first] = made.findings()
    assert (first.kind, first.first, first.last, first.count) == ("gap", 0, 1, 2)
    made.begins(8)
    [second] = made.findings()
    assert (second.first, second.last, made.at) == (2, 7, 8)
    assert told(made, batch(8, [9])) == []  # it was told already
    anew = walk()
    anew.begins(8)
    assert [one.id for one in anew.findings()] == [second.id]


def test_a_log_that_ends_before_what_was_read() -> None:
    made = walk(at=10, number=9, low=0)
    assert not made.ends(10)
    assert made.ends(4)
    [found] = made.findings()
    assert (found.kind, found.first, found.last, found.count, made.at) == ("gap", 4, 9, 6, 4)
    assert told(made, batch(4, [10])) == []


def test_what_the_ledger_tells_of_is_there() -> None:
    made = walk()
    told(made, batch(0, [1, 2, 3]))
    made.written(0)
    made.written(3)
    assert made.findings() == []
    made.written(5)
    [found] = made.findings()
    assert (found.kind, found.first, found.count) == ("gap", 3, 2)
    made.written(5)
    assert told(made, batch(3, [6])) == []


def test_many_gaps_are_one_finding_in_the_end() -> None:
    numbers = list(range(2, 2 * MOST_FOUND + 42, 2))
    made = walk()
    made.take(batch(0, numbers), NOW)
    found = made.findings()
    assert len(found) == MOST_FOUND
    assert sum(one.count for one in found) == len(numbers)
    assert found[-1].message.endswith("behind that")
    assert len({one.id for one in found}) == MOST_FOUND


@dataclass
class Feed:
    """A feed as unify writes it: transactions of records, some of them aborted, with Kafka's marks between."""

    random: Random
    batches: list[FeedBatch] = field(default_factory=list)

    def write(self, count: int) -> Feed:
        offset = number = 0
        while number < count:
            size = self.random.randint(1, 5)
            if self.random.random() < 0.2:
                self.batches.append(FeedBatch(TOPIC, 0, offset, offset + size - 1, whole=True))
            else:
                self.batches.append(batch(offset, [number + n + 1 for n in range(size)], age=SPARED * 2))
                number += size
            self.batches.append(mark(offset + size))
            offset += size + 1
        return self

    def without(self, index: int, kept: list[bool]) -> None:
        """Compaction: some records of a batch go, and the batch with them if nothing is left."""
        one = self.batches[index]
        pairs = [pair for pair, keep in zip(zip(one.places, one.numbers, strict=True), kept, strict=True) if keep]
        self.batches[index] = one._replace(places=[p for p, _ in pairs], numbers=[n for _, n in pairs])
        if not pairs and self.random.random() < 0.7:
            del self.batches[index]


@given(st.integers(0, 1 << 32), st.integers(1, 60))
def test_any_compaction_of_any_log_is_quiet(seed: int, count: int) -> None:
    random = Random(seed)
    log = Feed(random).write(count)
    total = sum(len(one.numbers) for one in log.batches)
    for index in reversed(range(len(log.batches) - 2)):
        if log.batches[index].numbers and random.random() < 0.5:
            log.without(index, [random.random() < 0.5 for _ in log.batches[index].numbers])
    made = walk()
    assert told(made, *log.batches) == []
    assert made.compacted == total - sum(len(one.numbers) for one in log.batches)


@given(st.integers(0, 1 << 32), st.integers(2, 60))
def test_a_number_that_a_writer_left_out_is_always_found(seed: int, count: int) -> None:
    log = Feed(Random(seed)).write(count)
    last = max(number for one in log.batches for number in one.numbers)
    out = Random(seed).randrange(1, last)
    shifted = [one._replace(numbers=[number + (number > out) for number in one.numbers]) for one in log.batches]
    assert [(kind, size) for kind, _, _, size in told(walk(), *shifted)] == [("gap", 1)]


@pytest.mark.parametrize(("workspace", "held"), [("acme", True), ("globex", False)])
def test_a_gap_holds_the_sources_of_its_workspace_back(workspace: str, held: bool) -> None:
    comparison = Comparison(Names("d", "a"), {0: 0}, {0: 0}, Memory(100))
    comparison.knows([(workspace, "page")])
    gap = Finding("gap", "feeds", ("acme", ""), TOPIC, 0, 5, 5, 1, "number 3: never written", 1000)
    assert gap.about == TOPIC
    [complete] = comparison.complete(5000, [gap])
    assert complete.until == (1000 if held else 5000)
