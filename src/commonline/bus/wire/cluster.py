"""Who leads which partition, who coordinates, and a connection to each: asked, and waited for. One thread's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaError

from commonline.bus.wire import requests
from commonline.bus.wire.connection import Address, Connection, LostError, NotSentError
from commonline.settings import KafkaSettings


class Cluster:
    """`patience_s` is how long an answer is waited for before its connection is given up."""

    def __init__(self, kafka: KafkaSettings, client_id: str, *, patience_s: float) -> None:
        self._kafka, self._client_id, self._patience_s = kafka, client_id, patience_s
        self._seeds = [_address(one) for one in kafka.bootstrap.split(",")]
        self._brokers: dict[int, Address] = {}
        self._connections: dict[int, Connection] = {}
        self._asking: Connection | None = None
        self.leaders: dict[requests.Place, int] = {}
        self.counts: dict[str, int] = {}
        """Number of partitions by topic."""

    def broker(self, number: int) -> Connection:
        """The connection to a broker; a new one where it ended. Raises `NotSentError`."""
        found = self._connections.get(number)
        if found is not None:
            if found.open_requests or found.usable:
                return found
            found.close()
            del self._connections[number]
        address = self._brokers.get(number)
        if address is None:
            raise NotSentError(f"broker {number} is not known")
        made = self._connections[number] = self._connect(address)
        return made

    def open_requests(self, number: int) -> int:
        """Requests to a broker that are not answered yet."""
        found = self._connections.get(number)
        return 0 if found is None else found.open_requests

    def _connect(self, address: Address) -> Connection:
        return Connection(self._kafka, address, self._client_id, patience_s=self._patience_s)

    def ask(self, request: Any) -> Any:
        """A question that any broker answers, and that does no harm when it is asked twice. Raises `NotSentError` if
        none does."""
        told = "no broker is known"
        for address in [None, *dict.fromkeys([*self._brokers.values(), *self._seeds])]:
            try:
                if address is not None:
                    self._asking = self._connect(address)
                if self._asking is not None and self._asking.usable:
                    return self._asking.ask(request)
            except (NotSentError, LostError) as error:
                told = str(error)
            self._close_asking()
        raise NotSentError(told)

    def refresh(self, topics: Iterable[str]) -> None:
        """Ask for brokers and leaders. Raises `NotSentError`."""
        answer = self.ask(requests.metadata(topics))
        self._brokers = {one.node_id: (one.host, one.port) for one in answer.brokers} or self._brokers
        self._leave_moved()
        for topic in answer.topics:
            for one in topic.partitions:
                place = (topic.name, one.partition_index)
                if one.leader_id < 0:
                    self.leaders.pop(place, None)
                else:
                    self.leaders[place] = one.leader_id
            if topic.error_code == KafkaError.NO_ERROR:
                self.counts[topic.name] = len(topic.partitions)

    def _leave_moved(self) -> None:
        for number, connection in list(self._connections.items()):
            if self._brokers.get(number) != connection.address and not connection.open_requests:
                connection.close()
                del self._connections[number]

    def coordinator(self, kind: int, name: str) -> int:
        """The broker that answers for a group or a transactional id. Raises `NotSentError` while there is none."""
        answer = self.ask(requests.find(kind, name))
        if answer.error_code:
            raise NotSentError(f"coordinator of {name}: {KafkaError(answer.error_code).str()}")
        self._brokers[answer.node_id] = (answer.host, answer.port)
        return int(answer.node_id)

    def close(self) -> None:
        """End all connections."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        self._close_asking()

    def _close_asking(self) -> None:
        if self._asking is not None:
            self._asking.close()
            self._asking = None


def _address(text: str) -> Address:
    host, _, port = text.strip().rpartition(":")
    return host.strip("[]"), int(port)
