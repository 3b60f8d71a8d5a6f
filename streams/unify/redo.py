"""Deciding a partition's state once more, from the log of activities alone: state is a function of it (protocol F6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commonline import topics as table
from commonline.bus.changelog import Changelog, batches
from commonline.bus.reader import Reader
from commonline.bus.store import POSITION_KEY, LocalStore, encode_position
from commonline.errors import StateError
from commonline.schemas.records import DeadLetter
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.streams.unify.task import KILLS_WORKER, Surroundings, UnifyTask

BATCH = 1000
_DEATH = ("unify", KILLS_WORKER)


@dataclass(frozen=True, slots=True)
class Redo:
    """One partition of an installation. `around` needs metrics of its own: what is decided here is counted nowhere."""

    kafka: KafkaSettings
    around: Surroundings
    partition: int

    @property
    def log(self) -> Changelog:
        """The log of activities."""
        return Changelog(self.kafka, self.around.topics.name(table.ACTIVITIES), self.partition, mend="")

    def fill(self, store: LocalStore, position: int, progress: Callable[[int, int], None]) -> int:
        """Decide all before the input offset `position` on an empty store; returns how many rows were written.

        What it says is not written anywhere: feeds have it. `progress` is told how many records are decided and how
        many offsets are to go. Raises `StateError` where the log no longer begins with the first activity.
        """
        log = self.log
        begin = log.begin()
        if begin > 0:
            raise StateError(
                f"{log.place} begins at offset {begin}: what came before is gone, and with it the state cannot be "
                "decided anew; use a worker's own state, if it is whole: --from local"
            )
        task = UnifyTask(self.partition, store, self.around)
        condemned = self._condemned()
        decided = written = 0
        for messages, reached in batches(log, 0, position):
            for start in range(0, len(messages), BATCH):
                some = messages[start : start + BATCH]
                rows = task.process(some, condemned).rows
                written += store.apply({**rows, POSITION_KEY: encode_position((some[-1].offset() or 0) + 1)}, 0)
                task.committed()
                decided += len(some)
                progress(decided, position - (some[-1].offset() or 0) - 1)
            progress(decided, max(position - reached, 0))
        store.apply({POSITION_KEY: encode_position(position)}, 0)
        return written

    def _condemned(self) -> frozenset[int]:
        """Records that killed their worker three times went to the dead letters unread (protocol F15)."""
        names, serde = self.around.topics, Serde(self.around.ids)
        found = set()
        with Reader(self.kafka, [names.name(table.DEAD_LETTERS)]) as reader:
            for message in reader.until_end():
                value = message.value()
                if value is None:
                    continue
                letter = serde.decode_as(DeadLetter, value)
                place = (letter.step, letter.cause, letter.topic, letter.partition)
                if letter.offset is not None and place == (*_DEATH, names.name(table.ACTIVITIES), self.partition):
                    found.add(letter.offset)
        return frozenset(found)
