"""The hand that strikes: carries out the blows of a schedule on running processes, and heals what has its time."""

from __future__ import annotations

import contextlib
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec
from confluent_kafka import KafkaException
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from commonline import topics as table
from commonline.bus.process import ProcessSettings
from commonline.bus.writer import Writer
from commonline.clock import now_us
from commonline.errors import CommonlineError
from commonline.streams.normalize.publish import control, send_control
from commonline.streams.unify.controls import Ruling
from tests.crash.epilogue import alter
from tests.crash.load import Load
from tests.crash.schedule import STAGES, Blow
from tests.crash.traffic import LANES, POSTS, WORKSPACES, comment_uri, post_uri
from tests.crash.worker import CLOCK, POINT
from tests.crash.works import UNLIMITED, Works

GROUP_S = 30.0
_SILENT = (KafkaException, KafkaError, TimeoutError)
"""What the broker's clients raise while it is away."""
FULL_BYTES = 4096
TINY_BYTES = 300
ROOM_S = 5.0
"""How long a person who frees a disk or mends a topic stays: until then ends of processes are excused."""


class Hand:
    """`healed` are the moments from which recovery is measured, with the kind of the fault."""

    def __init__(self, works: Works, load: Load) -> None:
        self.healed: list[tuple[float, str]] = []
        self.unsent = 0
        self._works, self._load = works, load
        self._pool = ThreadPoolExecutor(8, "hand")
        self._running: list[Future[None]] = []
        self._joined: list[tuple[str, str, str]] = []
        self._broker = threading.Lock()
        self._groups = threading.Lock()
        self._ending = threading.Event()

    def strike(self, blow: Blow) -> None:
        """Do it; what takes time goes on beside. Raises what an earlier blow raised."""
        for running in self._running:
            if running.done():
                running.result()
        act: dict[str, Callable[[Blow], None]] = {
            "kill": self._kill,
            "term": self._term,
            "pause": self._pause,
            "join": self._join,
            "leave": self._leave,
            "broker-kill": self._broker_kill,
            "broker-pause": self._broker_pause,
            "cut": self._cut,
            "disk-full": self._disk_full,
            "refuse": self._refuse,
            "clock": self._clock,
            "point": self._point,
            "expire": self._expire,
            "rule-join": self._rule,
            "rule-part": self._rule,
            "rule-hide": self._rule,
            "configure": self._configure,
        }
        self._running.append(self._pool.submit(act[blow.kind], blow))

    def finish(self) -> None:
        """Heal everything now, and wait. Raises what a blow raised."""
        self._ending.set()
        self._pool.shutdown()
        for running in self._running:
            running.result()
        for file in (self._works.folder / "faults").iterdir():
            file.unlink(missing_ok=True)

    def _name(self, blow: Blow) -> str:
        """The process that a blow at a service hits: one of its workers."""
        second = f"{blow.target}-1"
        return second if blow.number % 2 and self._works.runs(second) else blow.target

    def _wait(self, seconds: float) -> None:
        self._ending.wait(seconds)

    def _over(self, blow: Blow) -> None:
        self.healed.append((time.monotonic(), blow.kind))

    def _kill(self, blow: Blow) -> None:
        self._works.kill(self._name(blow))
        self._over(blow)

    def _term(self, blow: Blow) -> None:
        self._works.term(self._name(blow))
        self._over(blow)

    def _pause(self, blow: Blow) -> None:
        name = self._name(blow)
        self._works.signal(name, signal.SIGSTOP)
        self._wait(blow.seconds)
        self._works.signal(name, signal.SIGCONT)
        self._over(blow)

    def _join(self, blow: Blow) -> None:
        name = f"{blow.target}-1"
        if not self._works.runs(name):
            self._works.start(name, wait=False)
            self._over(blow)

    def _leave(self, blow: Blow) -> None:
        if self._works.leave_quietly(f"{blow.target}-1"):
            self._over(blow)

    def _broker_kill(self, blow: Blow) -> None:
        with self._broker:
            self._works.broker.kill()
            self._wait(blow.seconds)
            self._works.broker.start()
        self._over(blow)

    def _broker_pause(self, blow: Blow) -> None:
        with self._broker:
            self._works.broker.pause()
            self._wait(blow.seconds)
            self._works.broker.resume()
        self._over(blow)

    def _cut(self, blow: Blow) -> None:
        proxy = self._works.broker.proxies[self._name(blow)]
        proxy.set(blow.what, 0.05 + blow.number % 200 / 1000)  # type: ignore[arg-type]  # drawn from the modes
        self._wait(blow.seconds)
        proxy.set("pass")
        self._over(blow)

    def _disk_full(self, blow: Blow) -> None:
        name = self._name(blow)
        self._works.excused.add(name)
        self._works.limit_files(name, FULL_BYTES)
        self._wait(blow.seconds)
        self._works.limit_files(name, UNLIMITED)
        self._over(blow)
        self._wait(ROOM_S)
        self._works.excused.discard(name)

    def _refuse(self, blow: Blow) -> None:
        """The topic takes no record any more: a stage must neither skip nor go on."""
        names = list(self._works.processes)
        topic = next(one for one in table.TABLE if one.name == blow.target)
        self._works.excused.update(names)
        self._limit(topic, TINY_BYTES)
        self._wait(blow.seconds)
        while not self._limit(topic, topic.max_bytes):
            time.sleep(0.5)
        self._over(blow)
        time.sleep(ROOM_S)
        self._works.excused.difference_update(names)

    def _limit(self, topic: table.Topic, size: int) -> bool:
        try:
            alter(self._works.broker.settings, self._works.topics.name(topic), {"max.message.bytes": str(size)})
        except _SILENT:
            return False
        return True

    def _clock(self, blow: Blow) -> None:
        file = self._works.fault(self._name(blow), CLOCK)
        file.write_text(str(blow.seconds), "ascii")
        self._wait(3 + blow.number % 8)
        file.unlink(missing_ok=True)
        self._over(blow)

    def _point(self, blow: Blow) -> None:
        part = self._works.fault(self._name(blow), ".part")
        part.write_text(f"{blow.what} {blow.seconds}", "ascii")
        part.replace(self._works.fault(self._name(blow), POINT))

    def _expire(self, blow: Blow) -> None:
        """Eight idle days in some seconds: the stage stops, its group's offsets are gone, it starts."""
        works, group = self._works, self._works.topics.identifier(blow.target)
        with self._groups:
            stopped = [name for name in (blow.target, f"{blow.target}-1") if works.leave_quietly(name)]
            self._empty(group)
            with contextlib.suppress(*_SILENT), self._admin() as admin:
                admin.delete_groups([group])
            for name in stopped:
                works.start(name, wait=False)
        self._over(blow)

    def _empty(self, group: str) -> None:
        """Wait until the group has no member: static members stay for their session."""
        deadline = time.monotonic() + GROUP_S
        while time.monotonic() < deadline:
            with contextlib.suppress(*_SILENT), self._admin() as admin:
                if not admin.describe_groups([group])[group]["members"]:
                    return
            time.sleep(0.5)

    def _admin(self) -> contextlib.closing[KafkaAdminClient]:
        """Not librdkafka's: that one may end the process where the coordinator has just moved (its issue 5040)."""
        return contextlib.closing(KafkaAdminClient(**self._works.broker.settings.kafka_python(), client_id="crash"))

    def _configure(self, blow: Blow) -> None:
        self._works.configure(blow.target)
        for stage in STAGES:
            self._works.signal(stage, signal.SIGHUP)
            self._works.signal(f"{stage}-1", signal.SIGHUP)

    def _rule(self, blow: Blow) -> None:
        """A person's word, sent as ``commonline ruling`` does."""
        rng = random.Random(blow.number)
        workspace, ruling = self._ruling(blow, rng)
        if ruling is None:
            return
        settings = ProcessSettings(
            kafka=self._works.broker.settings, home=self._works.folder / "home", prefix=self._works.prefix
        )
        body = msgspec.json.encode(ruling).decode()
        record = control(workspace, "ruling", body, now_us(), "local:crash")
        writer = Writer(settings.kafka, client_id="crash-ruling", give_up_s=90)
        try:
            send_control(writer, settings, record, WORKSPACES.index(workspace))
            writer.flush()
        except CommonlineError:
            self.unsent += 1

    def _ruling(self, blow: Blow, rng: random.Random) -> tuple[str, Ruling | None]:
        if blow.kind == "rule-hide":
            sent = self._load.acknowledged
            delivery = sent[rng.randrange(len(sent))] if sent else None
            mark = next((mark for mark in delivery.facts if mark[0] == "Create"), None) if delivery else None
            if delivery is None or mark is None:
                return "", None
            said = rng.choice(("internal", "restricted", "public"))
            uri = comment_uri(delivery.workspace, mark[1])
            return delivery.workspace, Ruling(kind="visibility", a=uri, visibility=said)  # type: ignore[arg-type]
        if blow.kind == "rule-part" and self._joined:
            workspace, a, b = self._joined[rng.randrange(len(self._joined))]
            return workspace, Ruling(kind="thread", a=a, b=b, verdict="different", reason="crash")
        workspace = rng.choice(WORKSPACES)
        mine = range(WORKSPACES.index(workspace), LANES * len(WORKSPACES), len(WORKSPACES))
        a, b = (post_uri(workspace, rng.choice(mine), rng.randrange(POSTS)) for _ in range(2))
        if a == b:
            return "", None
        self._joined.append((workspace, a, b))
        return workspace, Ruling(kind="thread", a=a, b=b, verdict="same", reason="crash")
