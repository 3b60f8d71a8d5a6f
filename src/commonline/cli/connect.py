"""``commonline connect``: the receiving side."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer


def connect(
    config: Annotated[
        Path | None,
        typer.Option(help="configuration file (default: COMMONLINE_CONFIG, else commonline.toml here)"),
    ] = None,
    home: Annotated[Path, typer.Option(envvar="COMMONLINE_HOME", help="where state lies")] = Path(".commonline"),
    listen: Annotated[
        str | None, typer.Option(help="host:port of the webhook server, in place of the configuration's")
    ] = None,
    metrics: Annotated[
        str, typer.Option(envvar="COMMONLINE_METRICS", help="host:port of /metrics, /healthz and /readyz")
    ] = "127.0.0.1:9181",
    prefix: Annotated[str, typer.Option(envvar="COMMONLINE_PREFIX", help="prefix of topic and group names")] = "",
) -> None:
    """Take webhooks at /in/<source>, poll and stream the other sources, and keep what comes on Kafka.

    A call is answered 2xx only when the broker has acknowledged the delivery.

    SIGHUP reads configuration and secrets anew; a wrong file is refused whole.

    Example: COMMONLINE_KAFKA=127.0.0.1:9092 commonline connect --listen 127.0.0.1:8088
    """
    from commonline import logs
    from commonline.configuration.addresses import address
    from commonline.configuration.load import find
    from commonline.errors import ConfigurationError
    from commonline.kit.service import Connect, Options
    from commonline.schemas.ids import SchemaIds
    from commonline.schemas.registry import Registry
    from commonline.schemas.serde import Serde
    from commonline.secrets import installation_key
    from commonline.settings import KafkaSettings
    from commonline.topics import Topics

    logs.configure()
    kafka = KafkaSettings.from_environ()
    if kafka is None:
        raise ConfigurationError("no broker: set COMMONLINE_KAFKA=host:port, or start everything with: commonline up")
    registry = os.environ.get("COMMONLINE_REGISTRY")
    options = Options(
        config=find(config),
        home=home,
        key=installation_key(home),
        kafka=kafka,
        serde=Serde(SchemaIds.from_registry(Registry(registry)) if registry else SchemaIds.bundled()),
        metrics=address("--metrics", metrics),
        topics=Topics(prefix),
        listen=address("--listen", listen) if listen else None,
    )

    async def serve() -> None:
        await Connect(options).run()

    asyncio.run(serve())
