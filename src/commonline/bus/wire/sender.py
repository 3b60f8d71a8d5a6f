"""The thread that sends: it seals batches, writes them to their leaders, reads the answers and tries again.

Whoever produces hands batches over and waits; all else is that thread's own. It sleeps until a batch, an answer or a
time is there. Sealing, writing and reading are done without the interpreter's lock.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterable

from confluent_kafka import KafkaError, KafkaException

from commonline.bus.wire.cluster import Cluster
from commonline.bus.wire.dispatch import ASK_AGAIN_S, NEVER, Dispatch
from commonline.bus.wire.lane import Batch, Waiting
from commonline.bus.wire.requests import Identity, Place
from commonline.settings import KafkaSettings

log = logging.getLogger(__name__)
PATIENCE_S = 5.0


class Sender:
    """`give_up_s`: how long a batch is tried; `patience_s`: how long an answer is waited for before the connection is
    given up. One thread hands over and waits.

    What raises `KafkaException` does so from the first batch that was given up; nothing is sent after that.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        client_id: str,
        *,
        give_up_s: float,
        patience_s: float | None = None,
        transactional_id: str | None = None,
    ) -> None:
        patience_s = min(patience_s or PATIENCE_S, give_up_s)
        self._give_up_s = give_up_s
        self._cluster = Cluster(kafka, client_id, patience_s=patience_s)
        self._dispatch = Dispatch(self._cluster, transactional_id=transactional_id, patience_s=patience_s)
        self._changed = threading.Condition()
        self._inbox: deque[tuple[Place, Waiting]] = deque()
        self._asked: dict[str, int] = {}
        """Topics whose partitions are asked for, and their number; 0: not known yet."""
        self._bytes = self._batches = 0
        self._woken = self._dropping = self._closing = False
        self._failure: KafkaError | None = None
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"{client_id}-sender", daemon=True)
        self._thread.start()

    def identify(self, identity: Identity) -> None:
        """Who a transactional producer is; told once, before the first batch."""
        self._dispatch.identity = identity

    @property
    def open_bytes(self) -> int:
        """Of records that are not acknowledged yet."""
        return self._bytes

    def hand_over(self, batches: Iterable[tuple[str, int, Batch]]) -> None:
        """To be sent. Raises `KafkaException`."""
        give_up_at = time.monotonic() + self._give_up_s
        with self._changed:
            self._check()
            for topic, number, batch in batches:
                self._inbox.append(((topic, number), Waiting(batch, give_up_at)))
                self._bytes += batch.size
                self._batches += 1
            if self._inbox:
                self._wake()

    def drained(self, seconds: float, *, below: int = 0) -> bool:
        """Wait until all is acknowledged, or no more than `below` bytes are not. False: not within so many seconds.
        Raises `KafkaException`."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: self._failure is not None or not self._batches or self._bytes < below, seconds
            )
            self._check()
            return done

    def partitions(self, topic: str, seconds: float) -> int:
        """How many a topic has; 0 if that is not known within so many seconds. Raises `KafkaException`."""
        with self._changed:
            if not self._asked.setdefault(topic, 0):
                self._wake()
                self._changed.wait_for(lambda: self._failure is not None or self._asked[topic], seconds)
            self._check()
            return self._asked[topic]

    def drop(self) -> None:
        """Forget what was never sent. What was, is to be waited for (`drained`)."""
        with self._changed:
            self._dropping = True
            self._wake()

    def end(self, place: Place) -> int:
        """The offset behind the last acknowledged record, -1 if it is not known. To be asked when all is drained."""
        return self._dispatch.end(place)

    def check(self) -> None:
        """Raises `KafkaException`."""
        if self._failure is not None:
            with self._changed:
                self._check()

    def close(self) -> None:
        """End the thread; what is not acknowledged may be lost."""
        with self._changed:
            self._closing = True
            self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(PATIENCE_S)

    def _check(self) -> None:
        if self._failure is not None:
            raise KafkaException(self._failure)

    def _wake(self) -> None:
        """With the lock held."""
        if not self._woken:
            self._woken = True
            self._mouth.send(b"\0")

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except KafkaException as error:
            self._fail(error.args[0])
        except Exception as error:  # a defect of ours must not look like a broker that is slow
            log.exception("the sending thread ends")
            self._fail(KafkaError(KafkaError._FATAL, f"the sending thread ended: {error!r}", True))
        finally:
            self._dispatch.close()
            with self._changed:
                self._woken = True
            self._ear.close()
            self._mouth.close()

    def _turn(self) -> bool:
        now = time.monotonic()
        with self._changed:
            if self._closing:
                return False
            arrived, asked = list(self._inbox), [topic for topic, count in self._asked.items() if not count]
            self._inbox.clear()
            dropping, self._dropping = self._dropping, False
        for place, waiting in arrived:
            self._dispatch.add(place, waiting)
        if dropping:
            self._settle(self._dispatch.drop())
        missing = self._learn(asked, now)
        next_at = min(self._dispatch.send(now), now + ASK_AGAIN_S if missing else NEVER)
        self._wait(next_at)
        return True

    def _learn(self, asked: list[str], now: float) -> bool:
        """Tell the numbers of partitions that are known; whether some are missing."""
        known = [topic for topic in asked if self._dispatch.know(topic, now)]
        if known:
            with self._changed:
                self._asked.update({topic: self._cluster.counts[topic] for topic in known})
                self._changed.notify_all()
        return len(known) < len(asked)

    def _wait(self, until: float) -> None:
        """For a batch, an answer, or a time."""
        connections = {one.fileno(): one for one in self._dispatch.connections}
        poll = select.poll()
        for number in (self._ear.fileno(), *connections):
            poll.register(number, select.POLLIN)
        left_s = until - time.monotonic()
        ready = poll.poll(None if until == NEVER else max(0, int(left_s * 1000) + 1))
        now = time.monotonic()
        for number, _ in ready:
            if number in connections:
                self._settle(self._dispatch.receive(connections[number], now))
            else:
                with self._changed:
                    self._ear.recv(4096)
                    self._woken = False

    def _settle(self, batches: list[Batch]) -> None:
        """These are over."""
        if not batches:
            return
        with self._changed:
            self._bytes -= sum(batch.size for batch in batches)
            self._batches -= len(batches)
            self._changed.notify_all()

    def _fail(self, error: KafkaError) -> None:
        with self._changed:
            self._failure = error
            self._changed.notify_all()
