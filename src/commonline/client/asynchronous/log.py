"""A feed's topic by aiokafka: committed records alone, in order; the rim under all that is asynchronous."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka import errors as kafka_errors
from aiokafka.errors import KafkaError

from commonline.client.choice import choose
from commonline.client.failures import Cause, failure, probe
from commonline.client.log import RECORDS, SLICE_MS, Entry, Start, configuration, milliseconds
from commonline.client.settings import ClientSettings
from commonline.errors import CommonlineError

log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")
_USER = (kafka_errors.AuthenticationFailedError, kafka_errors.SaslAuthenticationFailed)
_RIGHTS = (kafka_errors.TopicAuthorizationFailedError, kafka_errors.GroupAuthorizationFailedError)


class AsyncLog:
    """A connection to the topic of a department's feed; `open` it. Raises as `commonline.client.log.Log` does.

    Args:
        group: a consumer group whose place is kept in Kafka; None: no place is kept.
    """

    topic: str

    def __init__(self, settings: ClientSettings, department: str, workspace: str | None, group: str | None) -> None:
        self._settings = settings
        self._department = department
        self._workspace = workspace
        self._group = group
        self._place = TopicPartition("", 0)
        self.taken = asyncio.Event()
        """The feed was given to another member of the group. Whoever has seen it clears it."""

    async def open(self) -> None:
        """Connect, and find the topic."""
        await asyncio.to_thread(probe, self._settings)
        known = self._settings.kafka.aiokafka() | configuration(self._settings, self._group)
        self._consumer = AIOKafkaConsumer(**known)
        try:
            await self._ask(self._consumer.start())
            names = await self._ask(self._consumer.topics())
            self.topic = choose(names, self._settings.topics, self._department, self._workspace)
        except BaseException:
            await self._consumer.stop()
            raise
        self._place = TopicPartition(self.topic, 0)

    def begin(self, offset: int) -> None:
        """Read from this offset on, outside any group."""
        self._consumer.assign([self._place])
        self._consumer.seek(self._place, offset)

    async def join(self, start: Start, revoked: Callable[[], Awaitable[None]]) -> None:
        """Read as a member of the group, from where it is; if it never was anywhere, from `start`.

        `revoked` runs before the feed goes to another member. Where a group begins is kept before it reads.
        """
        self._consumer.assign([self._place])
        if await self._ask(self._consumer.committed(self._place)) is None:
            begin = await self.at(start)
            try:
                await self.commit(begin)
            except CommonlineError as error:  # somebody else is a member, and has done the same
                log.debug("the group has members: %s", error)
        self._consumer.unsubscribe()
        self._consumer.subscribe([self.topic], listener=_Rebalance(self.taken, revoked))

    async def at(self, start: Start) -> int:
        """The offset that a start means now."""
        if start == "beginning":
            return int((await self._ask(self._consumer.beginning_offsets([self._place])))[self._place])
        if start != "now":
            asked = {self._place: milliseconds(start)}
            found = (await self._ask(self._consumer.offsets_for_times(asked)))[self._place]
            if found is not None:
                return int(found.offset)
        return int((await self._ask(self._consumer.end_offsets([self._place])))[self._place])

    async def poll(self) -> list[Entry]:
        """The next records, at most `RECORDS`; none when none came for a moment, or the broker is away."""
        found = await self._ask(self._consumer.getmany(timeout_ms=SLICE_MS, max_records=RECORDS))
        return [Entry(one.offset, one.value) for one in found.get(self._place, ())]

    def again(self, offset: int) -> None:
        """Go back to this offset, if the feed is still ours."""
        if self._place in self._consumer.assignment():
            self._consumer.seek(self._place, offset)

    async def position(self) -> int | None:
        """Where reading is; None: the feed is not ours (yet), or the broker is away."""
        if self._place not in self._consumer.assignment():
            return None
        try:
            return int(await self._consumer.position(self._place))
        except KafkaError as error:
            if not error.retriable:
                raise self._judged(error) from error
            return None

    async def commit(self, offset: int) -> None:
        """Keep the group's place. Raises `CommonlineError` when the group went on without this member as well."""
        await self._ask(self._consumer.commit({self._place: offset}))

    async def close(self) -> None:
        """Leave the group and end the connection."""
        await self._consumer.stop()

    async def _ask(self, answer: Awaitable[_Answer]) -> _Answer:
        try:
            return await answer
        except KafkaError as error:
            raise self._judged(error) from error

    def _judged(self, error: KafkaError) -> CommonlineError:
        cause: Cause = "silent"
        if isinstance(error, _USER):
            cause = "user"
        elif isinstance(error, _RIGHTS):
            cause = "rights"
        return failure(cause, error, self._settings, self._department)


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    """aiokafka waits for this before the feed goes to another member."""

    def __init__(self, taken: asyncio.Event, revoked: Callable[[], Awaitable[None]]) -> None:
        self._taken = taken
        self._revoked = revoked

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        if list(revoked):
            await self._revoked()
            self._taken.set()

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        """Nothing: where it begins is known to Kafka."""
