"""Reading the file: TOML, models, the connectors' own settings, secrets.

Every fault names the key, its value and the fix; all faults are told at once.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from commonline.configuration.model import Configuration
from commonline.configuration.sections import Secret
from commonline.errors import ConfigurationError

DEFAULT_FILE = "commonline.toml"


def find(given: Path | None) -> Path:
    """The file to use: given, else ``COMMONLINE_CONFIG``, else ``commonline.toml`` here."""
    return given or Path(os.environ.get("COMMONLINE_CONFIG", DEFAULT_FILE))


def load(path: Path) -> Configuration:
    """Read and check. Raises `ConfigurationError` with one line a fault."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path} does not exist; create it with: commonline init, or name another with --config"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    return parse(text, str(path))


def parse(text: str, name: str = DEFAULT_FILE) -> Configuration:
    """Check a text. Raises `ConfigurationError`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: not valid TOML: {error}") from error
    try:
        return Configuration.model_validate(data)
    except ValidationError as error:
        faults = [_line(fault) for fault in error.errors()]
        raise ConfigurationError(f"{name}:\n" + "\n".join(f"  {line}" for line in faults)) from error


def _line(fault: Any) -> str:
    key = ".".join(str(part) for part in fault["loc"])
    value = fault.get("input")
    shown = f" (is {value!r})" if isinstance(value, (str, int, float, bool)) and not _secretive(key) else ""
    text = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        text, shown = "unknown key; correct its spelling or remove it", ""
    elif fault["type"] == "missing":
        text = "is missing; add it"
    return f"{key}: {text}{shown}" if key else text


def _secretive(key: str) -> bool:
    return any(word in key.lower() for word in ("secret", "token", "password", "key"))


@dataclass(frozen=True, slots=True)
class ResolvedSecret:
    """A secret's values: the first is the one we use to sign or log in, all are accepted when we verify."""

    values: tuple[str, ...]

    def __repr__(self) -> str:
        return "ResolvedSecret(…)"

    @property
    def value(self) -> str:
        """The current one."""
        return self.values[0]


def resolve_secret(key: str, reference: Any, folder: Path) -> ResolvedSecret:
    """Read a secret, or a list of two while it is being rotated.

    `reference` is ``{env = "…"}``, ``{file = "…"}`` or a list of them. Raises `ConfigurationError`; the message never
    holds the secret.
    """
    references = reference if isinstance(reference, list) else [reference]
    if not references:
        raise ConfigurationError(f'{key}: is an empty list; name one place, {{env = "VARIABLE"}} or {{file = "path"}}')
    return ResolvedSecret(tuple(_read_secret(key, one, folder) for one in references))


def _read_secret(key: str, reference: Any, folder: Path) -> str:
    if not isinstance(reference, dict):
        raise ConfigurationError(
            f'{key}: a secret is never written into the file; name its place: {{env = "VARIABLE"}} or {{file = "path"}}'
        )
    try:
        place = Secret.model_validate(reference)
    except ValidationError as error:
        raise ConfigurationError(f"{key}: {_line(error.errors()[0])}") from None
    if place.env is not None:
        value = os.environ.get(place.env)
        if not value:
            raise ConfigurationError(
                f"{key}: the environment variable {place.env} is not set; export it and start again"
            )
        return value
    path = folder / str(place.file)
    try:
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{key}: {path} cannot be read: {error}") from error
    if not value:
        raise ConfigurationError(f"{key}: {path} is empty")
    return value
