"""``commonline status``: what every source delivered, what became of it, and whether the sums agree."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from commonline.cli.options import AsJson, HomeOption, PrefixOption, settings
from commonline.cli.progress import bar
from commonline.cli.screen import console, print_json

if TYPE_CHECKING:
    from commonline.audit.board import Told
    from commonline.audit.counts import Count
    from commonline.audit.findings import Finding
    from commonline.audit.report import Counts, Report
    from commonline.bus.process import ProcessSettings

WATCH_S = 2.0
UNSUPPORTED = "unsupported"
SILENT_US = 120_000_000


def status(
    home: HomeOption = None,
    prefix: PrefixOption = "",
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and show what changes.")] = False,
    json: AsJson = False,
) -> None:
    """Count what lies in the topics, source by source; exit 1 if the sums do not agree.

    Every delivery must end as activities, as ignored by a rule, as a dead letter, or parked; what is not read
    yet waits. Reads deliveries, activities, dead letters and the ledger from their beginning.

    Until when a source is complete, and what is missing, is what the audit says (commonline audit --serve).
    """
    from commonline.audit.report import Counts

    found = settings(home, prefix)
    with Counts(found) as counts, closing(_told(found)) as told:
        if watch:
            _watch(counts, told, json=json)
            return
        report = _first(counts, told, quiet=json)
        if json:
            print_json(as_json(report, told))
        else:
            console().print(as_table(report, told))
    if report.findings or told.unsettled:
        raise typer.Exit(1)


def _told(found: ProcessSettings) -> Told:
    from commonline.audit.board import Told

    return Told(found)


def _first(counts: Counts, told: Told, *, quiet: bool) -> Report:
    with bar("reading", quiet=quiet) as shown:
        task = shown.add_task("")
        known = told.refresh().findings.values()
        return counts.refresh(lambda read, total: shown.update(task, completed=read, total=total), known)


def _watch(counts: Counts, told: Told, *, json: bool) -> None:
    report = _first(counts, told, quiet=json)
    try:
        if json:
            while True:
                print_json(as_json(report, told))
                time.sleep(WATCH_S)
                report = counts.refresh(known=told.refresh().findings.values())
        with Live(console=console(), auto_refresh=False) as live:
            while True:
                live.update(as_table(report, told), refresh=True)
                time.sleep(WATCH_S)
                report = counts.refresh(known=told.refresh().findings.values())
    except KeyboardInterrupt:
        return


def as_json(report: Report, told: Told) -> dict[str, Any]:
    """The report for machines."""
    from commonline.cli.audit import finding_json

    sources = [_row(count, report.paused) | _complete(count, told) for count in report.sources]
    keys = ("received", "replayed", "activities", "unsupported", "dead", "dead_elsewhere", "parked", "waiting")
    ignored: dict[str, int] = {}
    for count in report.sources:
        for rule, entries in count.ignored.items():
            if rule != UNSUPPORTED:
                ignored[rule] = ignored.get(rule, 0) + entries
    return {
        "sources": sources,
        "totals": {key: sum(row[key] for row in sources) for key in keys} | {"ignored": ignored},
        "waiting_for_unify": report.behind,
        "agree": not report.findings,
        "disagreements": report.disagreements,
        "findings": [finding_json(finding) for finding in _findings(report, told)],
        "audited_us": max((one.at for one in told.complete.values()), default=None),
    }


def _row(count: Count, paused: frozenset[str]) -> dict[str, Any]:
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


def _complete(count: Count, told: Told) -> dict[str, Any]:
    found = told.complete.get((count.workspace, count.source))
    return {"complete_until_us": found.until if found else None}


def as_table(report: Report, told: Told) -> Group:
    """The report for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", no_wrap=True)
    for name in ("received", "activities", "ignored", "unsupported", "dead", "parked", "waiting"):
        table.add_column(name, justify="right")
    table.add_column("last delivery", no_wrap=True)
    if told.complete:
        table.add_column("complete until", no_wrap=True)
    table.add_column("")
    total = [0] * 7
    for count in report.sources:
        row = _row(count, report.paused)
        dead = count.dead + count.elsewhere
        numbers = [count.received, count.activities, sum(row["ignored"].values()), row["unsupported"], dead]
        numbers += [count.parked, count.waiting]
        total = [a + b for a, b in zip(total, numbers, strict=True)]
        name = f"{count.workspace or '?'}/{count.source or '?'}"
        until = [_until(count, told)] if told.complete else []
        table.add_row(name, *_cells(numbers), _age(count.last), *until, _state(row))
    if len(report.sources) > 1:
        table.add_row("all", *_cells(total), style="bold")
    lines: list[Any] = [table, Text()]
    lines += _rules(report)
    lines += _audit(report, told)
    if report.behind:
        lines.append(Text(f"{report.behind:,} records wait for unify"))
    if not report.sources:
        lines = [Text("no source has delivered anything yet")]
    elif not report.findings:
        lines.append(Text("the sums agree" if not report.waiting else "the sums agree for all that does not wait"))
    return Group(*lines)


def _until(count: Count, told: Told) -> Text:
    from commonline.cli.audit import until

    found = told.complete.get((count.workspace, count.source))
    return until(found.until, found.at) if found else Text("-", style="dim")


def _findings(report: Report, told: Told) -> list[Finding]:
    """What the audit published and what was seen just now, each once."""
    published = {finding.id for finding in told.unsettled}
    return [*told.unsettled, *(finding for finding in report.findings if finding.id not in published)]


def _audit(report: Report, told: Told) -> list[Text]:
    """What is missing, and whether anybody looks."""
    from commonline.cli.ages import age
    from commonline.cli.audit import finding_line
    from commonline.clock import now_us

    lines = [Text("the sums do not agree: ").append_text(finding_line(one)) for one in _findings(report, told)]
    last = max((one.at for one in told.complete.values()), default=0)
    if last and now_us() - last > SILENT_US:
        lines.append(Text(f"the audit has said nothing for {age(now_us() - last)}: does it run?", style="yellow"))
    return lines


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
