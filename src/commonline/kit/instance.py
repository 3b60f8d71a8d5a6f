"""A source as it runs: configuration and manifest brought together, secrets resolved, settings checked."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commonline.configuration.load import ResolvedSecret, resolve_secret
from commonline.configuration.model import Configuration, Source, Workspace
from commonline.errors import ConfigurationError
from commonline.kit import catalogue
from commonline.kit.manifest import Manifest, Setting
from commonline.kit.place import Placement

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "list": list,
    "table": dict,
}


@dataclass(frozen=True, slots=True)
class Instance:
    """One configured source. `settings` are complete (defaults filled in, secrets as `ResolvedSecret`)."""

    name: str
    workspace: str
    manifest: Manifest
    settings: Mapping[str, Any]
    mapping_settings: Mapping[str, Any]
    placement: Placement

    @property
    def live_secrets(self) -> tuple[str, ...]:
        """All values of all secret settings: what must never be stored or shown."""
        resolved = (value for value in self.settings.values() if isinstance(value, ResolvedSecret))
        return tuple(secret for one in resolved for secret in one.values)

    def secrets(self, name: str) -> tuple[str, ...]:
        """All live values of a secret setting; empty when it is not set."""
        value = self.settings.get(name)
        return value.values if isinstance(value, ResolvedSecret) else ()


def instances(configuration: Configuration, folder: Path, *, secrets: bool = True) -> dict[str, Instance]:
    """All enabled sources. `folder` is where relative secret files stand.

    With ``secrets=False`` secrets are checked for form but not read (normalize needs none).
    Raises `ConfigurationError` naming source, key, value and fix.
    """
    return {
        name: instance(name, source, configuration.workspaces[source.workspace], folder, secrets=secrets)
        for name, source in configuration.sources.items()
        if source.enabled
    }


def instance(name: str, source: Source, workspace: Workspace, folder: Path, *, secrets: bool = True) -> Instance:
    """Bring one source together. Raises `ConfigurationError`."""
    try:
        manifest = catalogue.manifest(source.connector)
    except ConfigurationError as error:
        raise ConfigurationError(f"sources.{name}.connector: {error}") from None
    given = source.settings
    _reject_unknown(name, given, manifest)
    settings: dict[str, Any] = {}
    for key, declared in manifest.all_settings.items():
        where = f"sources.{name}.{key}"
        if key not in given:
            if declared.required:
                raise ConfigurationError(f"{where}: is missing; {declared.help}{_example(key, declared)}")
            settings[key] = declared.default
        elif declared.secret:
            settings[key] = resolve_secret(where, given[key], folder) if secrets else None
        else:
            settings[key] = checked(where, given[key], declared)
    chosen = _mapping_settings(manifest, settings, workspace)
    try:
        catalogue.check_settings(source.connector, chosen)
    except ConfigurationError as error:
        raise ConfigurationError(f"sources.{name}.{error}") from None
    return Instance(
        name=name,
        workspace=source.workspace,
        manifest=manifest,
        settings=settings,
        mapping_settings=chosen,
        placement=_placement(source, workspace),
    )


def _mapping_settings(manifest: Manifest, settings: dict[str, Any], workspace: Workspace) -> dict[str, Any]:
    chosen = {key: settings[key] for key, declared in manifest.settings.items() if declared.mapping}
    return {**chosen, "region": workspace.region}


def _placement(source: Source, workspace: Workspace) -> Placement:
    own = [*workspace.own_accounts, *source.own_accounts]
    return Placement(
        own=frozenset(account for account in own if "*" not in account),
        own_patterns=tuple(sorted({account for account in own if "*" in account})),
        floor=source.visibility,
        unknown_side=source.unknown_side,
        our_account=source.our_account,
    )


def _reject_unknown(name: str, given: Mapping[str, Any], manifest: Manifest) -> None:
    for key in given:
        if key not in manifest.all_settings:
            near = difflib.get_close_matches(key, manifest.all_settings, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"it knows: {', '.join(manifest.all_settings) or 'none'}"
            raise ConfigurationError(f"sources.{name}.{key}: {manifest.name} has no such setting; {hint}")


def checked(where: str, value: Any, declared: Setting) -> Any:
    """A setting's value, if it is of the declared type and choice. Raises `ConfigurationError`."""
    wanted = _TYPES[declared.type]
    if not isinstance(value, wanted) or (isinstance(value, bool) and declared.type != "boolean"):
        raise ConfigurationError(f"{where}: is {value!r}, must be a {declared.type}; {declared.help}")
    if declared.choices and value not in declared.choices:
        raise ConfigurationError(f"{where}: is {value!r}; choose one of {', '.join(map(str, declared.choices))}")
    return value


def _example(key: str, declared: Setting) -> str:
    if declared.secret:
        return f' — for instance: {key} = {{env = "{key.upper()}"}}'
    return f" — for instance: {key} = {declared.example!r}" if declared.example is not None else ""
