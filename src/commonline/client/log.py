"""A feed's topic by kafka-python: committed records alone, in order; the rim under all that is synchronous."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import AuthorizationError, KafkaError, SaslAuthenticationFailedError

from commonline.client.choice import choose
from commonline.client.failures import Cause, failure, probe
from commonline.client.settings import ClientSettings
from commonline.errors import CommonlineError, ConfigurationError

Start: TypeAlias = Literal["beginning", "now"] | datetime
"""Where reading begins that has no place yet: at the first record, behind the last, or at the first that was written at
or after a time."""

log = logging.getLogger(__name__)
ANSWER_MS = 15_000
SESSION_MS = 10_000
RECORDS = 100
SLICE_MS = 250


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as Kafka has it. `value` None: Kafka's own tombstone."""

    offset: int
    value: bytes | None


def milliseconds(start: datetime) -> int:
    """A time as Kafka counts it. Raises `ConfigurationError` for one without zone."""
    if start.tzinfo is None:
        raise ConfigurationError(f"start {start.isoformat()} has no zone: give one, as datetime.now(UTC) has")
    return int(start.timestamp() * 1000)


def configuration(settings: ClientSettings, group: str | None) -> dict[str, Any]:
    """What kafka-python and aiokafka are both told."""
    return {
        "client_id": "commonline-client",
        "group_id": None if group is None else settings.topics.prefix + group,
        "enable_auto_commit": False,
        # Only met when somebody deleted records or made the topic anew: a feed is safe to read twice.
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",
        "session_timeout_ms": SESSION_MS,
        "fetch_max_wait_ms": SLICE_MS,
    }


class Log:
    """A connection to the topic of a department's feed.

    Raises `ConfigurationError` (no such feed, no right to it, user refused) and `PlatformError` (no answer).

    Args:
        group: a consumer group whose place is kept in Kafka; None: no place is kept.
    """

    def __init__(self, settings: ClientSettings, department: str, workspace: str | None, group: str | None) -> None:
        self._settings = settings
        self._department = department
        self.taken = False
        """The feed was given to another member of the group. Whoever has seen it sets it back."""
        probe(settings)
        own = {
            "allow_auto_create_topics": False,
            "bootstrap_timeout_ms": ANSWER_MS,
            "reconnect_backoff_max_ms": 5_000,
            "metrics_enabled": False,
        }
        try:
            self._consumer = KafkaConsumer(**settings.kafka.kafka_python(), **configuration(settings, group), **own)
        except KafkaError as error:
            raise self._judged(error) from error
        try:
            self.topic = choose(self._ask("topics"), settings.topics, department, workspace)
        except BaseException:
            self._consumer.close()
            raise
        self._place = TopicPartition(self.topic, 0)

    def begin(self, offset: int) -> None:
        """Read from this offset on, outside any group."""
        self._consumer.assign([self._place])
        self._consumer.seek(self._place, offset)

    def join(self, start: Start) -> None:
        """Read as a member of the group, from where it is; if it never was anywhere, from `start`.

        Where a group begins is kept before it reads: a first member that is killed at once leaves nothing unread.
        """
        if self._ask("committed", self._place, timeout_ms=ANSWER_MS) is None:
            begin = self.at(start)
            try:
                self.commit(begin)
            except CommonlineError as error:  # somebody else is a member, and has done the same
                log.debug("the group has members: %s", error)
        self._consumer.subscribe([self.topic], listener=_Rebalance(self))

    def at(self, start: Start) -> int:
        """The offset that a start means now."""
        if start == "beginning":
            return int(self._ask("beginning_offsets", [self._place])[self._place])
        if start != "now":
            found = self._ask("offsets_for_times", {self._place: milliseconds(start)})[self._place]
            if found is not None:
                return int(found.offset)
        return int(self._ask("end_offsets", [self._place])[self._place])

    def poll(self) -> list[Entry]:
        """The next records, at most `RECORDS`; none when none came for a moment, or the broker is away."""
        try:
            found = self._consumer.poll(timeout_ms=SLICE_MS, max_records=RECORDS)
        except KafkaError as error:
            if not error.retriable:
                raise self._judged(error) from error
            log.warning("Kafka at %s: %s", self._settings.kafka.bootstrap, error)
            return []
        return [Entry(one.offset, one.value) for one in found.get(self._place, ())]

    def again(self, offset: int) -> None:
        """Go back to this offset, if the feed is still ours."""
        if self._place in self._consumer.assignment():
            self._consumer.seek(self._place, offset)

    def position(self) -> int | None:
        """Where reading is; None: the feed is not ours (yet), or the broker is away."""
        if self._place not in self._consumer.assignment():
            return None
        try:
            return int(self._consumer.position(self._place, timeout_ms=ANSWER_MS))
        except KafkaError as error:
            if not error.retriable:
                raise self._judged(error) from error
            return None

    def commit(self, offset: int) -> None:
        """Keep the group's place. Raises `CommonlineError` when the group went on without this member as well."""
        self._ask("commit", {self._place: OffsetAndMetadata(offset, "", -1)}, timeout_ms=ANSWER_MS)

    def close(self) -> None:
        """Leave the group and end the connection."""
        self._consumer.close(timeout_ms=SESSION_MS)

    def _ask(self, question: str, *args: Any, **options: Any) -> Any:
        try:
            return getattr(self._consumer, question)(*args, **options)
        except KafkaError as error:
            raise self._judged(error) from error

    def _judged(self, error: KafkaError) -> CommonlineError:
        cause: Cause = "silent"
        if isinstance(error, SaslAuthenticationFailedError):
            cause = "user"
        elif isinstance(error, AuthorizationError):
            cause = "rights"
        return failure(cause, error, self._settings, self._department)


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes that the feed was taken away. It runs in kafka-python's event loop, where nothing can be asked."""

    def __init__(self, owner: Log) -> None:
        self._owner = owner

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._owner.taken = self._owner.taken or bool(list(revoked))

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self.on_partitions_revoked(lost)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing: where it begins is known to Kafka."""
