"""Faults that befall a process, the group or the cluster at any time, and how a run gets over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from tests.model.disk import Disk
from tests.model.workload import CHANGELOG, OUTPUT

if TYPE_CHECKING:
    from tests.model.world import Worker, World

Act = Callable[[], object]


def happen(world: World) -> None:
    """One of the faults that are possible now."""
    context = world.context
    possible = [(name, act) for name, find in ACTIONS.items() if name in context.kinds for act in find(world)]
    if not possible:
        return
    name, act = context.choices.pick(possible)
    context.left -= 1
    context.coverage[name] += 1
    context.say(f"FAULT {name}")
    act()


def _up(world: World) -> list[Worker]:
    return [worker for worker in world.workers if worker.process is not None and worker.process.running]


def _killed(world: World, worker: Worker) -> None:
    assert worker.process is not None
    world.context.kill(worker.process)


def _off(world: World, worker: Worker) -> None:
    """The machine: children of the process as well."""
    _killed(world, worker)
    for child in world.context.children:
        if child.alive and child.parent is worker.process:
            world.context.kill(child)


def _power_cuts(world: World) -> Iterator[Act]:
    for worker in _up(world):

        def cut(worker: Worker = worker) -> None:
            _off(world, worker)
            for store in worker.disk.stores.values():
                store.power_cut(world.context.choices)

        yield cut


def _lost_disks(world: World) -> Iterator[Act]:
    for worker in _up(world):

        def lose(worker: Worker = worker) -> None:
            _off(world, worker)
            worker.disk = Disk()

        yield lose


def _stops(world: World) -> Iterator[Act]:
    for worker in _up(world):

        def stop(worker: Worker = worker) -> None:
            assert worker.process is not None
            world.context.say(f"{worker.process.name} stands still")
            worker.process.stopped = True
            worker.process.until = world.context.steps + world.context.choices.pick([5, 30, 100, 200])

        yield stop


def _twins(world: World) -> Iterator[Act]:
    for worker in world.workers:
        if worker.up:

            def twin(worker: Worker = worker) -> None:
                assert worker.process is not None
                world.context.say(f"{worker.process.name} is taken for dead; its slot gets a new process elsewhere")
                world.zombies.append(worker.process)
                worker.process, worker.disk = None, Disk()

            yield twin


def _terms(world: World) -> Iterator[Act]:
    for worker in _up(world):
        if worker.stage is not None:
            yield worker.stage.stop


def _leaves(world: World) -> Iterator[Act]:
    for worker in _up(world):
        if worker.stage is not None and sum(one.wanted for one in world.workers) > 1:

            def leave(worker: Worker = worker) -> None:
                worker.wanted = False
                worker.stage.stop()

            yield leave


def _joins(world: World) -> Iterator[Act]:
    for worker in world.workers:
        if not worker.wanted:
            yield partial(setattr, worker, "wanted", True)


def _put_out(world: World) -> Iterator[Act]:
    for name in world.context.group.members:
        yield partial(world.context.group.expire, name)


def _given_up(world: World) -> Iterator[Act]:
    cluster = world.context.cluster
    for identity in cluster.identities.values():
        if identity.transaction is not None and not identity.completing:
            yield partial(cluster.time_out, identity)


def _compactions(world: World) -> Iterator[Act]:
    cluster = world.context.cluster
    for log in cluster.topics.get(CHANGELOG, []):
        if log.stable:
            yield log.compact


def _hangs(world: World) -> Iterator[Act]:
    cluster = world.context.cluster
    if not cluster.hanging:
        yield lambda: cluster.hang(cluster.log(CHANGELOG, world.context.choices.draw(cluster.partitions)))
        yield lambda: cluster.hang(cluster.log(OUTPUT, world.context.choices.draw(cluster.partitions)))


def _unhangs(world: World) -> Iterator[Act]:
    if world.context.cluster.hanging:
        yield world.context.cluster.unhang


def _eight_days(world: World) -> Iterator[Act]:
    def pause() -> None:
        """All stand still so long that the group's offsets are deleted."""
        cluster, group = world.context.cluster, world.context.group
        for process in [*world.processes, *(child for child in world.context.children if child.alive)]:
            world.context.kill(process)
        for name in list(group.members):
            group.expire(name)
        cluster.late.clear()
        abandon(world)
        for identity, where in list(cluster.markers()):
            cluster.mark(identity, where)
        for transaction in list(cluster.offsets.marked):
            cluster.offsets.settle(transaction)
        cluster.offsets.committed.clear()
        world.context.say("eight days later: the group's offsets are gone")

    yield pause


ACTIONS: dict[str, Callable[[World], Iterator[Act]]] = {
    "killed any time": lambda world: (partial(_killed, world, worker) for worker in _up(world)),
    "stopped cleanly": _terms,
    "worker leaves": _leaves,
    "worker joins": _joins,
    "process stands still": _stops,
    "two processes of a slot": _twins,
    "put out of the group": _put_out,
    "transaction given up": _given_up,
    "changelog compacted": _compactions,
    "power cut": _power_cuts,
    "disk lost": _lost_disks,
    "hanging transaction": _hangs,
    "operator ends a hanging transaction": _unhangs,
    "offsets expired": _eight_days,
}
"""Kind of fault -> what it could do now."""


def abandon(world: World) -> None:
    """The coordinator gives up the open transactions of processes that are gone."""
    cluster = world.context.cluster
    living = {producer.name for producer in world.context.producers if producer.process.alive}
    for identity in list(cluster.identities.values()):
        if identity.transaction is not None and not identity.completing and identity.name not in living:
            cluster.time_out(identity)


def on_its_own(world: World) -> list[tuple[str, Act]]:
    """What happens without a fault: who is gone leaves the group, who stands still goes on, workers are started."""
    group = world.context.group
    found: list[tuple[str, Act]] = [
        ("put out", partial(group.expire, name))
        for name, member in group.members.items()
        if member.consumer.closed or not member.consumer.process.running
    ]
    found += [
        ("goes on", partial(setattr, process, "stopped", False))
        for process in world.processes
        if process.stopped and process.until <= world.context.steps
    ]
    found += [
        ("child ends", partial(world.context.kill, child))
        for child in world.context.children
        if child.alive and child.parent is not None and not child.parent.alive
    ]
    found += [("start", partial(world.start, worker)) for worker in world.workers if worker.wanted and not worker.up]
    return found


def relieve(world: World) -> None:
    """The faults end."""
    world.context.cluster.unhang()
    for worker in world.workers:
        worker.wanted = True
