"""A department's feed, as an asynchronous application sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from commonline.client.asynchronous.following import AsyncFollowing
from commonline.client.asynchronous.log import AsyncLog
from commonline.client.asynchronous.transactions import AsyncConnection, AsyncTransactions
from commonline.client.decoding import decoder
from commonline.client.log import Start
from commonline.client.settings import ClientSettings
from commonline.client.view import CurrentView


class AsyncFeed:
    """The feed of a department: ``AsyncFeed("service")``. Arguments, meaning and errors as `commonline.client.Feed`."""

    def __init__(
        self, department: str, workspace: str | None = None, *, settings: ClientSettings | None = None
    ) -> None:
        self.department = department
        self.workspace = workspace
        self.settings = settings or ClientSettings.from_environ()

    def follow(self, group: str | None = None, *, start: Start = "beginning") -> AsyncFollowing:
        """Every record, and then those that come, without end."""

        async def begin(log: AsyncLog, revoked: Callable[[], Awaitable[None]]) -> None:
            if group is None:
                log.begin(await log.at(start))
            else:
                await log.join(start, revoked)

        return AsyncFollowing(self._log(group), decoder(self.settings.registry), begin, keep=group is not None)

    def read(self, *, start: Start = "beginning") -> AsyncFollowing:
        """Every record up to the end as it is when reading begins; then the loop ends."""

        async def begin(log: AsyncLog, _: Callable[[], Awaitable[None]]) -> int:
            end = await log.at("now")
            log.begin(await log.at(start))
            return end

        return AsyncFollowing(self._log(None), decoder(self.settings.registry), begin, keep=False)

    async def current(self) -> CurrentView:
        """What the feed says now. Keep it up to date by giving it what `follow` brings."""
        view = CurrentView()
        async with self.read() as records:
            async for record in records:
                view.take(record)
        return view

    def transactions(
        self, connection: AsyncConnection, reader: str, *, start: Start = "beginning", records: int = 1
    ) -> AsyncTransactions:
        """Every record exactly once into the database of `connection`, together with the place in the feed."""
        decode = decoder(self.settings.registry)
        return AsyncTransactions(self._log(None), decode, connection, reader, start, records)

    def _log(self, group: str | None) -> AsyncLog:
        return AsyncLog(self.settings, self.department, self.workspace, group)
