"""``commonline gateway token``: who may read over HTTP, beside people who log in."""

from __future__ import annotations

import json as codec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commonline.cli.options import AsJson

if TYPE_CHECKING:
    from commonline.gateway.access.tokens import Token
    from commonline.gateway.store.engine import Store

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Tokens of applications: create, list, revoke.")


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Who it is for; told in lists and logs.")],
    feed: Annotated[list[str] | None, typer.Option(help="workspace/department that it reads; several times.")] = None,
    visibility: Annotated[
        str, typer.Option(help="The tightest that it sees: public, customer, partner, internal, restricted.")
    ] = "public",
    administrator: Annotated[bool, typer.Option("--administrator", help="Sees everything, unredacted.")] = False,
    zone: Annotated[str, typer.Option(help="IANA zone of the times that it is told.")] = "UTC",
    expires: Annotated[str | None, typer.Option(help="When it ends: 90d, 12h, or a time 2027-01-31T09:00.")] = None,
    json: AsJson = False,
) -> None:
    """Make a token and show it, this once: only its hash is kept.

    \b
    commonline gateway token create "service desk wall" --feed acme/service --visibility internal
    commonline gateway token create reports --feed acme/pr --feed acme/marketing --expires 90d --json
    """
    from commonline.errors import ConfigurationError
    from commonline.gateway.access import tokens
    from commonline.gateway.viewer import Viewer

    feeds = tokens.feeds_of(feed or [])
    if not feeds and not administrator:
        raise ConfigurationError("name at least one --feed workspace/department, or give --administrator")
    viewer = Viewer(name, feeds, _level(visibility), administrator, _known(zone))
    with _Opened(context) as store:
        text, token = tokens.create(store, viewer, expires=_end(expires))
    if json:
        typer.echo(codec.dumps({"token": text, **_told(token)}))
        return
    typer.echo(text)
    typer.echo("Keep it now: it is not shown again. Use it as: Authorization: Bearer …", err=True)


@app.command(name="list")
def list_tokens(context: typer.Context, json: AsJson = False) -> None:
    """All tokens, with when they were last used.

    \b
    commonline gateway token list --json
    """
    from commonline.cli.screen import console
    from commonline.gateway.access import tokens

    with _Opened(context) as store:
        found = [_told(token) for token in tokens.listed(store)]
    if json:
        for one in found:
            typer.echo(codec.dumps(one))
        return
    from rich.table import Table

    columns = ("id", "name", "feeds", "visibility", "state", "used")
    table = Table(*columns, box=None)
    for one in found:
        table.add_row(*(", ".join(one[key]) if key == "feeds" else str(one[key] or "never") for key in columns))
    console().print(table)


@app.command()
def revoke(
    context: typer.Context,
    which: Annotated[str, typer.Argument(help="Id or name of the token.")],
    json: AsJson = False,
) -> None:
    """End a token, within seconds; open live streams end too.

    \b
    commonline gateway token revoke "service desk wall"
    """
    from commonline.gateway.access import tokens

    with _Opened(context) as store:
        token = tokens.revoke(store, which)
    typer.echo(codec.dumps(_told(token)) if json else f"{token.viewer.name} ({token.id}) is revoked")


class _Opened:
    """The gateway's database, its tables made if need be."""

    def __init__(self, context: typer.Context) -> None:
        from commonline.gateway.store.engine import Store, address

        home, _, _, _, database = context.obj
        self._store = Store(database or address(Path(home).absolute()))

    def __enter__(self) -> Store:
        self._store.migrate()
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.close()


def _told(token: Token) -> dict[str, Any]:
    from datetime import UTC, datetime

    from commonline.clock import now_us

    def moment(us: int | None) -> str | None:
        return None if us is None else datetime.fromtimestamp(us / 1e6, UTC).isoformat(timespec="seconds")

    viewer = token.viewer
    return {
        "id": token.id,
        "name": viewer.name,
        "feeds": ["all"] if viewer.administrator else sorted(map(str, viewer.feeds)),
        "visibility": "restricted" if viewer.administrator else viewer.visibility,
        "administrator": viewer.administrator,
        "zone": viewer.zone,
        "state": token.fault(now_us()) or "in force",
        "made": moment(token.made),
        "expires": moment(token.expires),
        "used": moment(token.used),
    }


def _level(text: str) -> Any:
    from commonline.errors import ConfigurationError
    from commonline.kit.place import TIGHTNESS

    if text not in TIGHTNESS:
        raise ConfigurationError(f"--visibility {text!r}: use one of {', '.join(TIGHTNESS)}")
    return text


def _known(zone: str) -> str:
    from zoneinfo import available_timezones

    from commonline.errors import ConfigurationError

    if zone not in available_timezones():
        raise ConfigurationError(f"--zone {zone!r}: give an IANA name such as Europe/Berlin")
    return zone


def _end(text: str | None) -> int | None:
    from commonline.cli.ages import moment_us
    from commonline.clock import now_us
    from commonline.configuration.durations import seconds

    if text is None:
        return None
    try:
        return now_us() + seconds(text) * 1_000_000
    except ValueError:
        return moment_us("--expires", text)
