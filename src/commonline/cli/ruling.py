"""``commonline ruling``: what a person decides over what rules have found. It goes into the workspace's log."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from commonline.cli.options import AsJson, HomeOption, PrefixOption, settings
from commonline.cli.screen import print_json

if TYPE_CHECKING:
    from commonline.streams.unify.controls import Ruling

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Join or part accounts and threads; rule on visibility."
)
Workspace = Annotated[str, typer.Option("--workspace", "-w", help="The workspace.")]
By = Annotated[str | None, typer.Option(help="Who rules: an account URI (default: your name on this machine).")]
Reason = Annotated[str | None, typer.Option(help="Why; kept with the link as evidence.")]
Threads = Annotated[bool, typer.Option("--threads", help="They are threads, not accounts.")]
One = Annotated[str, typer.Argument(help="Account or thread URI: mailto:ana@example.org, zendesk:acme/ticket/42 …")]


@app.command()
def join(
    a: One,
    b: One,
    workspace: Workspace,
    threads: Threads = False,
    by: By = None,
    reason: Reason = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Two accounts are the same person, or two threads the same conversation. Undo it with part."""
    _send(_same(a, b, "same", reason, threads=threads), workspace, by, home, prefix, json=json)


@app.command()
def part(
    a: One,
    b: One,
    workspace: Workspace,
    threads: Threads = False,
    by: By = None,
    reason: Reason = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Two accounts are not the same person, or two threads not the same conversation, whatever rules say."""
    _send(_same(a, b, "different", reason, threads=threads), workspace, by, home, prefix, json=json)


@app.command()
def visibility(
    object_id: Annotated[str, typer.Argument(help="URI of the object: facebook:1/comment/2 …")],
    level: Annotated[str, typer.Argument(help="public, customer, partner, internal or restricted.")],
    workspace: Workspace,
    by: By = None,
    reason: Reason = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """How far an object may travel. Feeds whose department may not see it any more get a tombstone."""
    import msgspec

    from commonline.errors import ConfigurationError
    from commonline.streams.unify.controls import Ruling

    said = {"kind": "visibility", "a": object_id, "visibility": level, "reason": reason}
    try:
        body = msgspec.convert(said, Ruling)
    except msgspec.ValidationError:
        raise ConfigurationError(
            f"visibility {level!r}: use public, customer, partner, internal or restricted"
        ) from None
    _send(body, workspace, by, home, prefix, json=json)


_ADDRESSES = ("mailto:", "tel:", "acct:", "did:")


def _same(a: str, b: str, verdict: Literal["same", "different"], reason: str | None, *, threads: bool) -> Ruling:
    from commonline.errors import ConfigurationError
    from commonline.streams.unify.controls import Ruling

    if a == b:
        raise ConfigurationError(f"{a} twice: name two different accounts or threads")
    for uri in (a, b):
        if threads and uri.startswith(_ADDRESSES):
            raise ConfigurationError(f"{uri} is an account; without --threads accounts are ruled on")
    return Ruling(kind="thread" if threads else "account", a=a, b=b, verdict=verdict, reason=reason)


def _send(body: Ruling, workspace: str, by: str | None, home: Path | None, prefix: str, *, json: bool) -> None:
    import msgspec

    from commonline.bus import partitions
    from commonline.bus.writer import Writer
    from commonline.clock import now_us
    from commonline.errors import ConfigurationError
    from commonline.streams.normalize.publish import control, send_control

    found = settings(home, prefix)
    rows = partitions.read(found.kafka, found.topics, found.ids)
    if workspace not in rows:
        raise ConfigurationError(
            f"workspace {workspace!r} has no log yet; there are: {', '.join(sorted(rows)) or 'none'}"
        )
    who = by or f"local:{getpass.getuser()}"
    record = control(workspace, "ruling", msgspec.json.encode(body).decode(), now_us(), who)
    writer = Writer(found.kafka, client_id="commonline-ruling")
    send_control(writer, found, record, rows[workspace].partition)
    writer.flush()
    if json:
        print_json({"id": record.id, "workspace": workspace, "by": who, "ruling": msgspec.to_builtins(body)})
    else:
        typer.echo(
            f"ruling {record.id} is in the log of {workspace}; what the workspace has never seen, it does not change"
        )
