"""One run: workers on a simulated cluster, a plan of what may go wrong, and a hub that decides who goes on.

First comes unrest: inputs arrive, and faults happen, as the run's choices say. Then the faults end, whoever is dead is
started again, and the stage must come to rest with everything done (`verdict`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from commonline.bus.store import POSITION_KEY, decode_position
from commonline.errors import RestartError, StateError
from commonline.settings import KafkaSettings
from tests.model import unrest
from tests.model.choices import PER_MILLE, Choices
from tests.model.context import Context, enter
from tests.model.disk import Disk, Files
from tests.model.log import PartitionLog
from tests.model.machine import Process
from tests.model.plan import Plan
from tests.model.quiet import Nothing
from tests.model.specimen import Specimen
from tests.model.workload import CHANGELOG, INPUT, Work

STEPS_TO_REST = 3000
HASTE = 20
"""Without faults so many steps take so long that the next who waits for a moment has waited for it: else one process
that tries again and again stops time for the others."""
BORED = 300
"""How often, in a thousand, a fault happens where nothing else would."""
KAFKA = KafkaSettings(bootstrap="simulated:1")
Event = tuple[str, Callable[[], object]]


class ViolationError(Exception):
    """The guarantee does not hold. `kind` in one word."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


@dataclass
class Worker:
    """A slot: its process is started anew whenever it ends."""

    number: int
    disk: Disk = field(default_factory=Disk)
    process: Process | None = None
    stage: Any = None
    runs: int = 0
    wanted: bool = True

    @property
    def up(self) -> bool:
        return self.process is not None and self.process.alive


