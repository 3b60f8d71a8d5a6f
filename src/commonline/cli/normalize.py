"""``commonline normalize``: the stateless stage."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from commonline.cli.options import ConfigOption, PrefixOption


def normalize(
    config: ConfigOption = None,
    home: Annotated[Path, typer.Option(envvar="COMMONLINE_HOME", help="where state lies")] = Path(".commonline"),
    prefix: PrefixOption = "",
    instance: Annotated[
        str, typer.Option(envvar="COMMONLINE_INSTANCE", help="this worker's slot; no two workers share one")
    ] = "0",
    metrics: Annotated[
        str, typer.Option(envvar="COMMONLINE_METRICS", help="host:port of /metrics, /healthz and /readyz")
    ] = "127.0.0.1:9182",
    batch_records: Annotated[int, typer.Option(help="most deliveries taken at once", min=1)] = 2000,
    session_ms: Annotated[int, typer.Option(help="after this silence another worker takes over", min=6000)] = 6000,
) -> None:
    """Turn deliveries into activities, each by its connector's mapping.

    At the start, and on SIGHUP, the configuration is put into force: missing topics are created, and each
    workspace's departments and rules go into its log.

    Example: COMMONLINE_KAFKA=127.0.0.1:9092 commonline normalize --instance 1 --metrics 127.0.0.1:0
    """
    from commonline import logs
    from commonline.bus.process import ProcessSettings
    from commonline.configuration.load import find
    from commonline.errors import ConfigurationError
    from commonline.settings import KafkaSettings
    from commonline.streams.normalize.service import run

    logs.configure()
    kafka = KafkaSettings.from_environ()
    if kafka is None:
        raise ConfigurationError("no broker: set COMMONLINE_KAFKA=host:port, or start everything with: commonline up")
    environ = {
        **os.environ,
        "COMMONLINE_PREFIX": prefix,
        "COMMONLINE_INSTANCE": instance,
        "COMMONLINE_METRICS": metrics,
        "COMMONLINE_BATCH_RECORDS": str(batch_records),
        "COMMONLINE_SESSION_MS": str(session_ms),
    }
    run(find(config), ProcessSettings.from_environ(kafka, home.absolute(), environ))
