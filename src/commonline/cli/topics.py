"""``commonline topics``: what the topics table asks for, and what the cluster has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from commonline.cli.options import AsJson, ConfigOption, HomeOption, PrefixOption, configuration_if_any, settings
from commonline.cli.screen import console, print_json

if TYPE_CHECKING:
    from commonline.bus.admin import Administration, Cluster, Existing, Wanted
    from commonline.bus.process import ProcessSettings

DAY_MS = 86_400_000
app = typer.Typer(add_completion=False, help="Create, check or list the topics.", invoke_without_command=True)


@app.callback()
def default(
    context: typer.Context,
    config: ConfigOption = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Create, check or list the topics. Without a command: list them."""
    if context.invoked_subcommand is None:
        describe(config, home, prefix, json=json)


@app.command()
def describe(
    config: ConfigOption = None, home: HomeOption = None, prefix: PrefixOption = "", json: AsJson = False
) -> None:
    """List every topic of this installation with what it is for and how the cluster keeps it."""
    from commonline.bus.admin import Administration, faults

    found = settings(home, prefix)
    with Administration(found.kafka) as admin:
        cluster = admin.cluster()
        want = _wanted(admin, cluster, found, config)
        have = admin.existing(one.name for one in want)
    rows = [
        {**_row(one, have.get(one.name)), "faults": [str(fault) for fault in faults(one, have.get(one.name))]}
        for one in want
    ]
    if json:
        for row in rows:
            print_json({"cluster": cluster.id, **row})
        return
    table = Table("topic", "partitions", "replicas", "kept", "largest", "readers", "", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            row["topic"],
            str(row["partitions"] or "-"),
            str(row["replicas"] or "-"),
            _kept(row),
            f"{row['max_message_bytes'] / 1_048_576:g} MiB",
            row["audience"],
            "" if not row["faults"] else "missing" if row["partitions"] is None else "differs",
        )
    console().print(table)
    console().print(f"\ncluster {cluster.id}, {cluster.brokers} broker(s). {_durability(found)}")


@app.command()
def check(
    config: ConfigOption = None, home: HomeOption = None, prefix: PrefixOption = "", json: AsJson = False
) -> None:
    """Compare the cluster with the table; exit 1 if something forbids to work on it."""
    from commonline.bus.admin import Administration

    found = settings(home, prefix)
    with Administration(found.kafka) as admin:
        want = _wanted(admin, admin.cluster(), found, config)
        faults = admin.check(want)
    for fault in faults:
        if json:
            print_json({"topic": fault.topic, "weight": fault.weight, "what": fault.what, "fix": fault.fix})
        else:
            typer.echo(f"{'✗' if fault.weight == 'refuse' else '·'} {fault.topic}: {fault.what}\n    {fault.fix}")
    refused = sum(fault.weight == "refuse" for fault in faults)
    if not json:
        typer.echo(f"{len(want)} topics: {refused} faults, {len(faults) - refused} notes")
    if refused:
        raise typer.Exit(1)


@app.command()
def create(
    config: ConfigOption = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    partitions: Annotated[
        int | None,
        typer.Option(
            help="Of a new installation; fixed for ever (default: 8 on one broker, else 32).", min=1, max=1000
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Create the topics that are missing. Existing ones are never altered."""
    from commonline.bus.admin import Administration, refuse, wanted

    found = settings(home, prefix)
    with Administration(found.kafka) as admin:
        cluster = admin.cluster()
        count = admin.partitions(found.topics, partitions or found.partitions, cluster)
        want = wanted(found.topics, cluster, count, _feeds(config))
        made = admin.create(want)
        refuse(admin.check(want))
    for name in made:
        if json:
            print_json({"created": name})
        else:
            typer.echo(f"created {name}")
    if not json and not made:
        typer.echo(f"all {len(want)} topics are there")


def _wanted(admin: Administration, cluster: Cluster, found: ProcessSettings, config: Path | None) -> list[Wanted]:
    from commonline.bus.admin import wanted

    count = admin.partitions(found.topics, found.partitions, cluster)
    return wanted(found.topics, cluster, count, _feeds(config))


def _feeds(config: Path | None) -> list[tuple[str, str]]:
    known = configuration_if_any(config)
    if known is None:
        return []
    return [(name, department) for name in known.workspaces for department in known.departments_of(name)]


def _row(want: Wanted, have: Existing | None) -> dict[str, Any]:
    configs = have.configs if have else want.configs
    return {
        "topic": want.name,
        "about": want.topic.about,
        "records": list(want.topic.record),
        "key": want.topic.key,
        "audience": want.topic.audience,
        "partitions": have.partitions if have else None,
        "replicas": have.replicas if have else None,
        "cleanup": configs.get("cleanup.policy", want.topic.cleanup),
        "retention_ms": int(configs.get("retention.ms", want.topic.retention_ms)),
        "max_message_bytes": int(configs.get("max.message.bytes", want.topic.max_bytes)),
    }


def _kept(row: dict[str, Any]) -> str:
    if "compact" in row["cleanup"]:
        return "newest by key"
    return "for ever" if row["retention_ms"] < 0 else f"{row['retention_ms'] / DAY_MS:g} days"


_WORTH = {
    "replicated": "An acknowledged delivery is on two of three brokers.",
    "flushed": "An acknowledged delivery is on the disk of the one broker: it survives power failure, not the disk's.",
    "process": "An acknowledged delivery survives the end of the broker's process, but not a power failure.",
}


def _durability(found: ProcessSettings) -> str:
    from commonline.bus import durability
    from commonline.errors import RetryLaterError

    try:
        return _WORTH[durability.judge(durability.find(found.kafka, found.topics), "process")]
    except RetryLaterError as error:
        return str(error)