class World:
    """One interleaving."""

    def __init__(
        self, specimen: Specimen, choices: Choices, only: frozenset[str] = frozenset(), *, tell: bool = False
    ) -> None:
        self.specimen = specimen
        self.plan = plan = Plan.drawn(choices, only)
        self.context = context = Context(choices, plan.partitions, tell=tell)
        context.jumps = plan.jumps
        specimen.restore_here(plan.restored_here)
        context.rate, context.kinds, context.left = plan.rate, plan.kinds, plan.faults
        context.deaths.append(self._died)
        context.cluster.offsets.late = plan.late_offsets
        context.say(f"plan: {plan}")
        self.workers = [Worker(number) for number in range(plan.workers)]
        self.zombies: list[Process] = []
        self.deaths: list[list[int]] = []
        """For each killed process, up to where each partition was done."""
        self.violation: ViolationError | None = None
        self._made = 0

    def run(self) -> None:
        """Unrest, then rest. Raises `ViolationError`."""
        enter(self.context)
        try:
            for _ in range(self.plan.steps):
                self._step()
                if self.context.left <= 0 and self._made >= self.plan.inputs:
                    break
            self._rest()
        finally:
            self.end()

    def end(self) -> None:
        """All processes end; nothing of them is left behind."""
        self.context.left = 0
        for process in [*self.processes, *self.context.children]:
            process.alive = False
        self.context.machine.bury()

    def start(self, worker: Worker) -> None:
        """The supervisor starts the slot's process."""
        worker.runs += 1
        process = Process(f"worker-{worker.number}" + ("" if worker.runs == 1 else f"/{worker.runs}"), worker.disk)
        worker.process, worker.stage = process, None
        self.context.machine.spawn(process, "main", lambda: self._main(worker, process))
        self.context.say(f"{process.name} is started")

    def _main(self, worker: Worker, process: Process) -> None:
        stage_module = self.specimen.module("commonline.bus.stage")
        try:
            stage = stage_module.TransactionalStage(KAFKA, self._settings(worker), self._task, Nothing())
            if worker.process is process:
                worker.stage = stage
            stage.run()
            self.context.say("stopped")
        except RestartError as error:
            self.context.coverage["reached: process ends to be started anew"] += 1
            self.context.say(f"ends with 75: {error}")
        except StateError as error:
            self._violated("state error", str(error))
        except Exception as error:
            self._violated("unexpected error", repr(error))
        self.context.end(process)

    def _violated(self, kind: str, text: str) -> None:
        self.context.say(f"VIOLATION {kind}: {text}")
        self.violation = self.violation or ViolationError(kind, text)

    def _task(self, partition: int, store: Any) -> Work:
        return Work(self.specimen, partition, store, self.plan.together)

    def _settings(self, worker: Worker) -> Any:
        """Settings as `unify` makes them; a rolling change of the prefix gives each worker ids of its own."""
        prefix = f"unify-{worker.number}" if self.plan.own_ids else "unify"
        return self.specimen.module("commonline.bus.tuning").StageSettings(
            name="unify",
            topic=INPUT,
            changelog=CHANGELOG,
            group="unify",
            transactional_prefix=prefix,
            state=Files("state"),
            instance=f"unify-{worker.number}",
            batch_records=self.plan.batch,
        )

    def _died(self, process: Process) -> None:
        """A process was killed. For the oracle: which inputs were not done then."""
        if process.parent is None:
            self.deaths.append([self._done(number) for number in range(self.plan.partitions)])
        for store in process.disk.stores.values():
            if store.holder is process:
                store.killed(self.context.choices)

    def input(self) -> None:
        """The next input is written."""
        value, workspace, number = self.plan.input(self.context.choices, self._made)
        self._made += 1
        log = self.context.cluster.log(INPUT, number)
        offset = log.append(workspace, value)
        self.context.say(f"input {log.name} offset {offset}: {workspace.decode()} {value.decode()}")

    def _step(self) -> None:
        context = self.context
        context.steps += 1
        machine, choices = context.machine, context.choices
        context.calm = context.steps < self.plan.calm or context.left <= 0
        machine.bury()
        if self.violation is not None:
            raise self.violation
        if context.calm and context.steps % HASTE == 0 and (waiting := machine.pass_time()) is not None:
            machine.resume(waiting)
            return
        drawn = 0 if context.calm else choices.draw(PER_MILLE)
        if drawn >= PER_MILLE - self.plan.unrest:
            unrest.happen(self)
            return
        if drawn >= PER_MILLE - self.plan.unrest - self.plan.idle and (waiting := machine.pass_time()) is not None:
            machine.resume(waiting)
        elif choices.draw(self.plan.lean) < self.plan.lean - 1:
            self._one_fiber() or self._one_event() or self._nothing()
        else:
            self._one_event() or self._one_fiber() or self._nothing()

    def _one_fiber(self) -> bool:
        """Let a process go on that can, the first from a drawn one on."""
        fibers = self.context.machine.fibers
        first = self.context.choices.draw(len(fibers))
        for fiber in fibers[first:] + fibers[:first]:
            if fiber.enabled():
                self.context.machine.resume(fiber)
                return True
        return False

    def _one_event(self) -> bool:
        """Let one of the things happen that happen on their own."""
        steps, plan = self.context.steps, self.plan
        events = self._events()
        if not events or steps % plan.markers == 0:
            events += self._markers()
        if self._made < plan.inputs and (not events or steps % plan.pace == 0):
            events.append(("input", self.input))
        if not events:
            return False
        self.context.choices.pick(events)[1]()
        return True

    def _nothing(self) -> bool:
        """Nobody can do anything: a fault happens, or time passes."""
        context = self.context
        if not context.calm and context.choices.chance(BORED):
            unrest.happen(self)
        elif (waiting := context.machine.pass_time()) is not None:
            context.machine.resume(waiting)
        return True

    def _events(self) -> list[Event]:
        """What the cluster and the supervisor may do next."""
        context = self.context
        cluster = context.cluster
        events: list[Event] = list(context.group.events())
        events += [("send", producer.send) for producer in context.producers if producer.sendable]
        events += [("late", partial(context.deliver, late)) for late in cluster.late if late.due <= context.steps]
        events += unrest.on_its_own(self)
        return events

    def _markers(self) -> list[Event]:
        cluster = self.context.cluster
        events: list[Event] = [
            ("marker", partial(self._mark, identity, where)) for identity, where in cluster.markers()
        ]
        if cluster.offsets.marked:
            events.append(("offsets", lambda: cluster.offsets.settle(cluster.offsets.marked[0])))
        return events

    def _mark(self, identity: Any, where: Any) -> None:
        outcome, count = identity.transaction.outcome, len(identity.transaction.unmarked) - 1
        self.context.cluster.mark(identity, where)
        self.context.say(f"marker {outcome} of {identity.name} arrives at {where.name}, {count} to come")

    def _rest(self) -> None:
        """No more faults: everything must come to its end."""
        self.context.left = 0
        self.context.say("no more faults")
        unrest.relieve(self)
        while self._made < self.plan.inputs:
            self.input()
        for step in range(STEPS_TO_REST):
            if step % 8 == 0:
                unrest.abandon(self)
                if self._at_rest():
                    return
            self._step()
        raise ViolationError("stuck", f"not at rest after {STEPS_TO_REST} steps: {self._standing()}")

    def _at_rest(self) -> bool:
        """Nothing is to be done, nobody does anything."""
        cluster, machine = self.context.cluster, self.context.machine
        machine.bury()
        if cluster.late or self._events() or self._markers() or any(fiber.name != "main" for fiber in machine.fibers):
            return False
        if not all(consumer.resting for consumer in self.context.group.consumers if consumer.process.alive):
            return False
        if not all(worker.stage is not None and worker.stage.assigned for worker in self.workers):
            return False
        return all(self._done(log.number) >= last(log) for log in cluster.topics[INPUT])

    def _done(self, number: int) -> int:
        """Up to where a partition's inputs are done: by the group, or by the state if the group's offset expired."""
        cluster = self.context.cluster
        committed = cluster.offsets.committed.get(number)
        if committed is not None:
            return committed
        row = cluster.log(CHANGELOG, number).folded().get(POSITION_KEY)
        return 0 if row is None else decode_position(row)

    def _standing(self) -> str:
        logs = self.context.cluster.topics[INPUT]
        return ", ".join(f"{log.name}: {self._done(log.number)} of {last(log)}" for log in logs)

    @property
    def processes(self) -> list[Process]:
        """All that live."""
        found = [*self.zombies, *(worker.process for worker in self.workers)]
        return [process for process in found if process is not None and process.alive]

    @property
    def disks(self) -> list[Disk]:
        """All that are in use, or were when their process was taken for dead."""
        return [*(worker.disk for worker in self.workers), *(process.disk for process in self.zombies)]


def last(log: PartitionLog) -> int:
    """The offset behind the last committed record."""
    return max((entry.offset + 1 for entry in log.committed()), default=0)
