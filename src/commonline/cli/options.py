"""Options that many commands share, and what they lead to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from commonline.bus.process import ProcessSettings
    from commonline.configuration.model import Configuration

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of all state (default: COMMONLINE_HOME, else .commonline here)."),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file (default: COMMONLINE_CONFIG, else commonline.toml here)."),
]
PrefixOption = Annotated[str, typer.Option(envvar="COMMONLINE_PREFIX", help="Prefix of topic and group names.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: JSON lines.")]


def settings(home: Path | None, prefix: str) -> ProcessSettings:
    """Settings for a command that looks at a running installation.

    Raises `PlatformError` when none runs, `ConfigurationError` for variables that cannot be.
    """
    from commonline.bus.process import ProcessSettings
    from commonline.local.home import Home
    from commonline.local.platform import connect

    place = Home.find(home)
    environ = {**os.environ, "COMMONLINE_PREFIX": prefix}
    registry = place.described().get("registry")
    if isinstance(registry, str):
        environ.setdefault("COMMONLINE_REGISTRY", registry)
    return ProcessSettings.from_environ(connect(place, environ), place.path, environ)


def configuration(file: Path | None) -> Configuration:
    """The configuration, checked. Raises `ConfigurationError`."""
    from commonline.configuration.load import find, load

    return load(find(file))


def configuration_if_any(file: Path | None) -> Configuration | None:
    """The configuration, or None where no file is named and none is there."""
    from commonline.configuration.load import find, load

    path = find(file)
    if file is None and "COMMONLINE_CONFIG" not in os.environ and not path.exists():
        return None
    return load(path)
