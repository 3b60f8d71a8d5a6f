"""The transactional producer, as librdkafka 2.x behaves towards its caller.

Records wait in a queue; the library's own thread sends them (an event of the hub), one partition at a time, so that
they arrive apart. A failure marks the transaction as to be aborted, or the producer as done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from tests.model.cluster import FencedError, WrongStateError
from tests.model.consumer import Message
from tests.model.context import LOST, UNANSWERED, here
from tests.model.errors import abortable, fatal, fenced, timed_out
from tests.model.group import Metadata

HANGS = "client hangs"
FULL = "queue is full"
UNDELIVERABLE = "record cannot be delivered"
ABORTABLE_ANSWER = "committed, but answered as to be aborted"
Report = Callable[[Any, Any], None]
Queued = tuple[str, int, bytes | None, bytes | None, Report | None]


class Producer:
    """`settings` as librdkafka takes them."""

    def __init__(self, settings: dict[str, Any], logger: Any = None) -> None:
        self._here = here()
        self.process = self._here.process
        self.name: str = settings["transactional.id"]
        self._epoch = -1
        self._queue: list[Queued] = []
        self._reports: list[tuple[Report, KafkaError | None, Message]] = []
        self._done: KafkaException | None = None
        self._failed: KafkaException | None = None
        self._begun = False
        self._asked_for = 0
        self._bump = self._renew = False
        self._here.producers.append(self)

    def init_transactions(self, timeout: float) -> None:
        here, cluster = self._here, self._here.cluster
        deadline = here.machine.now + timeout
        while True:
            if here.point("init asked", (LOST,), lambda: cluster.init(self.name)) == LOST:
                raise timed_out("InitProducerId")
            epoch = cluster.init(self.name)
            if epoch is not None:
                break
            identity = cluster.identity(self.name)
            here.coverage["reached: init waits for an earlier transaction"] += 1
            if not here.machine.give_way(identity.complete, deadline - here.machine.now):
                raise timed_out("InitProducerId")
        here.say(f"init_transactions {self.name}: epoch {epoch}")
        if here.point("init answered", (UNANSWERED,)) == UNANSWERED:
            raise timed_out("InitProducerId")
        self._epoch = epoch

    def begin_transaction(self) -> None:
        self._check()
        if self._begun:
            raise KafkaException(KafkaError(KafkaError._STATE, "a transaction is open"))
        self._here.point("begin", local=True)
        self._begun, self._asked_for = True, 0

    def _check(self) -> None:
        if self._done is not None:
            raise self._done
        if self._failed is not None:
            raise self._failed

    def produce(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None,
        partition: int,
        _callback: Any = None,
        on_delivery: Any = None,
        *_rest: Any,
    ) -> None:
        self._check()
        if self._here.fault("produce", (FULL,)):
            raise BufferError
        self._queue.append((topic, partition, key, value, on_delivery))

    def produce_batch(self, topic: str, rows: list[dict[str, Any]], partition: int) -> int:
        self._check()
        for row in rows:
            if self._here.fault("produce rows", (FULL,)):
                row["_error"] = KafkaError(KafkaError._QUEUE_FULL)
            else:
                self._queue.append((topic, partition, row["key"], row["value"], None))
        return len(rows)

    @property
    def sendable(self) -> bool:
        """Whether the library's thread has something to send, and may."""
        return bool(
            self._queue
            and self._done is None
            and self._failed is None
            and self.process.running
            and not self._here.cluster.busy(self.name, self._epoch)
        )

    def send(self) -> None:
        """From the hub: some records of one partition arrive at its leader."""
        here = self._here
        if here.fault("records are sent", (UNDELIVERABLE,)):
            self.die()  # they may arrive later; the library takes a new epoch with the abort
            self._renew = True
            self._fail(abortable(KafkaError._MSG_TIMED_OUT, "record could not be delivered"))
            return
        for topic, number, key, value, report in self._take():
            log = here.cluster.log(topic, number)
            try:
                here.cluster.add(self.name, self._epoch, self.process.name, log)
                self._asked_for += 1
                offset = here.cluster.append(self.name, self._epoch, log, key, value)
            except FencedError:
                here.coverage["reached: fenced while sending"] += 1
                self._bump = bool(here.choices.draw(2))
                self._fail(abortable(KafkaError.INVALID_PRODUCER_EPOCH, "old epoch") if self._bump else fenced())
                return
            except WrongStateError:
                self._fail(fatal(KafkaError.INVALID_TXN_STATE, "the transaction is not open"))
                return
            here.say(f"{self.process.name} -> {log.name} offset {offset}: {_shown(key)} = {_shown(value)}")
            if report is not None:
                self._reports.append((report, None, Message(topic, number, offset, key, value)))

    def _take(self) -> list[Queued]:
        """The next records of one of the partitions that have some."""
        places = list(dict.fromkeys(queued[:2] for queued in self._queue))
        place = self._here.choices.pick(places)
        mine = [queued for queued in self._queue if queued[:2] == place]
        mine = mine[: len(mine) - self._here.choices.draw(len(mine))]
        for queued in mine:
            self._queue.remove(queued)
        return mine

    def _fail(self, error: KafkaException) -> None:
        if error.args[0].fatal():
            self._done = error
        else:
            self._failed = error
        self._purge(error.args[0])

    def _purge(self, error: KafkaError) -> None:
        for topic, number, key, value, report in self._queue:
            if report is not None:
                self._reports.append((report, error, Message(topic, number, None, key, value)))
        self._queue.clear()

    def die(self) -> None:
        """The process was killed: what was in flight may arrive all the same."""
        here, cluster = self._here, self._here.cluster
        if self._queue and here.choices.draw(2) and not cluster.busy(self.name, self._epoch):
            some, epoch = self._take(), self._epoch

            def arrive() -> None:
                for topic, number, key, value, _ in some:
                    log = cluster.log(topic, number)
                    cluster.add(self.name, epoch, self.process.name, log)
                    cluster.append(self.name, epoch, log, key, value)

            here.send_late("produce", arrive)

    def poll(self, timeout: float = 0) -> int:
        self._here.machine.give_way(lambda: bool(self._reports), timeout)
        return self._serve()

    def _serve(self) -> int:
        reports, self._reports = self._reports, []
        for report, error, message in reports:
            report(error, message)
        return len(reports)

    def flush(self, timeout: float) -> int:
        here = self._here
        here.point("flush")
        here.machine.give_way(lambda: not self._queue, timeout)
        here.point("flushed")
        self._serve()
        return len(self._queue)

    def send_offsets_to_transaction(self, places: list[TopicPartition], group: Metadata, timeout: float) -> None:
        self._check()
        here, cluster = self._here, self._here.cluster
        if not here.machine.give_way(lambda: not cluster.busy(self.name, self._epoch), timeout):
            raise timed_out("AddOffsetsToTxn")
        epoch = self._epoch
        wrong = here.point("offsets asked", (LOST, HANGS), lambda: self._add_offsets(places, group, epoch))
        if wrong == HANGS:
            here.hang()
        if wrong == LOST:
            self._fail(abortable(KafkaError._TIMED_OUT, "TxnOffsetCommit: no answer"))
        self._asked_for += 1
        self._check()  # the library's thread may have found out meanwhile
        try:
            refused = self._add_offsets(places, group, epoch)
        except (FencedError, WrongStateError) as error:
            here.coverage[f"reached: {type(error).__name__} @ offsets"] += 1
            self._fail(fenced() if isinstance(error, FencedError) else fatal(KafkaError.INVALID_TXN_STATE, "not open"))
            self._check()
        if refused is not None:
            here.coverage[f"reached: offsets refused, {KafkaError(refused).name()}"] += 1
            here.say(f"offsets are refused: {KafkaError(refused).name()}")
            self._fail(abortable(refused, "offsets refused"))
            self._check()
        here.say(f"offsets sent: {[(place.partition, place.offset) for place in places]}")
        if here.point("offsets answered", (UNANSWERED,)) == UNANSWERED:
            self._fail(abortable(KafkaError._TIMED_OUT, "TxnOffsetCommit: no answer"))
            self._check()

    def _add_offsets(self, places: list[TopicPartition], group: Metadata, epoch: int) -> int | None:
        cluster = self._here.cluster
        transaction = cluster.add(self.name, epoch, self.process.name, cluster.offsets)
        refused = self._here.group.refuses(group)
        if refused is None:
            for place in places:
                cluster.offsets.add(transaction, place.partition, place.offset)
        return refused

    def commit_transaction(self) -> None:
        here, cluster = self._here, self._here.cluster
        self._check()
        here.machine.give_way(lambda: not self._queue)
        self._serve()
        self._check()
        epoch = self._epoch
        if here.point("commit asked", (LOST,), lambda: cluster.end(self.name, epoch, "commit")) == LOST:
            raise timed_out("EndTxn")
        self._end("commit")
        wrong = here.point("commit answered", (UNANSWERED, ABORTABLE_ANSWER))
        if wrong == UNANSWERED:
            raise timed_out("EndTxn")
        if wrong == ABORTABLE_ANSWER:
            self._failed = abortable(KafkaError.UNKNOWN, "the broker does not know")
            self._check()
        here.say("committed")
        self._begun = False

    def abort_transaction(self, timeout: float) -> None:
        here, cluster = self._here, self._here.cluster
        if self._done is not None:
            raise self._done
        self._purge(KafkaError(KafkaError._PURGE_QUEUE))
        self._serve()
        epoch = self._epoch
        if here.point("abort asked", (LOST,), lambda: cluster.end(self.name, epoch, "abort")) == LOST:
            raise timed_out("EndTxn")
        if self._bump:
            self._recover(timeout)
        elif self._asked_for:
            self._end("abort")
        elif cluster.identity(self.name).epoch != self._epoch:
            self._fail(fenced())
            raise fenced()
        if here.point("abort answered", (UNANSWERED,)) == UNANSWERED:
            raise timed_out("EndTxn")
        here.say("aborted")
        if self._renew:
            identity = cluster.identity(self.name)
            if identity.epoch == self._epoch:
                here.machine.give_way(identity.complete)
            if identity.epoch != self._epoch:
                self._fail(fenced())
                raise fenced()
            identity.epoch += 1
            self._epoch, self._renew = identity.epoch, False
        self._begun, self._failed = False, None

    def _end(self, outcome: Any) -> None:
        try:
            self._here.cluster.end(self.name, self._epoch, outcome)
        except (FencedError, WrongStateError) as error:
            kind = "fenced" if isinstance(error, FencedError) else "wrong state"
            self._here.coverage[f"reached: {kind} @ {outcome}"] += 1
            self._fail(fenced() if kind == "fenced" else fatal(KafkaError.INVALID_TXN_STATE, "decided otherwise"))
            assert self._done is not None
            raise self._done from error

    def _recover(self, timeout: float) -> None:
        """KIP-360: after the coordinator gave the transaction up, its own producer may go on with a new epoch."""
        here, identity = self._here, self._here.cluster.identity(self.name)
        if not here.machine.give_way(identity.complete, timeout):
            raise timed_out("InitProducerId")
        if identity.given_up != self._epoch or identity.transaction is not None:
            self._fail(fenced())
            raise fenced()
        identity.epoch += 1
        self._epoch, self._bump = identity.epoch, False
        here.coverage["reached: producer goes on after its transaction was given up"] += 1


def _shown(data: bytes | None) -> str:
    if data is None:
        return "none"
    if len(data) == 8 and not data[0]:
        return str(int.from_bytes(data))  # the position
    return data.decode("latin-1").replace("\0", "")
