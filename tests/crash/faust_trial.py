"""The same schedules against a plain Faust pipeline: does this harness find loss where loss is known to be?

What has no counterpart there is left out or becomes a kill; its supervisor starts it again whatever it ended with; and
it may take as long as it wants to come to an end.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.bus.reader import Reader
from commonline.settings import KafkaSettings
from tests.crash import plain_faust
from tests.crash.broker import CutBroker
from tests.crash.campaign import Trial
from tests.crash.hand import Hand
from tests.crash.oracle import Verdict
from tests.crash.schedule import Blow, Schedule
from tests.crash.watch import Watch
from tests.crash.works import ROOT, Works
from tests.plant import Plant

log = logging.getLogger("crash.kafka")
POSTS = 40
IDLE_S = 100.0
"""Without a new output for so long, nothing more is expected; Faust's session time-out is 60 s."""
COMMENTS = "comments"
KINDS = {"kill", "term", "pause", "join", "leave", "broker-kill", "broker-pause", "cut"}


def fitted(schedule: Schedule) -> Schedule:
    """The blows that a plain Faust pipeline can be dealt, all of them at its workers."""
    blows = []
    for blow in schedule.blows:
        one = Blow(blow.at, "kill", number=blow.number, after_s=blow.after_s) if blow.kind == "point" else blow
        if one.kind in KINDS:
            blows.append(replace(one, target="unify"))
    return replace(schedule, blows=tuple(blows), epilogue="", compaction=False)


class FaustWorks(Works):
    """One or two Faust workers, called ``unify`` and ``unify-1`` as the blows call them."""

    def __init__(self, broker: CutBroker, prefix: str, schedule: Schedule, folder: Any, guarantee: str) -> None:
        self.name, self._guarantee = prefix.rstrip("-"), guarantee
        super().__init__(broker, prefix, folder, schedule)

    def make_topics(self, workspaces: Iterable[str]) -> None:
        names = (COMMENTS, plain_faust.OUTPUT, *plain_faust.DEPARTMENTS)
        wanted = [NewTopic(f"{self.name}-{one}", plain_faust.PARTITIONS, 1) for one in names]
        admin = AdminClient(self.kafka.librdkafka(), logger=log)
        for done in admin.create_topics(wanted).values():
            done.result(30)

    def command(self, name: str) -> list[str]:
        return [sys.executable, "-m", plain_faust.__name__, "worker", "--loglevel=warn", "--without-web"]

    def surroundings(self, name: str) -> dict[str, str]:
        return {
            **super().surroundings(name),
            "FAUST_NAME": self.name,
            "FAUST_GUARANTEE": self._guarantee,
            "FAUST_DATA": str(self.folder / f"faust-{name}"),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }

    def tend(self) -> None:
        """Start again whatever ended."""
        with self._lock:
            for name, process in list(self.processes.items()):
                code = process.poll()
                if code is not None:
                    self.exits[f"{name}:{code}"] += 1
                    Plant.start(self, name, wait=False)

    def still(self) -> None:
        """It is judged by its outputs alone."""
        self.slay()


class Sender:
    """Writes comments to the input topic; acknowledged are those that the broker reported as written (acks=all)."""

    def __init__(self, kafka: KafkaSettings, topic: str, total: int, room: Callable[[int], bool]) -> None:
        self.acknowledged: list[int] = []
        self.retries = 0
        self.done = False
        self._topic, self._total, self._room, self._stopping = topic, total, room, False
        told = {"acks": "all", "enable.idempotence": True, "delivery.timeout.ms": 240_000, "linger.ms": 5}
        self._producer = Producer({**kafka.librdkafka(), **told, "partitioner": "murmur2_random"}, logger=log)
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        for number in range(self._total):
            while not self._stopping and not self._room(number):
                self._producer.poll(0.02)
            if self._stopping:
                return
            post = f"p{number % POSTS}"
            told = {"id": f"c{number}", "post": post, "number": number, "text": f"comment {number}"}
            self._producer.produce(self._topic, json.dumps(told), post, on_delivery=self._report)
            self._producer.poll(0)
        self._producer.flush(240)
        self.done = True

    def _report(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.acknowledged.append(json.loads(message.value() or b"")["number"])

    def result(self) -> list[int]:
        """What was acknowledged, when all is sent."""
        self._thread.join()
        return self.acknowledged

    def stop(self) -> None:
        """Give up the rest."""
        self._stopping = True
        self._thread.join(20)


class FaustTrial(Trial):
    """As `Trial`, with a Faust pipeline under test."""

    guarantee = "at_least_once"

    def make_works(self, broker: CutBroker, prefix: str) -> Works:
        return FaustWorks(broker, prefix, self.schedule, self.folder, self.guarantee)

    def begin(self) -> Watch:
        self.works.start("unify", wait=False)
        return Watch(self.works.broker.settings, f"{self.name}-{plain_faust.OUTPUT}")

    @property
    def name(self) -> str:
        """Of the app."""
        return self.works.prefix.rstrip("-")

    def make_load(self, watch: Watch) -> Any:
        kafka = self.works.broker.settings
        return Sender(kafka, f"{self.name}-{COMMENTS}", self.schedule.events, self.room(watch))

    def settle(self, hand: Hand, load: Any, watch: Watch) -> list[Any]:
        """Until every comment is out, or nothing comes any more."""
        acknowledged: list[Any] = load.result()
        self.beside(hand.finish)
        since = time.monotonic()
        while time.monotonic() - max(since, watch.moved) < IDLE_S:
            self.works.tend()
            time.sleep(1)
            if watch.seen >= len(acknowledged) and time.monotonic() - watch.moved > IDLE_S / 10:
                break
        return acknowledged

    def judge(self, acknowledged: list[Any]) -> Verdict:
        verdict = Verdict(deliveries=len(acknowledged), events=len(acknowledged))
        for topic in (plain_faust.OUTPUT, *plain_faust.DEPARTMENTS):
            with Reader(self.works.broker.settings, [f"{self.name}-{topic}"]) as reader:
                told = [json.loads(message.value() or b"{}") for message in reader.until_end()]
            self._judge_topic(verdict, topic, told, set(acknowledged))
        return verdict

    @staticmethod
    def _judge_topic(verdict: Verdict, topic: str, told: list[dict[str, Any]], acknowledged: set[int]) -> None:
        counts = Counter(one["number"] for one in told)
        posts: dict[str, list[int]] = {}
        for one in told:
            if one["number"] not in posts.setdefault(one["post"], []):
                posts[one["post"]].append(one["number"])
        lost = len(acknowledged - counts.keys())
        twice = sum(count - 1 for count in counts.values())
        moved = sum(after < before for numbers in posts.values() for before, after in pairwise(numbers))
        verdict.lost += lost
        verdict.duplicated += twice
        verdict.reordered += moved
        if lost or twice or moved:
            verdict.note(f"{topic}: {lost} of {len(acknowledged)} lost, {twice} twice, {moved} out of order")


class ExactlyOnceFaustTrial(FaustTrial):
    """With Faust's ``processing_guarantee="exactly_once"``."""

    guarantee = "exactly_once"
