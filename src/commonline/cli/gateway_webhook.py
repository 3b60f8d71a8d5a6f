"""``commonline gateway webhook``: who is called with what a feed says, at the database of the gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commonline.gateway.outbound.subscriptions import Subscription

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Signed calls to subscribers: docs/gateway-webhooks.md"
)
IdArgument = Annotated[str, typer.Argument(help="Id of the subscription, or how it begins.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value.")]


@app.command("list")
def list_(context: typer.Context, json: JsonOption = False) -> None:
    """Show all subscriptions."""
    from commonline.cli.screen import console, print_json
    from commonline.gateway.outbound import queue, subscriptions

    with _database(context) as connection:
        found = [(one, queue.counts(connection, one.id)) for one in subscriptions.every(connection)]
    if json:
        print_json([_told(one, counts) for one, counts in found])
        return
    for one, counts in found:
        rest = f"{counts.get('pending', 0)} pending, {counts.get('dead', 0)} dead"
        console().print(f"{one.id[:8]}  {one.feed}  {one.state}  {rest}  {one.url}", markup=False)


@app.command()
def add(
    context: typer.Context,
    feed: Annotated[str, typer.Argument(help="workspace/department", show_default=False)],
    url: Annotated[str, typer.Argument(help="Where to.", show_default=False)],
    wanted: Annotated[
        str, typer.Option("--filter", help='JSON: {"channels": ["ticket"]} (default: everything)')
    ] = "{}",
    description: Annotated[str, typer.Option(help="For people.")] = "",
) -> None:
    """Subscribe an address to a feed, from now on; prints the id and the secret, which is not shown again."""
    from pydantic import ValidationError

    from commonline.clock import now_us
    from commonline.errors import ConfigurationError
    from commonline.gateway.outbound import subscriptions
    from commonline.gateway.outbound.destination import Allowed
    from commonline.gateway.outbound.filters import Filter
    from commonline.gateway.viewer import FeedName

    workspace, slash, department = feed.partition("/")
    if not slash:
        raise ConfigurationError(f"feed {feed!r}: give workspace/department")
    try:
        asked = Filter.model_validate_json(wanted)
    except ValidationError as error:
        raise ConfigurationError(f"--filter: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}") from error
    Allowed.from_environ().check(url)
    with _database(context) as connection:
        name = FeedName(workspace, department)
        made = subscriptions.add(connection, name, url, asked, description=description, by="terminal", now=now_us())
    typer.echo(f"{made.id}\n{made.secrets[0][0]}")


@app.command()
def remove(context: typer.Context, identifier: IdArgument) -> None:
    """End a subscription; what was still to be sent is forgotten."""
    from commonline.gateway.outbound import subscriptions

    with _database(context) as connection:
        subscriptions.remove(connection, _one(connection, identifier).id)


@app.command()
def test(context: typer.Context, identifier: IdArgument) -> None:
    """Send a call of type ping now; exit 1 if it was not taken."""
    from commonline.gateway.outbound.destination import Allowed
    from commonline.gateway.outbound.ping import ping

    with _database(context) as connection:
        found = _one(connection, identifier)
    outcome = ping(found, Allowed.from_environ())
    typer.echo(
        f"{outcome.status or 'no answer'} in {outcome.took_s:.2f} s{f': {outcome.error}' if outcome.error else ''}"
    )
    if not outcome.good:
        raise typer.Exit(1)


@app.command()
def dead(context: typer.Context, identifier: IdArgument, json: JsonOption = False) -> None:
    """Show what was given up, newest first."""
    from dataclasses import asdict

    from commonline.cli.screen import console, print_json
    from commonline.gateway.outbound import queue

    with _database(context) as connection:
        rows = queue.listed(connection, _one(connection, identifier).id, "dead", None, 1000)
    if json:
        print_json([asdict(row) for row in rows])
        return
    for row in rows:
        console().print(f"{row.position}  {row.type}  {row.attempts} attempts  {row.error}", markup=False)


@app.command()
def replay(
    context: typer.Context,
    identifier: IdArgument,
    position: Annotated[int | None, typer.Argument(help="One dead letter (default: all).")] = None,
) -> None:
    """Send dead letters once more."""
    from commonline.clock import now_us
    from commonline.gateway.outbound import queue

    with _database(context) as connection:
        count = queue.again(connection, _one(connection, identifier).id, position, now_us())
    typer.echo(f"{count:,} are sent once more")


@app.command()
def rotate(
    context: typer.Context,
    identifier: IdArgument,
    overlap_s: Annotated[
        int, typer.Option("--overlap", min=0, help="Seconds in which the old one signs as well.")
    ] = 86_400,
) -> None:
    """Make a new secret and print it."""
    from commonline.clock import now_us
    from commonline.gateway.outbound import subscriptions

    with _database(context) as connection:
        found = _one(connection, identifier)
        typer.echo(subscriptions.rotate(connection, found, now=now_us(), overlap_us=overlap_s * 1_000_000))


@contextmanager
def _database(context: typer.Context) -> Iterator[Connection]:
    from commonline.gateway.store.engine import Store, address

    home, _, _, _, database = context.obj
    store = Store(database or address(home))
    try:
        store.migrate()
        with store.writing() as connection:
            yield connection
    finally:
        store.close()


def _one(connection: Connection, identifier: str) -> Subscription:
    from commonline.errors import ConfigurationError
    from commonline.gateway.outbound import subscriptions

    found = [one for one in subscriptions.every(connection) if one.id.startswith(identifier)]
    if len(found) != 1:
        raise ConfigurationError(
            f"{len(found)} subscriptions begin with {identifier!r}: see commonline gateway webhook list"
        )
    return found[0]


def _told(one: Subscription, counts: dict[str, int]) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("id", "url", "description", "state", "reason", "made", "made_by")}
    return told | {"feed": str(one.feed), "filter": one.filter.model_dump(mode="json"), "deliveries": counts}
