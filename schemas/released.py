"""Released schema versions, and the ids that stand for them where no registry is configured.

``ids.json`` lists every version ever released; the file ``avro/released/<record>.v1.<revision>.avsc`` holds
it. Neither an id nor a released file ever changes: data on brokers is read by them. Ids are 0x434C0000
("CL") and a small number, so that they never meet those of a registry, which count from 1: an installation
that adopts a registry later still reads what it wrote before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from commonline.schemas.catalogue import FILES, schema_of

_PACKAGE: Final = Path(__file__).resolve().parent
BASE: Final = 0x434C_0000
INDEX: Final = _PACKAGE / "ids.json"
FOLDER: Final = _PACKAGE / "avro" / "released"


@dataclass(frozen=True)
class Released:
    """A released version: `revision` counts from 1 for each record; `id` is unique over all records."""

    id: int
    record: str
    revision: int
    fingerprint: str

    @property
    def path(self) -> Path:
        """The file with the full schema."""
        return FOLDER / f"{FILES[self.record]}.{self.revision}.avsc"

    @property
    def schema(self) -> dict[str, Any]:
        """The full schema as it was released."""
        return _read(self.path)


@cache
def _read(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


@cache
def released() -> tuple[Released, ...]:
    """All released versions, oldest first."""
    return tuple(Released(**entry) for entry in json.loads(INDEX.read_text(encoding="utf-8")))


def latest(record: str) -> Released | None:
    """The newest released version of a record."""
    return next((version for version in reversed(released()) if version.record == record), None)


def without_docs(schema: Any) -> Any:
    """The schema without texts: what decides how bytes are read."""
    if isinstance(schema, dict):
        return {key: without_docs(value) for key, value in schema.items() if key != "doc"}
    return [without_docs(item) for item in schema] if isinstance(schema, list) else schema


def is_current(version: Released) -> bool:
    """The version is the present schema of its record, texts aside."""
    return bool(without_docs(version.schema) == without_docs(schema_of(version.record)))
