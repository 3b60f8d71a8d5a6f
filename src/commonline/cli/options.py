"""Options that many commands share, and what they lead to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from commonline.bus.process import ProcessSettings
    from commonline.configuration.model import Configuration
    from commonline.settings import KafkaSettings

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of all state (default: COMMONLINE_HOME, else .commonline here)."),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file (default: COMMONLINE_CONFIG, else commonline.toml here)."),
]
StateOption = Annotated[Path, typer.Option("--home", envvar="COMMONLINE_HOME", help="Where state lies.")]
InstanceOption = Annotated[
    str, typer.Option(envvar="COMMONLINE_INSTANCE", help="This worker's slot; no two workers share one.")
]
MetricsOption = Annotated[
    str, typer.Option(envvar="COMMONLINE_METRICS", help="host:port of /metrics, /healthz and /readyz.")
]
SessionOption = Annotated[int, typer.Option(help="After this silence another worker takes over.", min=6000)]
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


def broker() -> KafkaSettings:
    """The broker that a service works with. Raises `ConfigurationError` when none is named."""
    from commonline.errors import ConfigurationError
    from commonline.settings import KafkaSettings

    kafka = KafkaSettings.from_environ()
    if kafka is None:
        raise ConfigurationError("no broker: set COMMONLINE_KAFKA=host:port, or start everything with: commonline up")
    return kafka


def stage(
    home: Path, prefix: str, instance: str, metrics: str, *, batch_records: int, session_ms: int
) -> ProcessSettings:
    """Settings of a stage's process, from its command's options."""
    from commonline.bus.process import ProcessSettings

    environ = {
        **os.environ,
        "COMMONLINE_PREFIX": prefix,
        "COMMONLINE_INSTANCE": instance,
        "COMMONLINE_METRICS": metrics,
        "COMMONLINE_BATCH_RECORDS": str(batch_records),
        "COMMONLINE_SESSION_MS": str(session_ms),
    }
    return ProcessSettings.from_environ(broker(), home.absolute(), environ)


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
