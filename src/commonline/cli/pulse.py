"""``commonline pulse``: volume and reply time per minute."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from commonline.cli.options import PrefixOption


def pulse(
    home: Annotated[Path, typer.Option(envvar="COMMONLINE_HOME", help="where state lies")] = Path(".commonline"),
    prefix: PrefixOption = "",
    instance: Annotated[
        str, typer.Option(envvar="COMMONLINE_INSTANCE", help="this worker's slot; no two workers share one")
    ] = "0",
    metrics: Annotated[
        str, typer.Option(envvar="COMMONLINE_METRICS", help="host:port of /metrics, /healthz and /readyz")
    ] = "127.0.0.1:9184",
    session_ms: Annotated[int, typer.Option(help="after this silence another worker takes over", min=6000)] = 6000,
) -> None:
    """Count activities and replies by workspace, channel and minute, into pulse.v1 and as metrics.

    A Faust stream. How to write one of your own: docs/write-a-stream.md

    Example: COMMONLINE_KAFKA=127.0.0.1:9092 commonline pulse --metrics 127.0.0.1:0
    """
    from commonline import logs
    from commonline.bus.process import ProcessSettings
    from commonline.errors import ConfigurationError
    from commonline.settings import KafkaSettings
    from commonline.streams.pulse.service import run

    logs.configure()
    kafka = KafkaSettings.from_environ()
    if kafka is None:
        raise ConfigurationError("no broker: set COMMONLINE_KAFKA=host:port, or start everything with: commonline up")
    environ = {
        **os.environ,
        "COMMONLINE_PREFIX": prefix,
        "COMMONLINE_INSTANCE": instance,
        "COMMONLINE_METRICS": metrics,
        "COMMONLINE_SESSION_MS": str(session_ms),
    }
    run(ProcessSettings.from_environ(kafka, home.absolute(), environ))
