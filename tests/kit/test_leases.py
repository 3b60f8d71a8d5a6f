"""What a vendor grants for a time: when it is renewed, what is written down, what a failure does."""

from __future__ import annotations

from tests.kit.test_runner import NOW, Log, instance

from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit.backoff import Backoff
from commonline.kit.cursors import position
from commonline.kit.leases import LeaseKeeper, due_us, restored, stored
from commonline.kit.runner import Place
from commonline.kit.source import Context, Lease, Renewer
from commonline.metrics import Metrics

HOUR = 3_600_000_000


class World:
    """A clock that sleeping moves, and a vendor that grants three hours."""

    def __init__(self, failures: list[Exception] | None = None, rounds: int = 3) -> None:
        self.now, self.log, self.place = NOW, Log(), Place(4, None)
        self.asked: list[tuple[int, Lease | None]] = []
        self.slept: list[float] = []
        self.failures, self.rounds = failures or [], rounds
        self.callback: str | None = None

    async def renew(self, context: Context, lease: Lease | None) -> Lease:
        self.callback = context.callback
        self.asked.append((self.now, lease))
        if len(self.asked) > self.rounds:
            raise ConfigurationError("enough")
        if self.failures:
            raise self.failures.pop(0)
        return Lease(self.now, self.now + 3 * HOUR, {"id": f"s{len(self.asked)}"})

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += int(seconds * 1_000_000)

    async def run(self) -> None:
        renew: Renewer = self.renew
        keeper = LeaseKeeper(
            instance(),
            renew,
            self.log,
            self.place,
            Metrics(),
            callback="https://acme.example/in/desk",
            clock=lambda: self.now,
            sleep=self.sleep,
            backoff=Backoff(5.0, 600.0, chance=lambda: 0.5),
        )
        await keeper.run()


def test_due_between_the_two_bounds() -> None:
    lease = Lease(0, 300, {})
    assert due_us(lease, 0.0) == 200
    assert due_us(lease, 1.0) == 170
    assert due_us(Lease(10, 5, {}), 0.5) == 10


def test_stored_and_restored() -> None:
    lease = Lease(1, 2, {"id": "x"})
    assert restored(stored(lease)) == lease
    assert restored(None) is None
    assert restored({"since": 1}) is None


async def test_a_lease_is_renewed_before_it_ends_and_written_down() -> None:
    world = World()
    await world.run()
    assert [lease.data["id"] if lease else None for _, lease in world.asked] == [None, "s1", "s2", "s3"]
    gaps = [later - earlier for (earlier, _), (later, _) in zip(world.asked, world.asked[1:], strict=False)]
    assert all(1.6 * HOUR < gap <= 2 * HOUR for gap in gaps)
    assert {cursor.source for cursor in world.log.cursors} == {"desk#lease"}
    assert {cursor.generation for cursor in world.log.cursors} == {4}
    assert world.callback == "https://acme.example/in/desk"


async def test_a_successor_goes_on_with_the_lease() -> None:
    world = World(rounds=1)
    world.place.cursor = stored(Lease(NOW - HOUR, NOW + 2 * HOUR, {"id": "old"}))
    await world.run()
    assert world.asked[0][0] > NOW, "not due yet"
    assert world.asked[0][1] == Lease(NOW - HOUR, NOW + 2 * HOUR, {"id": "old"})
    assert position(world.log.cursors[-1]) == world.place.cursor


async def test_failures_are_tried_again_and_patience_is_kept() -> None:
    world = World([AuthenticationError("no"), RetryLaterError("busy", 120.0)])
    await world.run()
    assert world.slept[:2] == [3.75, 120.0]
    assert world.asked[2][1] is None
    assert len(world.log.cursors) == 1


async def test_a_lease_that_could_not_be_written_is_asked_for_again() -> None:
    world = World(rounds=2)
    world.log.failures["cursor"] = [RetryLaterError("no broker", 1.0)]
    await world.run()
    assert [lease for _, lease in world.asked[:2]] == [None, None]
    assert world.place.cursor is not None
