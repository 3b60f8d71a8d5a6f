"""``commonline state``: what a unify worker keeps on disk, whether it is right, and building it anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from commonline.cli.options import AsJson, HomeOption, PrefixOption
from commonline.cli.screen import console, print_json
from commonline.errors import EXIT_STATE

if TYPE_CHECKING:
    from commonline.bus.compare import Comparison
    from commonline.streams.unify.upkeep import Facts, Tell, Upkeep

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Show, verify and rebuild the state of unify.")
MIB = 1024 * 1024
Instance = Annotated[str, typer.Option(envvar="COMMONLINE_INSTANCE", help="The worker's slot.")]
Partitions = Annotated[
    list[int] | None, typer.Option("--partition", "-p", help="Only this one; may be given several times.", min=0)
]


@app.command()
def show(
    instance: Instance = "0",
    partition: Partitions = None,
    kinds: Annotated[bool, typer.Option("--kinds", help="Count the rows of each kind: reads all of them.")] = False,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Rows, size and position of each partition's state; the worker may run.

    `position` is the next record of activities.v1 as of the rows, `group` what the consumer group committed: they agree
    unless a worker runs just now. `behind`: offsets of the changelog that a start would read.

    \b
    commonline state show
    commonline state show --kinds --partition 3 --json
    """
    upkeep = _upkeep(home, prefix, instance)
    numbers = partition or upkeep.partitions()
    if not numbers and not json:
        typer.echo(f"no state in {upkeep.stage.state}")
        return
    found = [upkeep.facts(number) for number in numbers]
    counted: dict[int, dict[str, int]] = {}
    if kinds:
        for facts in found:
            if facts.fault is None:
                with _bar(f"partition {facts.partition}", quiet=json) as tell:
                    counted[facts.partition] = upkeep.kinds(facts.partition, tell)
    if json:
        for facts in found:
            print_json(_json(facts) | ({"kinds": counted[facts.partition]} if facts.partition in counted else {}))
    else:
        console().print(_table(found))
        if counted:
            console().print(_kinds_table(counted))
        for facts in found:
            if facts.fault is not None:
                console().print(f"partition {facts.partition}: {facts.fault}", style="red")
    raise typer.Exit(EXIT_STATE if any(facts.fault is not None for facts in found) else 0)


