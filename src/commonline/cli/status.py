"""``commonline status``: what every source delivered, what became of it, and whether the sums agree."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from commonline.cli.options import AsJson, HomeOption, PrefixOption, settings
from commonline.cli.screen import console, print_json

if TYPE_CHECKING:
    from commonline.streams.normalize.account import Count, Report

WATCH_S = 2.0
UNSUPPORTED = "unsupported"


def status(
    home: HomeOption = None,
    prefix: PrefixOption = "",
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and show what changes.")] = False,
    json: AsJson = False,
) -> None:
    """Count what lies in the topics, source by source; exit 1 if the sums do not agree.

    Every delivery must end as activities, as ignored by a rule, as a dead letter, or parked; what is not read
    yet waits. Reads deliveries, activities, dead letters and the ledger from their beginning.
    """
    from commonline.cli.audit import Audit

    found = settings(home, prefix)
    with Audit(found) as audit:
        if watch:
            _watch(audit, json=json)
            return
        report = _first(audit, quiet=json)
        behind = audit.behind()
        if json:
            print_json(as_json(report, audit.paused, behind))
        else:
            console().print(as_table(report, audit.paused, behind))
    if report.disagreements:
        raise typer.Exit(1)


def _first(audit: Any, *, quiet: bool) -> Report:
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(), transient=True, disable=quiet or not console().is_terminal) as bar:
        task = bar.add_task("")
        report: Report = audit.refresh(lambda read, total: bar.update(task, completed=read, total=total))
    return report


def _watch(audit: Any, *, json: bool) -> None:
    report = _first(audit, quiet=json)
    try:
        if json:
            while True:
                print_json(as_json(report, audit.paused, audit.behind()))
                time.sleep(WATCH_S)
                report = audit.refresh()
        with Live(console=console(), auto_refresh=False) as live:
            while True:
                live.update(as_table(report, audit.paused, audit.behind()), refresh=True)
                time.sleep(WATCH_S)
                report = audit.refresh()
    except KeyboardInterrupt:
        return


def as_json(report: Report, paused: set[str], behind: int) -> dict[str, Any]:
    """The report for machines."""
    sources = [_row(count, paused) for count in report.sources]
    keys = ("received", "replayed", "activities", "unsupported", "dead", "dead_elsewhere", "parked", "waiting")
    ignored: dict[str, int] = {}
    for count in report.sources:
        for rule, entries in count.ignored.items():
            if rule != UNSUPPORTED:
                ignored[rule] = ignored.get(rule, 0) + entries
    return {
        "sources": sources,
        "totals": {key: sum(row[key] for row in sources) for key in keys} | {"ignored": ignored},
        "waiting_for_unify": behind,
        "agree": not report.disagreements,
        "disagreements": report.disagreements,
    }


def _row(count: Count, paused: set[str]) -> dict[str, Any]:
    return {
        "workspace": count.workspace,
        "source": count.source,
        "received": count.received,
        "replayed": count.replayed,
        "activities": count.activities,
        "ignored": {rule: entries for rule, entries in sorted(count.ignored.items()) if rule != UNSUPPORTED},
        "unsupported": count.ignored.get(UNSUPPORTED, 0),
        "dead": count.dead,
        "dead_elsewhere": count.elsewhere,
        "parked": count.parked,
        "waiting": count.waiting,
        "last_delivery_us": count.last or None,
        "paused": count.source in paused,
        "breaker_open": count.breaker,
    }


def as_table(report: Report, paused: set[str], behind: int) -> Group:
    """The report for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", no_wrap=True)
    for name in ("received", "activities", "ignored", "unsupported", "dead", "parked", "waiting"):
        table.add_column(name, justify="right")
    table.add_column("last delivery", no_wrap=True)
    table.add_column("")
    total = [0] * 7
    for count in report.sources:
        row = _row(count, paused)
        dead = count.dead + count.elsewhere
        numbers = [count.received, count.activities, sum(row["ignored"].values()), row["unsupported"], dead]
        numbers += [count.parked, count.waiting]
        total = [a + b for a, b in zip(total, numbers, strict=True)]
        name = f"{count.workspace or '?'}/{count.source or '?'}"
        table.add_row(name, *_cells(numbers), _age(count.last), _state(row))
    if len(report.sources) > 1:
        table.add_row("all", *_cells(total), "", "", style="bold")
    lines: list[Any] = [table, Text()]
    lines += _rules(report)
    if behind > 1:
        lines.append(Text(f"{behind:,} records wait for unify"))
    if not report.sources:
        lines = [Text("no source has delivered anything yet")]
    elif report.disagreements:
        lines += [Text(f"the sums do not agree: {one}", style="bold red") for one in report.disagreements]
    else:
        lines.append(Text("the sums agree" if not report.waiting else "the sums agree for all that does not wait"))
    return Group(*lines)


def _cells(numbers: list[int]) -> list[Text]:
    cells = [Text(f"{number:,}" if number else "·", style="" if number else "dim") for number in numbers]
    for position in (4, 5):
        if numbers[position]:
            cells[position].stylize("red")
    return cells


def _rules(report: Report) -> list[Text]:
    """What was ignored, by rule: one line a source that ignored anything."""
    lines = []
    for count in report.sources:
        told = [f"{rule} {entries:,}" for rule, entries in sorted(count.ignored.items()) if rule != UNSUPPORTED]
        if told:
            lines.append(Text(f"ignored of {count.source}: {', '.join(told)}", style="dim"))
    return lines


def _state(row: dict[str, Any]) -> Text:
    said = []
    if row["paused"]:
        said.append("paused")
    if row["breaker_open"]:
        said.append("breaker open: deliveries are parked")
    if row["replayed"]:
        said.append(f"{row['replayed']:,} replayed")
    return Text(", ".join(said), style="yellow")


def _age(last_us: int) -> Text:
    from commonline.cli.ages import age
    from commonline.clock import now_us

    return Text(f"{age(now_us() - last_us)} ago" if last_us else "-", style="" if last_us else "dim")
