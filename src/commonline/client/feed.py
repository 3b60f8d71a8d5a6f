"""A department's feed, as an application sees it."""

from __future__ import annotations

from commonline.client.decoding import decoder
from commonline.client.following import Following
from commonline.client.log import Log, Start
from commonline.client.settings import ClientSettings
from commonline.client.sql import Connection
from commonline.client.transactions import Transactions
from commonline.client.view import CurrentView


class Feed:
    """The feed of a department: ``Feed("service")``. Nothing is connected until it is read.

    Args:
        department: its name in the configuration.
        workspace: may be left out where one workspace alone has such a feed.
        settings: None: from the environment (see `ClientSettings`).

    All readings see committed records alone. They raise `ConfigurationError` when there is no such feed or no right to
    read it, `PlatformError` when no broker answers at the start. Later they wait for a broker that is away.
    """

    def __init__(
        self, department: str, workspace: str | None = None, *, settings: ClientSettings | None = None
    ) -> None:
        self.department = department
        self.workspace = workspace
        self.settings = settings or ClientSettings.from_environ()

    def follow(self, group: str | None = None, *, start: Start = "beginning") -> Following:
        """Every record, and then those that come, without end.

        Args:
            group: a consumer group: the place is kept in Kafka, several processes share the work, and a later start
                goes on where this one ended. None: everybody for themselves, nothing is kept.
            start: where to begin without a place that was kept.
        """
        decode = decoder(self.settings.registry)
        log = self._log(group)
        try:
            if group is None:
                log.begin(log.at(start))
            else:
                log.join(start)
        except BaseException:
            log.close()
            raise
        return Following(log, decode, keep=group is not None)

    def read(self, *, start: Start = "beginning") -> Following:
        """Every record up to the end as it is now; then the loop ends."""
        decode = decoder(self.settings.registry)
        log = self._log(None)
        try:
            end = log.at("now")
            log.begin(log.at(start))
        except BaseException:
            log.close()
            raise
        return Following(log, decode, keep=False, until=end)

    def current(self) -> CurrentView:
        """What the feed says now. Keep it up to date by giving it what `follow` brings."""
        with self.read() as records:
            return CurrentView(records)

    def transactions(
        self, connection: Connection, reader: str, *, start: Start = "beginning", records: int = 1
    ) -> Transactions:
        """Every record exactly once into the database of `connection`, together with the place in the feed.

        Args:
            connection: of any DB-API driver, not in autocommit mode. The table ``commonline_offsets`` is made in it.
            reader: name of this use of the feed in that database. One process at a time.
            start: where a new reader begins.
            records: most records of one transaction; less when no more are at hand.

        Raises:
            StateError: the database knows a place that the log does not have.
        """
        return Transactions(self._log(None), decoder(self.settings.registry), connection, reader, start, records)

    def _log(self, group: str | None) -> Log:
        return Log(self.settings, self.department, self.workspace, group)