@app.command()
def verify(
    instance: Instance = "0",
    partition: Partitions = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Compare every row with what the changelog says, by count, hash and content; the worker may run.

    The changelog is restored beside the state, which needs as much disk again for a while. Rows that a running worker
    writes meanwhile are left out. Exit code 76 when something differs or cannot be read.

    \b
    commonline state verify
    commonline state verify --partition 3 --json
    """
    upkeep = _upkeep(home, prefix, instance)
    wrong = False
    for number in _chosen(upkeep, partition):
        with _bar(f"partition {number}", quiet=json) as tell:
            found = upkeep.verify(number, tell)
        wrong = wrong or not found.equal
        if json:
            print_json(_compared(number, found))
        else:
            _say(upkeep, number, found)
    if wrong:
        raise typer.Exit(EXIT_STATE)


@app.command()
def rebuild(
    instance: Instance = "0",
    partition: Partitions = None,
    source: Annotated[
        Literal["changelog", "activities", "local"],
        typer.Option(
            "--from",
            help="changelog: the state anew from the changelog. activities: decide it once more from activities.v1, "
            "and write the changelog anew. local: write the changelog anew from this state.",
        ),
    ] = "changelog",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Build state anew. The worker of the partition must not run; what is there stays until the new one is complete.

    A broken or wrong local state: --from changelog (the default). A changelog that is unreadable: --from activities,
    or, where the log of activities no longer has its beginning, --from local on the worker whose state is whole.

    \b
    commonline state rebuild --partition 3
    commonline state rebuild --partition 3 --from activities --yes
    """
    upkeep = _upkeep(home, prefix, instance)
    numbers = _chosen(upkeep, partition)
    _confirm(upkeep, numbers, source, yes)
    for number in numbers:
        with _bar(f"partition {number}", quiet=json) as tell:
            rows = upkeep.rebuild(number, source, tell)
        if json:
            print_json({"partition": number, "from": source, "rows": rows})
        else:
            typer.echo(f"partition {number}: {rows:,} rows from {_NAMES[source]}")


_NAMES = {"changelog": "the changelog", "activities": "the log of activities", "local": "the state here"}


def _upkeep(home: Path | None, prefix: str, instance: str) -> Upkeep:
    import dataclasses

    from commonline.cli.options import settings
    from commonline.secrets import installation_key
    from commonline.streams.unify.service import UnifySettings
    from commonline.streams.unify.upkeep import Upkeep

    found = dataclasses.replace(settings(home, prefix), slot=instance)
    return Upkeep(UnifySettings.of(found, installation_key(found.home)))


def _chosen(upkeep: Upkeep, partition: list[int] | None) -> list[int]:
    from commonline.errors import ConfigurationError

    numbers = partition or upkeep.partitions()
    if not numbers:
        raise ConfigurationError(f"no state in {upkeep.stage.state}: name the --partition, or another --instance")
    return numbers


def _confirm(upkeep: Upkeep, numbers: list[int], source: str, yes: bool) -> None:
    from commonline.errors import ConfigurationError

    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError("rebuild asks before it throws state away; without a terminal, give --yes")
    which = ", ".join(str(number) for number in numbers)
    if source == "changelog":
        question = f"Throw away the state of partition {which} in {upkeep.stage.state} and restore it?"
    else:
        question = f"Write {upkeep.stage.changelog} of partition {which} anew from {_NAMES[source]}?"
    typer.confirm(question, abort=True)


@contextmanager
def _bar(what: str, *, quiet: bool) -> Iterator[Tell]:
    """A progress bar on a terminal; what is done stands beside it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=console(), transient=True, disable=quiet or not console().is_terminal)
    with shown:
        task = shown.add_task(what, total=None)

        def tell(doing: str, done: int, total: int) -> None:
            shown.update(task, description=f"{what}: {doing}", completed=done, total=total or None)

        yield tell


def _json(facts: Facts) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(facts) | {"behind": _behind(facts)}


def _behind(facts: Facts) -> int | None:
    if facts.changelog is None or facts.changelog_end is None:
        return None
    return max(facts.changelog_end - facts.changelog, 0)


def _table(found: list[Facts]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("partition", "rows (about)", "MiB", "position", "group", "changelog", "behind"):
        table.add_column(name, justify="right")
    for facts in found:
        size = None if facts.bytes is None else facts.bytes // MIB
        told = (facts.rows, size, facts.position, facts.group, facts.changelog, _behind(facts))
        table.add_row(str(facts.partition), *("-" if value is None else f"{value:,}" for value in told))
    return table


def _kinds_table(counted: dict[int, dict[str, int]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = list(dict.fromkeys(name for kinds in counted.values() for name in kinds))
    for name in ("partition", *names):
        table.add_column(name, justify="right")
    for number, kinds in counted.items():
        table.add_row(str(number), *(f"{kinds.get(name, 0):,}" for name in names))
    return table


def _compared(number: int, found: Comparison) -> dict[str, Any]:
    from commonline.streams.unify.upkeep import KINDS

    return {
        "partition": number,
        "equal": found.equal,
        "rows": found.rows,
        "kinds": {KINDS.get(kind, kind.hex()): count for kind, count in sorted(found.kinds.items())},
        "differences": found.differences,
        "changed_meanwhile": found.changed,
        "hash": found.here,
        "changelog_hash": found.there,
        "first": [{"how": one.how, "key": one.key.hex()} for one in found.first],
    }


def _say(upkeep: Upkeep, number: int, found: Comparison) -> None:
    from commonline.streams.unify.upkeep import KINDS

    left_out = f" ({found.changed:,} rows changed meanwhile and were left out)" if found.changed else ""
    if found.equal:
        typer.echo(f"partition {number}: {found.rows:,} rows are as the changelog says, hash {found.here}{left_out}")
        return
    typer.echo(f"partition {number}: {found.differences:,} of {found.rows:,} rows differ{left_out}")
    words = {"missing": "is missing here", "foreign": "is not in the changelog", "differs": "differs"}
    for one in found.first:
        typer.echo(f"  {KINDS.get(one.key[:1], 'row')} {one.key.hex()} {words[one.how]}")
    typer.echo(f"mend it: {upkeep.stage.mend_of(number)}")
