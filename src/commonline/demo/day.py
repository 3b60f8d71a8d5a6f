"""One demo from beginning to end: stage, services, story, accounts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from commonline.bus.admin import ensure
from commonline.demo.instance import Instance
from commonline.demo.mails import MAILBOX
from commonline.demo.play import Player
from commonline.demo.scene import Scene
from commonline.demo.seen import Arrival, Summary, summarize, unfinished
from commonline.demo.stage import DEPARTMENTS, WORKSPACE, Stage, prepare
from commonline.demo.story import tell
from commonline.demo.watch import Watcher
from commonline.demo.world import Day
from commonline.errors import PlatformError
from commonline.local import ports
from commonline.local.greenmail import Mailbox
from commonline.local.home import Home
from commonline.local.platform import Platform
from commonline.local.service import Event, ServiceSpec
from commonline.local.services import services
from commonline.local.supervisor import Supervisor
from commonline.topics import Topics

SETTLE_S = 60.0
READY_S = 120.0
LINGER_S = 0.5


@dataclass(slots=True)
class Show:
    """Who is told what happens. All are called from other threads."""

    scene: Callable[[Scene], None] = lambda _: None
    arrival: Callable[[Arrival], None] = lambda _: None
    service: Callable[[Event], None] = lambda _: None
    step: Callable[[str], None] = lambda _: None
    tick: Callable[[], None] = lambda: None
    ended: Callable[[Summary, list[str], str], bool] = lambda _summary, _wrong, _console: False
    """The day is over: its numbers, what went otherwise than told, the console's address. True: stay until Ctrl-C."""


class Demo:
    """Plays on a platform whose broker runs. `pace` as in `Player`."""

    def __init__(self, home: Home, platform: Platform, show: Show, pace: float) -> None:
        self._home, self._platform, self._show, self._pace = home, platform, show, pace
        self._ready: set[str] = set()
        self._failure: Exception | None = None
        self._summary: Summary | None = None
        self._wrong: list[str] = []
        self._console = ""

    def run(self) -> tuple[Summary | None, list[str]]:
        """Play the day. Returns its numbers (None if it was broken off) and what went otherwise than told.

        Raises `PlatformError` when a service does not come up.
        """
        kafka = self._platform.kafka
        instance, stage = self._set_up()
        ensure(kafka, Topics(), feeds=[(WORKSPACE, department) for department in DEPARTMENTS])
        watcher = Watcher(kafka, self._show.arrival)
        watcher.start()
        day = Day(int(time.time()))
        player = Player(tell(day), stage, instance, self._pace)
        where = self._ports()
        self._console = f"http://127.0.0.1:{where['gateway']}"
        specs = services(kafka, self._home, config=stage.config, metrics_ports=where)
        supervisor = Supervisor(specs, self._home, tell=self._told, tend=self._show.tick)
        director = threading.Thread(
            target=self._direct, args=(player, watcher, supervisor, specs), name="demo-director", daemon=True
        )
        director.start()
        try:
            supervisor.run()
        finally:
            player.stop()
            director.join(5)
            watcher.stop()
            instance.stop()
        if self._failure is not None:
            raise self._failure
        return self._summary, self._wrong

    def _set_up(self) -> tuple[Instance, Stage]:
        folder = self._home.path
        draft = prepare(folder, 1, 1, "http://127.0.0.1:1")
        mail = self._platform.start_greenmail(Mailbox(MAILBOX, draft.secrets["mailbox"]))
        instance = Instance(draft.secrets["mastodon"])
        instance.start()
        return instance, prepare(folder, mail.imap_port, mail.smtp_port, instance.url)

    @staticmethod
    def _ports() -> dict[str, int]:
        return {name: ports.free_port() for name in ("connect", "normalize", "unify", "pulse", "gateway")}

    def _told(self, event: Event) -> None:
        if event.kind == "ready":
            self._ready.add(event.service)
        if event.kind == "gave-up":
            self._failure = PlatformError(f"{event.service} {event.text}\n" + "\n".join(event.log))
        self._show.service(event)

    def _direct(self, player: Player, watcher: Watcher, supervisor: Supervisor, specs: list[ServiceSpec]) -> None:
        stays = False
        try:
            self._wait_ready({spec.name for spec in specs if spec.ready_url})
            self._show.step("The day begins.")
            player.run(self._show.scene)
            self._show.step("The day is told; waiting until everything has arrived …")
            self._settle(player, watcher)
            with watcher.lock:
                self._summary = summarize(watcher.seen, player.played.expected, player.played.refused)
            self._wrong = player.played.wrong
            stays = self._show.ended(self._summary, self._wrong, self._console)
        except Exception as error:
            self._failure = self._failure or error
        finally:
            if not stays:
                supervisor.stop()

    def _wait_ready(self, names: set[str]) -> None:
        deadline = time.monotonic() + READY_S
        while not names <= self._ready:
            if self._failure is not None or time.monotonic() > deadline:
                missing = ", ".join(sorted(names - self._ready))
                raise PlatformError(f"{missing}: not ready after {READY_S:.0f} s; logs are in {self._home.logs}")
            time.sleep(0.05)

    def _settle(self, player: Player, watcher: Watcher) -> None:
        deadline = time.monotonic() + SETTLE_S
        quiet_since = time.monotonic()
        while time.monotonic() < deadline:
            with watcher.lock:
                left = unfinished(watcher.seen, player.played.expected)
            if left:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > LINGER_S:
                return
            time.sleep(0.05)
