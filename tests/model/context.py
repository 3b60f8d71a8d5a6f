"""What all parts of one run share, and the points at which it may go wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from greenlet import getcurrent

from tests.model.choices import PER_MILLE, Choices
from tests.model.cluster import Cluster, FencedError, Request, WrongStateError
from tests.model.machine import Fiber, KilledError, Machine, Process

if TYPE_CHECKING:
    from tests.model.group import Group
    from tests.model.producer import Producer

KILL = "kill"
LATE = "request arrives later"
LOST = "request lost"
UNANSWERED = "answer lost"
HOT = frozenset(
    f"{step} {part}" for step in ("offsets", "commit", "abort") for part in ("asked", "answered")
) | frozenset(
    {
        "begin",
        "flush",
        "flushed",
        "seek",
        "records handed over",
        "stable end asked",
        "store written: before",
        "store written: after",
    }
)
"""Points where a batch is made to stand: they fail more often than all others."""
TIMES_HOTTER = 5


class Context:
    """One run."""

    def __init__(self, choices: Choices, partitions: int, *, tell: bool = False) -> None:
        from tests.model.group import Group

        self.choices = choices
        self.machine = Machine()
        self.cluster = Cluster(partitions)
        self.group: Group = Group(self)
        self.producers: list[Producer] = []
        self.children: list[Process] = []
        self.coverage: Counter[str] = Counter()
        self.story: list[str] | None = [] if tell else None
        self.steps = 0
        self.jumps = 2
        """At one of so many points a process goes on without giving way."""
        self.rate = 0
        """Faults in a thousand points."""
        self.kinds: Collection[str] = ()
        """Kinds of fault that this run has."""
        self.calm = True
        """Before the first fault."""
        self.left = 0
        """Faults still to come."""
        self.deaths: list[Callable[[Process], None]] = []

    @property
    def process(self) -> Process:
        """Whose code runs."""
        return Machine.current().process

    def say(self, text: str) -> None:
        """A line of the story, with who did it."""
        if self.story is None:
            return
        fiber = getcurrent()
        who = f"{fiber.process.name}/{fiber.name}" if isinstance(fiber, Fiber) else "cluster"
        self.story.append(f"{self.machine.now - 1000:8.3f} s  {who:<14} {text}")

    def fault(self, point: str, kinds: Sequence[str]) -> str | None:
        """Which of these goes wrong here, if any."""
        if self.calm or self.left <= 0 or not self.choices.chance(self._rate(point)):
            return None
        return self._wrong(point, kinds)

    def _rate(self, point: str) -> int:
        return self.rate * TIMES_HOTTER if point in HOT else self.rate

    def _wrong(self, point: str, kinds: Sequence[str]) -> str | None:
        possible = [kind for kind in kinds if kind in self.kinds]
        if not possible:
            return None
        kind = self.choices.pick(possible)
        self.left -= 1
        self.coverage[f"{kind} @ {point}"] += 1
        self.say(f"FAULT {kind} @ {point}")
        return kind

    def point(
        self, name: str, kinds: Sequence[str] = (), request: Callable[[], object] | None = None, *, local: bool = False
    ) -> str | None:
        """A step of a process: others may run (unless `local`), it may be killed, or one of `kinds` goes wrong.

        `request` is what is on its way: it may arrive although its sender died or stopped waiting.
        """
        if not self.process.alive:
            raise KilledError
        drawn = self.choices.draw(PER_MILLE)
        if not local and drawn % self.jumps:
            self.machine.give_way()
        if self.calm or self.left <= 0 or drawn < PER_MILLE - self._rate(name):
            return None
        kind = self._wrong(name, (KILL, *kinds))
        if kind is None:
            return None
        if request is not None and kind in (KILL, LOST) and self.choices.draw(2):
            self.coverage[f"{LATE} @ {name}"] += 1
            self.send_late(name, request)
        if kind == KILL:
            self.kill(self.process)
            raise KilledError
        return kind

    def kill(self, process: Process) -> None:
        """SIGKILL. Its fibers end when the hub comes round."""
        self.say(f"{process.name} is killed")
        self.end(process)
        for told in self.deaths:
            told(process)

    def end(self, process: Process) -> None:
        """The process is gone."""
        process.alive = False
        for producer in self.producers:
            if producer.process is process:
                producer.die()
        self.producers = [producer for producer in self.producers if producer.process is not process]

    def hang(self) -> None:
        """A call that never comes back by itself (confluentinc/librdkafka#5456): the product's own deadline ends it."""
        deadline = Machine.current().deadline_held
        assert deadline is not None, "a call of the client that may hang has no deadline"
        self.machine.give_way(lambda: False, deadline.limit_s)
        deadline.overdue()

    def leave(self, code: int) -> None:
        """`os._exit`."""
        self.say(f"leaves at once with {code}")
        self.end(self.process)
        raise KilledError

    def send_late(self, name: str, act: Callable[[], object]) -> None:
        """A request that will arrive some steps from now."""
        self.cluster.late.append(Request(name, act, self.steps + self.choices.pick([1, 15, 40, 80])))

    def deliver(self, request: Request) -> None:
        """A late request arrives; nobody waits for the answer."""
        self.cluster.late.remove(request)
        try:
            request.act()
            self.say(f"late request arrives: {request.name}")
        except (FencedError, WrongStateError):
            self.say(f"late request is refused: {request.name}")
            self.coverage[f"late request refused @ {request.name}"] += 1


class _Current:
    context: Context | None = None


def enter(context: Context) -> None:
    """The simulated clients made from here on belong to this run."""
    _Current.context = context


def here() -> Context:
    """The run."""
    assert _Current.context is not None
    return _Current.context
