"""Which schema id stands for which record: from a registry, or from the bundle of this package.

ids = SchemaIds.bundled()
ids = SchemaIds.from_registry(Registry("http://registry.example/apis/ccompat/v7"))
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from commonline.schemas.catalogue import NAMESPACE, RECORDS, schema_text
from commonline.schemas.errors import FramingError, SchemaError
from commonline.schemas.released import is_current, latest, released

if TYPE_CHECKING:  # httpx is slow to import, and most installations have no registry
    from commonline.schemas.registry import Registry

_UNKNOWN_LIMIT: Final = 1024


@dataclass(frozen=True)
class Written:
    """What an id says about the bytes behind it. `schema` is None where it is the present one."""

    record: str
    schema: Mapping[str, Any] | None


class SchemaIds:
    """Ids by record for writing, records and schemas by id for reading."""

    def __init__(
        self,
        writing: Mapping[str, int],
        reading: Mapping[int, Written],
        fetch: Callable[[int], str | None] | None = None,
    ) -> None:
        self._writing = dict(writing)
        self._reading = dict(reading)
        self._fetch = fetch
        self._unknown: set[int] = set()

    @classmethod
    def bundled(cls) -> SchemaIds:
        """The ids of ``ids.json``; no network.

        Raises:
            SchemaError: a schema was changed and not released.
        """
        writing = {}
        for record in RECORDS:
            version = latest(record)
            if version is None or not is_current(version):
                raise SchemaError(f"{record} was changed; run: python -m commonline.schemas.release")
            writing[record] = version.id
        return cls(writing, _bundled_reading())

    @classmethod
    def from_registry(cls, registry: Registry) -> SchemaIds:
        """Register every record (subject: its full name), as FULL_TRANSITIVE, and take the registry's ids.

        What was written with bundled ids before is still read. Ids met later are asked of the registry once.

        Raises:
            RegistryError: the registry cannot be reached or refuses.
        """
        writing: dict[str, int] = {}
        for record in RECORDS:
            subject = f"{NAMESPACE}.{record}"
            writing[record] = registry.register(subject, schema_text(record))
            registry.set_compatibility(subject)
        reading = _bundled_reading() | {number: Written(record, None) for record, number in writing.items()}
        return cls(writing, reading, registry.schema)

    @classmethod
    def reading(cls, fetch: Callable[[int], str | None]) -> SchemaIds:
        """The bundled ids; those that the bundle does not know are asked of a registry. Nothing is registered.

        `fetch` gives the schema (JSON text) of an id, None if the registry does not know it.


        A registry whose ids overlap with those of the bundle is not meant: ids of the bundle begin far above what
        registries count up to.
        """
        bundled = cls.bundled()
        return cls(bundled._writing, bundled._reading, fetch)

    def id_of(self, record: str) -> int:
        """The id to write a record with, by its name (``Activity``)."""
        return self._writing[record]

    def written(self, number: int) -> Written:
        """What an id stands for.

        Raises:
            FramingError: neither bundle nor registry know the id, or it is not one of our records.
            RegistryError: the registry cannot be reached.
        """
        known = self._reading.get(number)
        if known is None:
            known = self._reading[number] = self._ask(number)
        return known

    def _ask(self, number: int) -> Written:
        text = None
        if self._fetch is not None and number not in self._unknown:
            text = self._fetch(number)
        if text is None:
            if len(self._unknown) < _UNKNOWN_LIMIT:
                self._unknown.add(number)
            where = "the registry and the bundle" if self._fetch else "the bundle; no registry is configured"
            raise FramingError("framing", f"schema id {number} is unknown to {where}")
        schema = json.loads(text)
        name = schema.get("name") if isinstance(schema, dict) else None
        space, _, short = f"{schema.get('namespace')}.{name}".rpartition(".") if name else ("", "", "")
        if space != NAMESPACE or short not in RECORDS:
            raise FramingError("framing", f"schema id {number} is {name}, which is no record of {NAMESPACE}")
        return Written(short, schema)


def _bundled_reading() -> dict[int, Written]:
    return {v.id: Written(v.record, None if is_current(v) else v.schema) for v in released()}
