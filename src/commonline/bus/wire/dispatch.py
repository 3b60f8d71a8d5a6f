"""What is sent where and when, and what follows from the answers. One thread's own: `commonline.bus.wire.sender`."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any, NamedTuple

from confluent_kafka import KafkaError, KafkaException

from commonline.bus.wire import requests
from commonline.bus.wire.answers import Meaning, of_coordinator
from commonline.bus.wire.cluster import Cluster
from commonline.bus.wire.connection import Connection, LostError, NotSentError
from commonline.bus.wire.lane import Batch, Lane, Waiting
from commonline.bus.wire.requests import Identity, Place
from commonline.logs import Throttle

log = logging.getLogger(__name__)
IN_FLIGHT = 5
"""Requests to one broker that are not answered."""
REQUEST_BYTES = 1_000_000
"""A request is closed with so many: the broker writes one while the next is sealed."""
REFRESH_S, ASK_AGAIN_S = 300.0, 0.1
NEVER = float("inf")


class Flight(NamedTuple):
    """A request that is not answered yet."""

    lanes: dict[Place, Lane]
    overdue_at: float


class Dispatch:
    """Every batch is acknowledged once, in the order of its partition, or `KafkaException` is raised: then some may be
    in the log or not, and this is of no use any more.

    `identity` None: it asks for a producer id itself. Times are of `time.monotonic`.
    """

    def __init__(self, cluster: Cluster, *, transactional_id: str | None, patience_s: float) -> None:
        self.identity: Identity | None = None
        self._cluster, self._transactional_id, self._patience_s = cluster, transactional_id, patience_s
        self._lanes: dict[Place, Lane] = {}
        self._flights: dict[Connection, deque[Flight]] = {}
        self._topics: set[str] = set()
        self._stale, self._ask_at, self._asked_at = False, 0.0, 0.0
        self._throttle = Throttle(30.0)

    @property
    def connections(self) -> list[Connection]:
        """Those from which an answer is to come."""
        return list(self._flights)

    def know(self, topic: str, now: float) -> bool:
        """Whether a topic's partitions are known; asks for them if it is time to."""
        self._ask_of(topic)
        if topic not in self._cluster.counts:
            self._refresh(now)
        return topic in self._cluster.counts

    def _ask_of(self, topic: str) -> None:
        """A topic that was never asked for need not wait for the next time."""
        if topic not in self._topics:
            self._topics.add(topic)
            self._ask_at = 0.0

    def add(self, place: Place, waiting: Waiting) -> None:
        """A batch to send."""
        lane = self._lanes.get(place)
        if lane is None:
            lane = self._lanes[place] = Lane(place)
            self._ask_of(place[0])
        lane.add(waiting)

    def drop(self) -> list[Batch]:
        """Forget what was never sent."""
        return [batch for lane in self._lanes.values() for batch in lane.drop()]

    def end(self, place: Place) -> int:
        """The offset behind the last acknowledged record, -1 if it is not known."""
        lane = self._lanes.get(place)
        return -1 if lane is None else lane.end

    def send(self, now: float) -> float:
        """All that is due; returns when there is something to do again. Raises `KafkaException`."""
        busy = [lane for lane in self._lanes.values() if not lane.empty]
        self._give_up(busy, now)
        due = [lane for lane in busy if lane.due_at <= now]
        if due and self._ready(due, now):
            for number, some in self._by_leader(due, now).items():
                self._send_to(number, some, now)
        times = [max(lane.due_at, now) for lane in busy if not self._full(lane)]
        times += [lane.give_up_at for lane in busy] + [flights[0].overdue_at for flights in self._flights.values()]
        return min(times, default=NEVER)

    def _full(self, lane: Lane) -> bool:
        """Its leader has as many requests as it may: an answer comes before the next is sent."""
        number = self._cluster.leaders.get(lane.place)
        return number is not None and self._cluster.open_requests(number) >= IN_FLIGHT

    def _give_up(self, lanes: Iterable[Lane], now: float) -> None:
        for connection, flights in list(self._flights.items()):
            if flights[0].overdue_at <= now:
                self._lose(connection, f"no answer for {self._patience_s:.0f} s", now)
        for lane in lanes:
            if lane.give_up_at <= now:
                topic, number = lane.place
                what = f"{topic}[{number}]: {lane.trouble or 'not acknowledged in time'}"
                raise KafkaException(KafkaError(KafkaError._MSG_TIMED_OUT, what, True))

    def _ready(self, due: list[Lane], now: float) -> bool:
        """Whether the producer has an id and the leaders are known, as far as there are any."""
        unknown = any(lane.place not in self._cluster.leaders for lane in due)
        try:
            if unknown or self._stale or now - self._asked_at > REFRESH_S:
                self._refresh(now)
            if self.identity is None:
                self.identity = self._identify()
        except NotSentError as error:
            self._put_off(due, str(error), now)
        return self.identity is not None

    def _refresh(self, now: float) -> None:
        """Ask who leads what, not more often than `ASK_AGAIN_S`. What cannot be asked is asked again."""
        if now < self._ask_at:
            return
        self._ask_at = now + ASK_AGAIN_S
        try:
            self._cluster.refresh(self._topics)
        except NotSentError as error:
            if self._throttle.allows("refresh"):
                log.warning("no broker answers: %s", error)
            return
        self._stale, self._asked_at = False, now

    def _identify(self) -> Identity:
        answer = self._cluster.ask(requests.init(self._transactional_id, 0))
        code = answer.error_code
        if of_coordinator(code) in (Meaning.AGAIN, Meaning.MOVED):
            raise NotSentError(KafkaError(code).str())
        if code:
            raise KafkaException(KafkaError(code, f"producer id: {KafkaError(code).str()}", True))
        return Identity(answer.producer_id, answer.producer_epoch)

    def _by_leader(self, due: list[Lane], now: float) -> dict[int, list[Lane]]:
        grouped: dict[int, list[Lane]] = defaultdict(list)
        for lane in due:
            number = self._cluster.leaders.get(lane.place)
            if number is None:
                self._put_off([lane], "it has no leader", now)
            else:
                grouped[number].append(lane)
        return grouped

    def _put_off(self, lanes: Iterable[Lane], trouble: str, now: float) -> None:
        self._stale = True
        for lane in lanes:
            lane.again(trouble, now)
            if self._throttle.allows(lane.place):
                log.warning("%s[%d]: not sent yet: %s", *lane.place, trouble)

    def _send_to(self, number: int, lanes: list[Lane], now: float) -> None:
        """As many requests as the broker may have. What is left waits for its answers."""
        assert self.identity is not None
        while lanes:
            try:
                connection = self._cluster.broker(number)
            except NotSentError as error:
                self._put_off(lanes, str(error), now)
                return
            if connection.open_requests >= IN_FLIGHT:
                return
            batches, size = [], 0
            taken: dict[Place, Lane] = {}
            while lanes and size < REQUEST_BYTES:
                lane = lanes.pop(0)
                sealed = lane.take_off(self.identity, transactional=self._transactional_id is not None)
                batches.append((lane.place, sealed))
                taken[lane.place], size = lane, size + len(sealed)
            self._flights.setdefault(connection, deque()).append(Flight(taken, now + self._patience_s))
            try:
                connection.produce(self._transactional_id, int(self._patience_s * 800), batches)
            except LostError as error:
                self._lose(connection, str(error), now)

    def receive(self, connection: Connection, now: float) -> list[Batch]:
        """Take the answers that have come from a broker; the batches that are written. Raises `KafkaException`."""
        done: list[Batch] = []
        try:
            answers = connection.arrived()
        except LostError as error:
            self._lose(connection, str(error), now)
            return done
        for answer in answers:
            flights = self._flights[connection]
            self._answered(flights.popleft(), answer, done, now)
            if not flights:
                del self._flights[connection]
        return done

    def _answered(self, flight: Flight, answer: Any, done: list[Batch], now: float) -> None:
        left = dict(flight.lanes)
        for topic in answer.responses:
            for one in topic.partition_responses:
                lane = left.pop((topic.name, one.index), None)
                if lane is None:
                    continue
                meaning, batch = lane.answered(one.error_code, one.base_offset, now)
                if batch is not None:
                    done.append(batch)
                elif meaning is Meaning.END:
                    what = one.error_message or KafkaError(one.error_code).str()
                    raise KafkaException(KafkaError(one.error_code, f"{topic.name}[{one.index}]: {what}", True))
                elif meaning is Meaning.MOVED:
                    self._stale = True
        if left:
            self._put_off(left.values(), "the broker did not say what became of it", now)

    def _lose(self, connection: Connection, trouble: str, now: float) -> None:
        """All that was in flight there is sent again; what was written is known by its sequence number."""
        connection.close()
        for flight in self._flights.pop(connection, ()):
            self._put_off(flight.lanes.values(), trouble, now)

    def close(self) -> None:
        """End all connections."""
        self._cluster.close()
