"""Finds connectors by their folders; imports a connector's code only when it is used."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import commonline.connectors
from commonline.errors import ConfigurationError
from commonline.kit import manifest as manifests
from commonline.kit.declared.plan import Plan
from commonline.kit.manifest import Manifest
from commonline.kit.mapping import Entry, EventMapping, Outcome, map_delivery
from commonline.kit.samples import Sample
from commonline.kit.samples import read as read_samples
from commonline.kit.source import Reader
from commonline.schemas.records import Delivery

PACKAGE = "commonline.connectors"
FOLDERS_VARIABLE = "COMMONLINE_CONNECTORS"
"""Environment variable with further folders of connectors, for those of your own (parted as in ``PATH``)."""


@dataclass(frozen=True, slots=True)
class Connector:
    """A connector, its code loaded."""

    name: str
    folder: Path
    manifest: Manifest
    entries: Callable[[Delivery, Mapping[str, Any]], list[Entry]]
    events: Mapping[str, EventMapping]
    read: Reader | None
    declared: Callable[[Mapping[str, Any]], Plan] | None = None
    """The plan of a source whose mapping is declared, where each body of JSON is one item and nothing else: then
    the compiled form may stand for `entries` and `events`."""

    def map(self, delivery: Delivery, settings: Mapping[str, Any]) -> list[Outcome]:
        """Map a delivery; `settings` are those that the manifest marks ``mapping = true``."""
        return map_delivery(delivery, self.entries, self.events, self.manifest.events.ignored, settings)


def roots() -> list[Path]:
    """The folders that hold connectors, links resolved: the project's own, then those of
    ``COMMONLINE_CONNECTORS``."""
    for extra in filter(None, os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep)):
        if extra not in commonline.connectors.__path__:
            commonline.connectors.__path__.append(extra)
    return [Path(root).resolve() for root in commonline.connectors.__path__ if Path(root).is_dir()]


def folders() -> dict[str, Path]:
    """Every connector's folder by name, sorted."""
    found: dict[str, Path] = {}
    for root in roots():
        for path in sorted(root.iterdir()):
            if (path / "manifest.toml").is_file():
                found[path.name] = path
    return found


@cache
def manifest(name: str) -> Manifest:
    """The manifest of a connector. Raises `ConfigurationError` for an unknown name."""
    known = folders()
    if name not in known:
        raise ConfigurationError(f"connector {name!r} does not exist; there are: {', '.join(known)}")
    return manifests.load(known[name])


def check_settings(name: str, settings: Mapping[str, Any]) -> None:
    """Let a connector check its own mapping settings, if its ``mapping.py`` has ``check_settings(settings)``.

    Raises `ConfigurationError` naming the key below the source and the fix.
    """
    check = getattr(importlib.import_module(f"{PACKAGE}.{name}.mapping"), "check_settings", None)
    if check is not None:
        check(settings)


def samples(name: str, file: str, data: bytes) -> list[Sample]:
    """The samples of a file: by ``read(file, data)`` of the connector's ``samples.py``, else as usual."""
    if (folders()[name] / "samples.py").is_file():
        told: list[Sample] | None = importlib.import_module(f"{PACKAGE}.{name}.samples").read(file, data)
        if told is not None:
            return told
    return read_samples(file, data)


@cache
def connector(name: str) -> Connector:
    """Load a connector. Raises `ConfigurationError` for an unknown name or a folder without its parts."""
    facts = manifest(name)
    folder = folders()[name]
    mapping = importlib.import_module(f"{PACKAGE}.{name}.mapping")
    read: Reader | None = None
    if (folder / "source.py").is_file():
        read = cast("Reader", importlib.import_module(f"{PACKAGE}.{name}.source").read)
    try:
        declared = getattr(mapping, "declared", None)
        return Connector(name, folder, facts, mapping.entries, mapping.EVENTS, read, declared)
    except AttributeError as error:
        raise ConfigurationError(f"{folder / 'mapping.py'}: {error}") from error
