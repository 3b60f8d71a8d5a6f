"""Webhooks out as a part of the gateway's process: a thread for each feed that has subscriptions, one that sends."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from commonline.bus.process import ProcessSettings
from commonline.client.decoding import decoder_of
from commonline.client.settings import ClientSettings
from commonline.gateway.outbound import subscriptions
from commonline.gateway.outbound.destination import Allowed
from commonline.gateway.outbound.dispatch import Dispatcher, Judge
from commonline.gateway.outbound.intake import Intake
from commonline.gateway.outbound.schedule import decide
from commonline.gateway.outbound.sender import TIMEOUT_S, Sender
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import FeedName
from commonline.metrics import Metrics

log = logging.getLogger(__name__)
LOOK_S = 0.5


class Outbound:
    """Runs in a thread of its own until it is stopped."""

    def __init__(
        self,
        store: Store,
        process: ProcessSettings,
        metrics: Metrics,
        allowed: Allowed,
        *,
        timeout_s: float = TIMEOUT_S,
        judge: Judge = decide,
    ) -> None:
        self._store = store
        self._settings = ClientSettings(kafka=process.kafka, topics=process.topics)
        self._decode = decoder_of(process.ids)
        self._metrics = metrics
        self._allowed = allowed
        self._timeout_s = timeout_s
        self._judge = judge
        self._intakes: dict[FeedName, Intake] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="commonline-webhooks")

    def start(self) -> None:
        """Begin to read and to send."""
        self._thread.start()

    def stop(self) -> None:
        """End: calls under way are waited for."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        sender = Sender(self._allowed, self._timeout_s)
        dispatcher = Dispatcher(self._store, sender, self._metrics, self._timeout_s, self._judge)
        loop = asyncio.get_running_loop()

        def woken() -> None:
            loop.call_soon_threadsafe(dispatcher.wake)

        sending = asyncio.create_task(dispatcher.run())
        try:
            while not self._stopping.is_set() and not sending.done():
                try:
                    self._look(woken)
                except SQLAlchemyError as error:
                    log.error("webhooks wait for the database: %s", error)
                await asyncio.sleep(LOOK_S)
        finally:
            dispatcher.stop()
            await asyncio.to_thread(self._end_intakes)
            await sending
            await sender.close()

    def _look(self, woken: Callable[[], None]) -> None:
        """Read every feed that has a subscription."""
        with self._store.reading() as connection:
            wanted = {one.feed for one in subscriptions.every(connection) if one.state != "disabled"}
        for feed in wanted - self._intakes.keys():
            self._intakes[feed] = Intake(self._store, self._settings, self._decode, feed, woken)
            self._intakes[feed].start()

    def _end_intakes(self) -> None:
        for one in self._intakes.values():
            one.stop()
