"""Where the feeds are: the same variables by which every process of Commonline is told.

| variable | meaning |
|---|---|
| ``COMMONLINE_KAFKA``, ``COMMONLINE_KAFKA_…`` | address and credentials (docs/operations.md) |
| ``COMMONLINE_PREFIX`` | begins the names of topics and groups, where several installations share a cluster |
| ``COMMONLINE_REGISTRY`` | asked for schemas that are newer than this package; without it, none is asked |
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from commonline.errors import ConfigurationError
from commonline.settings import KafkaSettings
from commonline.topics import Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Address and credentials of an installation's Kafka, and how it names its topics."""

    kafka: KafkaSettings
    topics: Topics = field(default_factory=Topics)
    registry: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> ClientSettings:
        """Settings from the variables above. Raises `ConfigurationError`."""
        kafka = KafkaSettings.from_environ(environ)
        if kafka is None:
            raise ConfigurationError("COMMONLINE_KAFKA is not set: give host:port of the Kafka with the feeds")
        return cls(
            kafka=kafka,
            topics=Topics(environ.get("COMMONLINE_PREFIX", "")),
            registry=environ.get("COMMONLINE_REGISTRY") or None,
        )
