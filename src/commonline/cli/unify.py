"""``commonline unify``: the stateful stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commonline.cli.options import InstanceOption, MetricsOption, PrefixOption, SessionOption, StateOption


def unify(
    home: StateOption = Path(".commonline"),
    prefix: PrefixOption = "",
    instance: InstanceOption = "0",
    metrics: MetricsOption = "127.0.0.1:9183",
    batch_records: Annotated[int, typer.Option(help="Most records of one transaction.", min=1)] = 10_000,
    session_ms: SessionOption = 6000,
) -> None:
    """Join activities into conversations and write the departments' feeds.

    Example: COMMONLINE_KAFKA=127.0.0.1:9092 commonline unify --instance 1 --metrics 127.0.0.1:0
    """
    from commonline import logs
    from commonline.cli.options import stage
    from commonline.secrets import installation_key
    from commonline.streams.unify.service import UnifySettings, run

    logs.configure()
    settings = stage(home, prefix, instance, metrics, batch_records=batch_records, session_ms=session_ms)
    run(UnifySettings.of(settings, installation_key(settings.home)))
