"""``commonline unify``: the stateful stage."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated

import typer


def unify(
    home: Annotated[Path, typer.Option(envvar="COMMONLINE_HOME", help="where state lies")] = Path(".commonline"),
    prefix: Annotated[str, typer.Option(envvar="COMMONLINE_PREFIX", help="prefix of topic and group names")] = "",
    instance: Annotated[
        str, typer.Option(envvar="COMMONLINE_INSTANCE", help="this worker's slot; no two workers share one")
    ] = "0",
    metrics: Annotated[
        str, typer.Option(envvar="COMMONLINE_METRICS", help="host:port of /metrics, /healthz and /readyz")
    ] = "127.0.0.1:9183",
    batch_records: Annotated[int, typer.Option(help="most records of one transaction", min=1)] = 10_000,
    session_ms: Annotated[int, typer.Option(help="after this silence another worker takes over", min=6000)] = 6000,
) -> None:
    """Join activities into conversations and write the departments' feeds.

    Example: COMMONLINE_KAFKA=127.0.0.1:9092 commonline unify --instance 1 --metrics 127.0.0.1:0
    """
    from commonline.errors import ConfigurationError
    from commonline.schemas.ids import SchemaIds
    from commonline.schemas.registry import Registry
    from commonline.secrets import installation_key
    from commonline.settings import KafkaSettings
    from commonline.streams.unify.service import UnifySettings, run

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    kafka = KafkaSettings.from_environ()
    if kafka is None:
        raise ConfigurationError("no broker: set COMMONLINE_KAFKA=host:port, or start everything with: commonline up")
    registry = os.environ.get("COMMONLINE_REGISTRY")
    host, _, port = metrics.rpartition(":")
    run(
        UnifySettings(
            kafka=kafka,
            key=installation_key(home),
            home=home,
            ids=SchemaIds.from_registry(Registry(registry)) if registry else SchemaIds.bundled(),
            prefix=prefix,
            instance=instance,
            metrics_host=host or "127.0.0.1",
            metrics_port=int(port),
            batch_records=batch_records,
            session_ms=session_ms,
        )
    )
