"""``commonline gateway``: what people and applications see of the line, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commonline.cli import gateway_token, gateway_webhook
from commonline.cli.options import ConfigOption, PrefixOption, StateOption

if TYPE_CHECKING:
    from commonline.gateway.service import GatewaySettings

LISTEN = "127.0.0.1:8090"
ListenOption = Annotated[
    str,
    typer.Option(
        envvar=["COMMONLINE_GATEWAY", "COMMONLINE_METRICS"],
        help="host:port of the API, /metrics, /healthz and /readyz.",
    ),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar="COMMONLINE_DATABASE",
        help="SQLAlchemy URL: sqlite:///file or postgresql://user@host/name (default: a SQLite file in the home).",
    ),
]
app = typer.Typer(
    add_completion=False, help="Serve conversations to people and programs, from a database that the log fills."
)
app.add_typer(gateway_token.app, name="token")
app.add_typer(gateway_webhook.app, name="webhook")


@app.callback(invoke_without_command=True)
def gateway(
    context: typer.Context,
    home: StateOption = Path(".commonline"),
    config: ConfigOption = None,
    prefix: PrefixOption = "",
    listen: ListenOption = LISTEN,
    database: DatabaseOption = None,
) -> None:
    """Serve conversations to people (pages at /) and programs (/v1), from a database that the log fills.

    \b
    COMMONLINE_KAFKA=127.0.0.1:9092 commonline gateway
    COMMONLINE_DATABASE=postgresql://commonline@db/commonline commonline gateway --listen 0.0.0.0:8090
    commonline gateway token create wall --feed acme/service --visibility internal
    commonline gateway rebuild              drop what was projected, read the log again
    """
    context.obj = (home, config, prefix, listen, database)
    if context.invoked_subcommand is None:
        from commonline.console.app import routers
        from commonline.gateway.service import run

        run(_settings(*context.obj), routers)


@app.command()
def rebuild(context: typer.Context) -> None:
    """Drop what was projected and read the log again, to its end; what is not of the log (read marks) stays.

    What departments could see in the past is exact from this moment on only, where their feeds were compacted.
    """
    from commonline.cli.progress import bar
    from commonline.gateway.service import rebuild as build

    found = _settings(*context.obj)
    with bar("reading", quiet=False) as shown:
        task = shown.add_task("")
        read = build(found, lambda done, total: shown.update(task, completed=done, total=total))
    typer.echo(f"{read:,} records read")


def _settings(home: Path, config: Path | None, prefix: str, listen: str, database: str | None) -> GatewaySettings:
    from commonline.bus.process import host_and_port
    from commonline.cli.options import configuration_if_any, settings
    from commonline.configuration.load import find
    from commonline.gateway.service import GatewaySettings
    from commonline.gateway.store.engine import address

    host, port = host_and_port("--listen", listen)
    process = settings(home, prefix)
    return GatewaySettings(
        process=process,
        database=database or address(process.home),
        host=host,
        port=port,
        configuration=configuration_if_any(config),
        folder=find(config).absolute().parent,
    )
