"""What the gateway asks of the log itself, not of its database: the account of sources, what the audit says, dead
letters. Read when somebody asks, and read on from there; several requests share one reading."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from commonline import topics as table
from commonline.audit.board import Told
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader
from commonline.kit.blobs import BlobStore
from commonline.letters.letterbox import Letters, Originals
from commonline.letters.replays import Replayer, of_edited, of_letters
from commonline.schemas.records import DeadLetter, Delivery
from commonline.schemas.serde import Serde

if TYPE_CHECKING:
    from commonline.audit.report import Report

FRESH_S = 3.0
_Told = TypeVar("_Told")


class _Kept(Generic[_Told]):
    """What one reading says, and the reading that goes on; read anew when it is older than `FRESH_S`.

    After a failure the next one begins again.
    """

    def __init__(self, open_: Callable[[], tuple[Callable[[], _Told], Callable[[], None]]]) -> None:
        self._open = open_
        self._lock = threading.Lock()
        self._opened: tuple[Callable[[], _Told], Callable[[], None]] | None = None
        self._told: _Told | None = None
        self._at = 0.0

    def read(self) -> _Told:
        """As of now, or a moment ago. Raises `PlatformError` when Kafka does not answer."""
        with self._lock:
            if self._told is None or time.monotonic() - self._at > FRESH_S:
                try:
                    if self._opened is None:
                        self._opened = self._open()
                    self._told = self._opened[0]()
                except BaseException:
                    self._close()
                    raise
                self._at = time.monotonic()
            return self._told

    def stale(self) -> None:
        """What was read has been changed: the next one reads on."""
        with self._lock:
            self._at = 0.0

    def close(self) -> None:
        """End the connections."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        self._told = None
        if self._opened is not None:
            self._opened[1]()
            self._opened = None


class Operations:
    """All of it, for one installation. Every method may raise `PlatformError` or `RetryLaterError`."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._told = _Kept(self._audited)
        self._letters = _Kept(self._letterbox)
        self._report = _Kept(self._counted)

    def close(self) -> None:
        """End all connections."""
        for kept in (self._told, self._letters, self._report):
            kept.close()

    def report(self) -> Report:
        """What every source delivered and what became of it. The first one reads all that is kept."""
        return self._report.read()

    def told(self) -> Told:
        """What the audit has published: findings, and how far sources are complete."""
        return self._told.read()

    def letters(self) -> Letters:
        """All dead letters."""
        return self._letters.read()

    def original(self, letter: DeadLetter) -> tuple[Delivery | None, bytes | None]:
        """The delivery that a letter is about, and the bytes that failed; None where nobody has them any more."""
        originals = Originals(self._settings, self.letters().by_id.values())
        delivery = originals.delivery(letter)
        if delivery is None:
            return None, originals.value(letter)
        if delivery.body is not None or delivery.body_uri is None:
            return delivery, delivery.body
        return delivery, BlobStore(self._settings.home / "blobs").get(delivery.body_uri)

    def replay(self, letters: Sequence[DeadLetter]) -> tuple[int, list[DeadLetter]]:
        """Give their deliveries to the line once more: how many, and the letters whose original is gone."""
        originals = Originals(self._settings, self.letters().by_id.values())
        work, lost = of_letters(self._settings, letters, originals)
        with Replayer(self._settings) as replayer:
            count = replayer.run(work, lambda _portion: None, lambda _waits: None)
        self._letters.stale()
        return count, lost

    def replay_edited(self, letter: DeadLetter, body: bytes) -> bool:
        """Give the line a delivery that a person has mended; False where the original is gone."""
        original = Originals(self._settings, self.letters().by_id.values()).delivery(letter)
        if original is None:
            return False
        with Replayer(self._settings) as replayer:
            replayer.run(
                [of_edited(self._settings, letter, original, body)], lambda _portion: None, lambda _waits: None
            )
        self._letters.stale()
        return True

    def _audited(self) -> tuple[Callable[[], Told], Callable[[], None]]:
        told = Told(self._settings)
        return told.refresh, told.close

    def _counted(self) -> tuple[Callable[[], Report], Callable[[], None]]:
        from commonline.audit.report import Counts  # another client of Kafka comes with it: only when it is needed

        counts = Counts(self._settings).__enter__()
        return (
            lambda: counts.refresh(known=self.told().findings.values()),
            lambda: counts.__exit__(None, None, None),
        )

    def _letterbox(self) -> tuple[Callable[[], Letters], Callable[[], None]]:
        letters, serde = Letters(), Serde(self._settings.ids)
        reader = Reader(self._settings.kafka, [self._settings.topics.name(table.DEAD_LETTERS)])

        def read() -> Letters:
            for message in reader.until_end():
                letters.take(message, serde)
            return letters

        return read, reader.close
