"""What a replay would do, without writing: deliveries mapped as configured now, beside what the log has of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from commonline import topics as table
from commonline.bus import partitions
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader
from commonline.cli.span import Found
from commonline.clock import now_us
from commonline.configuration.load import load
from commonline.kit.blobs import BlobStore
from commonline.schemas.codec import encode_activity
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import Activity, Origin
from commonline.schemas.serde import Serde
from commonline.secrets import installation_key
from commonline.streams.normalize.decide import Normalizer, sources
from commonline.streams.normalize.letters import Place

EXAMPLES = 5
NO_ORIGIN = Origin(delivery="00000000-0000-0000-0000-000000000000", topic="", partition=0, offset=0)
Telling = tuple[str, str]
"""Delivery and activity, by id."""


@dataclass(slots=True)
class Foreseen:
    """One source. Activities that are told as before, told otherwise, never told before, or no longer told;
    deliveries that die, and why."""

    deliveries: int = 0
    same: int = 0
    changed: int = 0
    new: int = 0
    gone: int = 0
    ignored: int = 0
    dead: int = 0
    causes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Example:
    """An activity that would change: each field with what it was and what it would be."""

    source: str
    object: str
    changes: list[tuple[str, str, str]]


class Preview:
    """Reads activities.v1 once, from the span's begin on; then `add` every delivery of the span."""

    def __init__(
        self, settings: ProcessSettings, file: Path, first_us: int, progress: Callable[[int, int], None]
    ) -> None:
        self._serde = Serde(settings.ids)
        self._topic = settings.topics.name(table.DELIVERIES)
        configuration = load(file)
        rows = partitions.read(settings.kafka, settings.topics, settings.ids)
        ours = {name: rows[name].partition for name in configuration.workspaces if name in rows}
        blobs = BlobStore(settings.home / "blobs", installation_key(settings.home))
        known = sources(configuration, file.absolute().parent)
        self._normalizer = Normalizer(known, ours, blobs.get, "preview")
        self._told: dict[Telling, bytes] = {}
        self._of_delivery: dict[str, set[str]] = {}
        self._read(settings, first_us, progress)
        self.sources: dict[str, Foreseen] = {}
        self.examples: list[Example] = []
        self._wanted: dict[Telling, tuple[str, Activity]] = {}
        self._settings, self._first_us = settings, first_us

    def _read(self, settings: ProcessSettings, first_us: int, progress: Callable[[int, int], None]) -> None:
        topic = settings.topics.name(table.ACTIVITIES)
        with Reader(settings.kafka, [topic], start=first_us // 1000) as reader:
            for number, message in enumerate(reader.until_end()):
                activity = self._activity(message.value())
                if activity is not None:
                    delivery = activity.origin.delivery
                    self._told[delivery, activity.id] = _facts(activity)
                    self._of_delivery.setdefault(delivery, set()).add(activity.id)
                if number % 1000 == 0:
                    progress(number, reader.total)

    def _activity(self, value: bytes | None) -> Activity | None:
        try:
            record = self._serde.decode(value or b"")
        except SchemaError:
            return None
        return record if isinstance(record, Activity) else None

    def add(self, found: Found) -> None:
        """Map a delivery and compare. A delivery that came again, or was replayed before, is passed over."""
        if found.again:
            return
        delivery = found.delivery
        count = self.sources.setdefault(delivery.source, Foreseen())
        count.deliveries += 1
        place = Place(self._topic, found.partition, found.offset, found.value)
        decided = self._normalizer.decide(delivery, place, now_us())
        count.ignored += len(decided.skipped)
        count.dead += bool(decided.dead)
        count.causes.update({letter.cause: 1 for letter in decided.dead})
        seen = set()
        for activity, _ in decided.activities:
            seen.add(activity.id)
            before = self._told.get((delivery.id, activity.id))
            if before is None:
                count.new += 1
            elif before == _facts(activity):
                count.same += 1
            else:
                count.changed += 1
                if len(self._wanted) < EXAMPLES:
                    self._wanted[delivery.id, activity.id] = (delivery.source, activity)
        count.gone += len(self._of_delivery.get(delivery.id, set()) - seen)

    def show(self) -> list[Example]:
        """A few of the activities that would change, with their fields: what the log has is read once more."""
        if not self._wanted:
            return []
        before: dict[Telling, Activity] = {}
        topic = self._settings.topics.name(table.ACTIVITIES)
        with Reader(self._settings.kafka, [topic], start=self._first_us // 1000) as reader:
            for message in reader.until_end():
                activity = self._activity(message.value())
                if activity is not None and (activity.origin.delivery, activity.id) in self._wanted:
                    before[activity.origin.delivery, activity.id] = activity
        return [
            Example(source, after.object.id, differences(before[telling], after))
            for telling, (source, after) in self._wanted.items()
            if telling in before
        ]


def _facts(activity: Activity) -> bytes:
    """A digest of all that an activity says but how it came."""
    raw = encode_activity(msgspec.structs.replace(activity, origin=NO_ORIGIN))
    return hashlib.blake2b(raw, digest_size=8).digest()


def differences(before: Activity, after: Activity) -> list[tuple[str, str, str]]:
    """(field, was, would be) for every field that differs, those of the object and thread by their own names. Pure."""
    found = []
    for name in before.__struct_fields__:
        if name == "origin":
            continue
        old, new = getattr(before, name), getattr(after, name)
        if name in ("object", "thread"):
            inner = [(f"{name}.{one}", getattr(old, one), getattr(new, one)) for one in old.__struct_fields__]
        else:
            inner = [(name, old, new)]
        found += [(what, _shown(a), _shown(b)) for what, a, b in inner if a != b]
    return found


def _shown(value: Any) -> str:
    if value is None or (isinstance(value, (list, dict)) and not value):
        return "-"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
