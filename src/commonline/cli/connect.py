"""``commonline connect``: the receiving side."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commonline.cli.options import ConfigOption, MetricsOption, PrefixOption, StateOption

if TYPE_CHECKING:
    from commonline.kit.service import Options

GC_THRESHOLDS = (20_000, 20, 50)
"""Calls make few cycles; with Python's defaults the collector runs every dozen of calls."""


def connect(
    config: ConfigOption = None,
    home: StateOption = Path(".commonline"),
    listen: Annotated[
        str | None, typer.Option(help="host:port of the webhook server, in place of the configuration's.")
    ] = None,
    metrics: MetricsOption = "127.0.0.1:9181",
    prefix: PrefixOption = "",
) -> None:
    """Take webhooks at /in/<source>, poll and stream the other sources, and keep what comes on Kafka.

    A call is answered 2xx only when the broker has acknowledged the delivery.

    SIGHUP reads configuration and secrets anew; a wrong file is refused whole.

    Example: COMMONLINE_KAFKA=127.0.0.1:9092 commonline connect --listen 127.0.0.1:8088
    """
    from commonline import logs
    from commonline.kit.service import Connect

    logs.configure()
    options = _options(config, home, listen, metrics, prefix)

    async def serve() -> None:
        service = Connect(options)
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        await service.run()

    asyncio.run(serve())


def _options(config: Path | None, home: Path, listen: str | None, metrics: str, prefix: str) -> Options:
    from commonline.bus.process import schema_ids
    from commonline.cli.options import broker
    from commonline.configuration.addresses import address
    from commonline.configuration.load import find
    from commonline.kit.service import Options
    from commonline.schemas.serde import Serde
    from commonline.secrets import installation_key
    from commonline.topics import Topics

    kafka = broker()
    return Options(
        config=find(config),
        home=home,
        key=installation_key(home),
        kafka=kafka,
        serde=Serde(schema_ids()),
        metrics=address("--metrics", metrics),
        topics=Topics(prefix),
        listen=address("--listen", listen) if listen else None,
    )
