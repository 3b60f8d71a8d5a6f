"""decide: one delivery in; activities, ignored entries and dead letters out. Nothing here knows Kafka or the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from commonline.configuration.model import Configuration
from commonline.errors import ConfigurationError, ContractError, StateError, TooLargeError
from commonline.kit import catalogue
from commonline.kit.catalogue import Connector
from commonline.kit.finish import finish
from commonline.kit.instance import Instance, instance
from commonline.kit.mapping import Dead, Mapped, Outcome, Skipped
from commonline.kit.place import Placement
from commonline.schemas.codec import EncodeError, encode_activity
from commonline.schemas.records import Activity, DeadLetter, Delivery, Origin
from commonline.streams.normalize.letters import KILLS_WORKER, Failure, Place, Sender, letter, letters
from commonline.streams.unify.decide import LARGEST

_NOWHERE = Placement()
Blob = Callable[[str], bytes]
"""Reads the body that a delivery names. Raises `StateError` when it is not there."""


class Source(msgspec.Struct, frozen=True, gc=False):
    """A configured source with its connector's code."""

    connector: Connector
    instance: Instance


class Decided(msgspec.Struct, gc=False):
    """What became of one delivery: activities with their encodings, rules of ignored entries, dead letters."""

    activities: list[tuple[Activity, bytes]]
    skipped: list[str]
    dead: list[DeadLetter]


class Work(msgspec.Struct, gc=False):
    """A delivery that was mapped: what the connector made of it, or why it could not be asked."""

    delivery: Delivery
    place: Place
    placement: Placement
    outcomes: list[Outcome]
    failure: Failure | None = None


def sources(configuration: Configuration, folder: Path) -> dict[str, Source]:
    """All sources, those that are switched off too: what they sent before is still mapped. Reads no secrets.

    Raises `ConfigurationError`.
    """
    found = {}
    for name, one in configuration.sources.items():
        made = instance(name, one, configuration.workspaces[one.workspace], folder, secrets=False)
        found[name] = Source(catalogue.connector(one.connector), made)
    return found


class Normalizer:
    """The decision with what it needs to know: the sources, and the partitions of the workspaces."""

    def __init__(
        self, known: Mapping[str, Source], workspaces: Mapping[str, int], read_blob: Blob, software: str
    ) -> None:
        self.sources = known
        self.workspaces = workspaces
        self._read_blob = read_blob
        self._software = software

    def decide(self, delivery: Delivery, place: Place, at: int) -> Decided:
        """Map a delivery and finish what it tells. `at` is the present in microseconds, for dead letters.

        Never raises for what a delivery holds; `PlatformError` when the disk with a large body fails.
        """
        return self.finished(self.mapped(delivery, place), at)

    def mapped(self, delivery: Delivery, place: Place) -> Work:
        """The first half: the connector's mapping. Raises as `decide`."""
        try:
            source = self._source(delivery)
            if delivery.body is None:
                body = self._read_blob(delivery.body_uri or "")
                delivery = msgspec.structs.replace(delivery, body=body)
        except (ConfigurationError, StateError) as error:
            return Work(delivery, place, _NOWHERE, [], Failure("map", type(error).__name__, str(error)))
        outcomes = source.connector.map(delivery, source.instance.mapping_settings)
        return Work(delivery, place, source.instance.placement, outcomes)

    def finished(self, work: Work, at: int) -> Decided:
        """The second half: ids, sides, encodings, dead letters."""
        decided = Decided([], [], [])
        failures: list[Failure] = []
        if work.failure is not None:
            failures.append(work.failure)
        for outcome in work.outcomes:
            if isinstance(outcome, Mapped):
                try:
                    _finish(outcome, work, decided.activities)
                except Exception as error:
                    failures.append(_ours(error, outcome.entry))
            elif isinstance(outcome, Skipped):
                decided.skipped.append(outcome.rule)
            else:
                failures.append(_theirs(outcome))
        if failures:
            delivery = work.delivery
            sender = Sender(delivery.workspace, delivery.connector, delivery.source)
            decided.dead = letters(work.place, sender, failures, software=self._software, at=at)
        return decided

    def _source(self, delivery: Delivery) -> Source:
        name = delivery.source
        source = self.sources.get(name)
        if source is None:
            raise ConfigurationError(f"source {name!r} is not in the configuration; add it, then replay")
        if source.connector.name != delivery.connector:
            raise ConfigurationError(
                f"source {name!r} is of connector {source.connector.name!r} now, and was of {delivery.connector!r}"
            )
        if delivery.workspace not in self.workspaces:
            raise ConfigurationError(
                f"workspace {delivery.workspace!r} of source {name!r} is not in the configuration; add it, then replay"
            )
        return source

    def unreadable(self, place: Place, sender: Sender, error: Exception, at: int) -> DeadLetter:
        """The dead letter of a record that is no delivery."""
        failure = Failure("decode", type(error).__name__, str(error))
        return letter(place, sender, failure, software=self._software, at=at)

    def poison(self, place: Place, sender: Sender, deaths: int, at: int) -> DeadLetter:
        """The dead letter of a record that was in flight at several deaths of the process (protocol F15)."""
        failure = Failure("map", KILLS_WORKER, f"in flight at {deaths} deaths of the process", attempts=deaths)
        return letter(place, sender, failure, software=self._software, at=at)


def _finish(outcome: Mapped, work: Work, activities: list[tuple[Activity, bytes]]) -> None:
    delivery, place = work.delivery, work.place
    origin = Origin(delivery.id, place.topic, place.partition, place.offset, outcome.entry, delivery.mode)
    for draft in outcome.drafts:
        activity = finish(draft, delivery, origin, work.placement)
        activities.append((activity, _encoded(activity)))


def _encoded(activity: Activity) -> bytes:
    """The activity's Avro, within the size that unify takes (protocol F14)."""
    raw = encode_activity(activity)
    if len(raw) > LARGEST:
        raise TooLargeError("activity in bytes", LARGEST)
    return raw


def _ours(error: Exception, entry: int) -> Failure:
    """Something that passed the mapping and must not go into the log."""
    if isinstance(error, EncodeError):
        return Failure("encode", ContractError.__name__, str(error), error.path or None, entry)
    if isinstance(error, TooLargeError):
        return Failure("validate", TooLargeError.__name__, str(error), None, entry)
    return Failure("validate", type(error).__name__, "finishing failed; this is a defect", None, entry)


def _theirs(outcome: Dead) -> Failure:
    return Failure("map", outcome.cause, outcome.message, outcome.path, outcome.entry)
