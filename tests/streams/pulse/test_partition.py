"""One partition against a world that answers late, not at all, or with no."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from commonline.schemas.records import ConversationActivity, Pulse
from commonline.streams.pulse import partition as module
from commonline.streams.pulse.partition import Partition, headers, key
from commonline.streams.pulse.state import restored
from tests.streams.pulse.story import MINUTE, SECOND, START, minutes, numbered, oracle, said


class World:
    """Keeps what is written, in order."""

    def __init__(self) -> None:
        self.written: list[Pulse | bytes] = []
        self.owned = True
        self.whole = False
        self.gate: asyncio.Event | None = None
        self.asked: list[tuple[int, int]] = []

    async def pulses(self, pulses: Sequence[Pulse]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        self.written += pulses

    async def checkpoint(self, partition: int, checkpoint: bytes) -> None:
        assert partition == 3
        self.written.append(checkpoint)

    async def still_owns(self, partition: int, position: int) -> bool:
        return self.owned

    async def complete(self, partition: int, after: int, before: int) -> bool:
        self.asked.append((after, before))
        return self.whole

    @property
    def minutes(self) -> list[Pulse]:
        return [one for one in self.written if isinstance(one, Pulse)]

    @property
    def checkpoints(self) -> list[bytes]:
        return [one for one in self.written if isinstance(one, bytes)]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(autouse=True)
def _checkpoint_each_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHECKPOINT_S", 0.0)


def talk(count: int = 12, step_s: int = 20) -> list[ConversationActivity]:
    return numbered(said("a", "outbound" if n % 3 == 2 else "inbound", n * step_s) for n in range(count))


async def test_a_closed_minute_is_written_before_its_checkpoint(world: World) -> None:
    partition = Partition(3, None, world)
    for offset, record in enumerate(talk()):
        assert await partition.take(record, offset)
    kinds = ["minute" if isinstance(one, Pulse) else "checkpoint" for one in world.written]
    assert kinds == ["checkpoint", "minute", "checkpoint", "minute", "checkpoint", "minute", "checkpoint"]
    assert [restored(one).position for one in world.checkpoints] == [0, 3, 6, 9]


async def test_what_was_cut_short_is_written_by_the_next_record(world: World) -> None:
    records = talk()
    partition = Partition(3, None, world)
    for offset in range(3):
        await partition.take(records[offset], offset)
    world.gate = asyncio.Event()
    cut = asyncio.create_task(partition.take(records[3], 3))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    cut.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut
    assert (len(world.minutes), len(world.checkpoints)) == (0, 1)
    world.gate = None
    await partition.take(records[4], 4)
    assert [pulse.minute for pulse in world.minutes] == [START]
    assert len(world.checkpoints) == 2


async def test_records_seen_before_change_nothing(world: World) -> None:
    partition = Partition(3, None, world)
    records = talk(3)
    for offset, record in [*enumerate(records), *enumerate(records)]:
        assert await partition.take(record, offset)
    assert minutes(partition.state.pulses()) == oracle(records)


async def test_a_gap_that_the_log_does_not_have_stops_the_counting(world: World) -> None:
    partition = Partition(3, None, world)
    first, _, third = talk(3)
    assert await partition.take(first, 10)
    assert not await partition.take(third, 14)
    assert world.asked == [(11, 14)]
    assert partition.state.pulses()[0].count == 1


async def test_a_gap_that_the_log_has_is_passed(world: World) -> None:
    world.whole = True
    partition = Partition(3, None, world)
    first, _, third = talk(3)
    assert await partition.take(first, 10)
    assert await partition.take(third, 14)
    assert partition.state.pulses()[0].count == 2


async def test_the_open_minute_is_written_once_it_is_over_and_quiet(world: World) -> None:
    partition = Partition(3, None, world)
    records = talk(2)
    for offset, record in enumerate(records):
        await partition.take(record, offset)
    over = START + MINUTE + 3 * SECOND
    await partition.tick(over)  # a record came since the last tick
    await partition.tick(START + MINUTE)
    assert world.minutes == []
    world.owned = False
    await partition.tick(over)
    assert world.minutes == []
    world.owned = True
    await partition.tick(over)
    await partition.tick(over)
    assert [pulse.count for pulse in world.minutes] == [2]
    late = said("a", "inbound", 45, seq=3)
    await partition.take(late, 2)
    await partition.tick(over)
    await partition.tick(over)
    assert minutes(world.minutes) == oracle([*records, late])
    assert len(world.checkpoints) == 1


def test_key_and_headers_name_the_minute() -> None:
    (pulse,) = oracle(talk(1)).values()
    assert key(pulse) == f"acme|comment|{START}".encode()
    told = dict(headers(pulse))
    assert told["ce_type"] == b"commonline.pulse.v1"
    assert told["ce_partitionkey"] == b"acme"
