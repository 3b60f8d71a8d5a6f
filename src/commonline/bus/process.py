"""What a stage's process is told: by environment (the supervisor's way), with command line options before it.

| variable | meaning |
|---|---|
| ``COMMONLINE_HOME`` | folder of all state |
| ``COMMONLINE_PREFIX`` | begins the names of topics, groups and transactional ids |
| ``COMMONLINE_INSTANCE`` | which of several equal processes this is: its static member id and its folder of state |
| ``COMMONLINE_METRICS`` | ``host:port`` of /metrics, /healthz, /readyz; port 0 takes a free one |
| ``COMMONLINE_PARTITIONS`` | partitions of a new installation (8 on one broker, else 32) |
| ``COMMONLINE_REGISTRY`` | address of a schema registry; without it the bundled schema ids are used |
| ``COMMONLINE_BATCH_RECORDS``, ``COMMONLINE_BATCH_WAIT_MS`` | most records of a batch; how long to wait for more |
| ``COMMONLINE_SESSION_MS`` | how long a silent process keeps its partitions |
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from commonline.errors import ConfigurationError, RetryLaterError
from commonline.schemas.errors import SchemaError
from commonline.schemas.ids import SchemaIds
from commonline.schemas.registry import Registry, RegistryError
from commonline.settings import KafkaSettings
from commonline.topics import Topics

PREFIX = "COMMONLINE_"
_NAME = re.compile(r"[a-zA-Z0-9._-]{0,80}\Z")
_SLOT = re.compile(r"[a-zA-Z0-9_-]{1,40}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSettings:
    """Settings of one process of a stage. Raises `ConfigurationError` for values that cannot be."""

    kafka: KafkaSettings
    home: Path
    prefix: str = ""
    slot: str = "0"
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    partitions: int | None = None
    batch_records: int = 2000
    batch_wait_ms: int = 0
    session_ms: int = 6000
    ids: SchemaIds = field(default_factory=SchemaIds.bundled, repr=False)

    def __post_init__(self) -> None:
        if not _NAME.match(self.prefix):
            raise ConfigurationError(f"{PREFIX}PREFIX: is {self.prefix!r}; use letters, digits, . _ and -, at most 80")
        if not _SLOT.match(self.slot):
            raise ConfigurationError(f"{PREFIX}INSTANCE: is {self.slot!r}; use letters, digits, _ and -, at most 40")

    @property
    def topics(self) -> Topics:
        """Real topic names."""
        return Topics(self.prefix)

    @classmethod
    def from_environ(cls, kafka: KafkaSettings, home: Path, environ: Mapping[str, str] = os.environ) -> ProcessSettings:
        """Settings from the variables above. Raises `ConfigurationError`, `RetryLaterError` (registry silent)."""
        host, port = host_and_port(f"{PREFIX}METRICS", environ.get(f"{PREFIX}METRICS") or "127.0.0.1:0")
        return cls(
            kafka=kafka,
            home=home,
            prefix=environ.get(f"{PREFIX}PREFIX", ""),
            slot=environ.get(f"{PREFIX}INSTANCE") or "0",
            metrics_host=host,
            metrics_port=port,
            partitions=_number(environ, "PARTITIONS", 1, 1000),
            batch_records=_number(environ, "BATCH_RECORDS", 1, 100_000) or 2000,
            batch_wait_ms=_number(environ, "BATCH_WAIT_MS", 0, 60_000) or 0,
            session_ms=_number(environ, "SESSION_MS", 1000, 1_800_000) or 6000,
            ids=schema_ids(environ),
        )


def schema_ids(environ: Mapping[str, str] = os.environ) -> SchemaIds:
    """Ids from the registry that ``COMMONLINE_REGISTRY`` names, else those that come with the package.

    Raises `RetryLaterError` when the registry does not answer, `ConfigurationError` when it refuses.
    """
    url = environ.get(f"{PREFIX}REGISTRY")
    if not url:
        return SchemaIds.bundled()
    try:
        with Registry(url) as registry:
            return SchemaIds.from_registry(registry)
    except RegistryError as error:
        if error.status == 0:
            raise RetryLaterError(str(error)) from error
        raise ConfigurationError(f"{PREFIX}REGISTRY: {error}") from error
    except SchemaError as error:
        raise ConfigurationError(f"{PREFIX}REGISTRY: {error}") from error


def host_and_port(name: str, text: str) -> tuple[str, int]:
    """Where to listen. Raises `ConfigurationError` that calls the setting by `name`."""
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isdigit() and int(port) < 65536):
        raise ConfigurationError(f"{name}: is {text!r}; give host:port, port 0 for a free one")
    return host.strip("[]"), int(port)


def _number(environ: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    text = environ.get(PREFIX + name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ConfigurationError(f"{PREFIX}{name}: is {text!r}; give a number from {least} to {most}")
    return int(text)
