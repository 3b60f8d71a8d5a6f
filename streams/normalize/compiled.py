"""Declared mappings in compiled form, as normalize uses them: which sources take part, and why the others do not."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from mmap import mmap
from types import ModuleType
from typing import TYPE_CHECKING, Any

from confluent_kafka import Message

from commonline.kit.declared import engine, program
from commonline.kit.declared.engine import Counted, Finished
from commonline.streams.normalize.decide import Source

if TYPE_CHECKING:
    from commonline.bus.wire._records import Accumulator

log = logging.getLogger(__name__)


class CompiledMappings:
    """An engine with the sources that take part. `why`: by source, why one with a declared mapping does not."""

    def __init__(
        self,
        module: ModuleType,
        known: Mapping[str, Source],
        partitions: Mapping[str, int],
        frames: tuple[bytes, bytes],
        topic: str,
        key: bytes,
    ) -> None:
        self._engine = engine.engine(module, frames, topic, key)
        self._partitions = partitions
        self.sources: set[str] = set()
        self.why: dict[str, str] = {}
        for name, source in known.items():
            if source.connector.declared is not None:
                self._take_in(name, source)

    def enable(self, source: str, *, on: bool) -> None:
        """Whether a source's deliveries are worked on: not those of one whose breaker is open."""
        self._engine.enable(source.encode(), on)

    def work(self, messages: Sequence[Message], page: mmap) -> list[int]:
        """Work on some messages. Returns the places of those that Python has to do."""
        return self._engine.work(list(messages), page)

    def counts(self) -> list[Counted]:
        """What was worked on, by partition, source and hour."""
        return [Counted(*told) for told in self._engine.counts()]

    def finished(self, first: int, end: int) -> list[Finished]:
        """The results at these places, without those of records that stepped aside."""
        found = (self._engine.result(number) for number in range(first, end))
        return [Finished(*told) for told in found if told is not None]

    def hand_over(self, first: int, end: int, at: int, topic: str, accumulator: Accumulator, builder: object) -> int:
        """The results at these places, to batches that `builder` (the capsule of ``_records``) appends to. `at`: the
        present, in microseconds. Returns the bytes that are held then; 0 where there were no results."""
        return self._engine.hand_over(first, end, at, topic, accumulator, builder)

    def _take_in(self, name: str, source: Source) -> None:
        workspace = source.instance.workspace
        try:
            if workspace not in self._partitions:
                raise program.NotCompiledError(f"the workspace {workspace!r} has no partition")
            self._engine.add(spec_of(name, source) | {"partition": self._partitions[workspace]})
        except program.NotCompiledError as error:
            self.why[name] = str(error)
            log.info("source %s: Python does its mapping: %s", name, error)
        else:
            self.sources.add(name)


def spec_of(name: str, source: Source) -> dict[str, Any]:
    """What the engine takes of a source. Raises `NotCompiledError`: why Python does its mapping."""
    connector, made = source.connector, source.instance
    if connector.declared is None:
        raise program.NotCompiledError(f"the connector {connector.name} has code of its own")
    settings = made.mapping_settings
    plan, region = connector.declared(settings), settings.get("region")
    return program.program(plan, made.workspace, connector.name, name, made.placement, region)
