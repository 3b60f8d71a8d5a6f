"""Reads files and brings them through a connector, in the order of their names."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from commonline.clock import now_us
from commonline.configuration.load import ResolvedSecret
from commonline.configuration.model import Source, Workspace
from commonline.errors import ConfigurationError
from commonline.kit import catalogue
from commonline.kit.catalogue import Connector
from commonline.kit.hooks import hooks
from commonline.kit.instance import Instance, instance
from commonline.kit.replay import WORKSPACE, Result, Trial, Verdict, trial, verdict

BESIDE = (".expected.json", ".meta.json")
"""Files that stand beside fixtures and are none."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One sample: what became of it as a whole, and entry by entry."""

    verdict: Verdict
    results: list[Result]


def read_settings(name: str, path: Path | None) -> Trial:
    """The source to try: without a file as the manifest's defaults say, else as the file's table says.

    The file holds the keys of one ``[sources.<name>]`` table, without that header; secrets need not be there.
    Raises `ConfigurationError`.
    """
    connector = catalogue.connector(name)
    source = _source(connector, path) if path else trial(connector, {}).source
    webhook = connector.manifest.webhook
    if webhook is None:
        return Trial(connector, source)
    adapt = hooks(name).webhook
    kept = adapt(source.settings, webhook) if adapt else webhook
    return Trial(connector, source, tuple(kept.headers))


def replayed(name: str, paths: list[Path], source: Trial) -> list[Replayed]:
    """Every sample of every file."""
    found = []
    received = now_us()
    for file, shown in _files(paths):
        try:
            data = file.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from error
        for sample in catalogue.samples(name, shown, data):
            results = source.run(source.delivery(sample, received))
            found.append(Replayed(verdict(sample.name, results), results))
    return found


def _files(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Files with the names to show; below a folder, all of it but what is hidden."""
    for path in paths:
        if path.is_dir():
            inner = (p for p in sorted(path.rglob("*")) if p.is_file())
            for one in inner:
                if not one.name.startswith(".") and not one.name.endswith(BESIDE):
                    yield one, one.relative_to(path).as_posix()
        elif path.exists():
            yield path, path.name
        else:
            raise ConfigurationError(f"{path} does not exist; name a file or a folder of files")


def _source(connector: Connector, path: Path) -> Instance:
    manifest = connector.manifest
    secrets = {key: ResolvedSecret(("not-read",)) for key, setting in manifest.settings.items() if setting.secret}
    unread = {key: {"env": "NOT_READ"} for key in secrets if manifest.settings[key].required}
    given = {"connector": manifest.name, "workspace": WORKSPACE, **unread, **_table(path)}
    try:
        source = Source.model_validate(given)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    placed = instance(manifest.name, source, Workspace(), path.parent, secrets=False)
    return replace(placed, settings={**placed.settings, **secrets})


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
