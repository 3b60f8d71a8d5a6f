"""``commonline normalize``: the stateless stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commonline.cli.options import (
    ConfigOption,
    InstanceOption,
    MetricsOption,
    PrefixOption,
    SessionOption,
    StateOption,
)


def normalize(
    config: ConfigOption = None,
    home: StateOption = Path(".commonline"),
    prefix: PrefixOption = "",
    instance: InstanceOption = "0",
    metrics: MetricsOption = "127.0.0.1:9182",
    batch_records: Annotated[int, typer.Option(help="Most deliveries taken at once.", min=1)] = 2000,
    session_ms: SessionOption = 6000,
) -> None:
    """Turn deliveries into activities, each by its connector's mapping.

    At the start, and on SIGHUP, the configuration is put into force: missing topics are created, and each
    workspace's departments and rules go into its log.

    Example: COMMONLINE_KAFKA=127.0.0.1:9092 commonline normalize --instance 1 --metrics 127.0.0.1:0
    """
    from commonline import logs
    from commonline.cli.options import stage
    from commonline.configuration.load import find
    from commonline.streams.normalize.service import run

    logs.configure()
    settings = stage(home, prefix, instance, metrics, batch_records=batch_records, session_ms=session_ms)
    run(find(config), settings)
