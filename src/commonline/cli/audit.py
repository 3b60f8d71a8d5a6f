"""``commonline audit``: what the stages say they did against what lies in the topics."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from commonline.cli.options import AsJson, HomeOption, MetricsOption, PrefixOption, settings
from commonline.cli.progress import bar
from commonline.cli.safe import one_line
from commonline.cli.screen import console, print_json

if TYPE_CHECKING:
    from commonline.audit.auditor import Auditor
    from commonline.audit.comparison import Complete
    from commonline.audit.desk import Desk
    from commonline.audit.findings import Finding
    from commonline.bus.process import ProcessSettings

SHORT = 8
WAIT_S = 90.0
AGAIN_S = 2.0


def audit(
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Go on for ever, as a service.")] = False,
    repair: Annotated[
        bool | None,
        typer.Option(
            "--repair/--report-only",
            envvar="COMMONLINE_AUDIT_REPAIR",
            help="Give what is missing to the line again. Default: the service does, the command does not.",
        ),
    ] = None,
    accept: Annotated[str | None, typer.Option(help="A finding (its id, or how it begins) that stays so.")] = None,
    by: Annotated[str, typer.Option(help="With --accept: who says so.")] = "",
    home: HomeOption = None,
    prefix: PrefixOption = "",
    metrics: MetricsOption = "127.0.0.1:9185",
    json: AsJson = False,
) -> None:
    """Compare all that lies in the topics with what the stages say they did; exit 1 if something is missing.

    Reads with another client library than the stages. What is missing is given to the line again by its original
    delivery: ids are the same, so what went through already is dropped.

    \b
    commonline audit                        once, everything that is kept
    commonline audit --repair               and mend it
    commonline audit --serve                the service: every 5 s, what is new
    commonline audit --accept 3f2a --by ana
    """
    if serve:
        _serve(home, prefix, metrics, repair=repair is not False)
        return
    found = settings(home, prefix)
    if accept is not None:
        _accept(found, accept, by)
        return
    _once(found, repair=bool(repair), json=json)


def _serve(home: Any, prefix: str, metrics: str, *, repair: bool) -> None:
    from commonline import logs
    from commonline.audit.service import run
    from commonline.cli.options import stage
    from commonline.local.home import Home

    logs.configure()
    run(stage(Home.find(home).path, prefix, "0", metrics, batch_records=2000, session_ms=6000), repair=repair)


def _once(found: ProcessSettings, *, repair: bool, json: bool) -> None:
    from commonline.audit.auditor import Auditor
    from commonline.audit.board import Told
    from commonline.audit.desk import Desk

    told = Told(found)
    try:
        known = list(told.refresh().findings.values())
    finally:
        told.close()
    desk = Desk(finding for finding in known if not finding.unsettled)
    with Auditor(found) as auditor:
        with bar("reading", quiet=json) as shown:
            task = shown.add_task("")
            desk.found(auditor.compare(lambda read, total: shown.update(task, completed=read, total=total)))
        if not auditor.reached:
            typer.echo("an open transaction hides the ends of some topics; try again in a moment", err=True)
            raise typer.Exit(3)
        if repair:
            _repair(found, desk, auditor, quiet=json)
        complete = auditor.complete(desk.unsettled)
        if json:
            print_json(as_json(complete, desk.all, auditor))
        else:
            _show(complete, desk.all, auditor)
    if desk.unsettled:
        raise typer.Exit(1)


def _repair(found: ProcessSettings, desk: Desk, auditor: Auditor, *, quiet: bool) -> None:
    """Give what is missing to the line, and look whether it comes through."""
    from commonline.audit.board import Board
    from commonline.audit.service import mend

    given = sum(mend(found, desk, auditor, finding, most=1 << 62) for finding in desk.to_repair())
    if not quiet and given:
        console().print(f"{given:,} deliveries were given to the line again; waiting for them", style="dim")
    deadline = time.monotonic() + WAIT_S
    while any(finding.state == "reinjected" for finding in desk.all) and time.monotonic() < deadline:
        time.sleep(AGAIN_S)
        desk.found(auditor.compare())
        desk.arrived(auditor.comparison.arrived())
        desk.look(auditor.comparison.refused())
    Board(found).findings(desk.changes())


def _accept(found: ProcessSettings, identifier: str, by: str) -> None:
    from commonline.audit.board import Board, Told
    from commonline.clock import now_us
    from commonline.errors import ConfigurationError

    if not by:
        raise ConfigurationError("--accept needs --by: whoever accepts that something stays missing gives their name")
    told = Told(found)
    try:
        known = [one for one in told.refresh().findings.values() if one.id.startswith(identifier.lower())]
    finally:
        told.close()
    if len(known) != 1:
        number = "no finding has" if not known else f"{len(known)} findings have"
        raise ConfigurationError(f"{number} an id that begins with {identifier!r}; see: commonline status")
    Board(found).findings([known[0].now("accepted", now_us(), by=by)])
    typer.echo(f"accepted: {known[0].message}")


def as_json(complete: list[Complete], findings: list[Finding], auditor: Auditor) -> dict[str, Any]:
    """The outcome for machines."""
    return {
        "compared_us": auditor.cut,
        "agree": not any(finding.unsettled for finding in findings),
        "records": auditor.read,
        "compacted": auditor.feeds.compacted if auditor.feeds is not None else 0,
        "unverified": auditor.comparison.unverified,
        "unproven": auditor.comparison.unproven,
        "sources": [
            {"workspace": one.source[0], "source": one.source[1]}
            | {"complete_until_us": one.until, "on_their_way": one.open}
            for one in complete
        ],
        "findings": [finding_json(finding) for finding in findings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding for machines."""
    names = ("id", "kind", "state", "stage", "topic", "partition", "first", "last", "count", "message", "by")
    told = {name: getattr(finding, name) for name in names}
    times = {"since_us": finding.since, "found_us": finding.found, "changed_us": finding.changed}
    return {"workspace": finding.source[0], "source": finding.source[1]} | told | times


def _show(complete: list[Complete], findings: list[Finding], auditor: Auditor) -> None:
    out = console()
    if complete:
        out.print(complete_table(complete, auditor.cut))
        out.print()
    for finding in findings:
        out.print(finding_line(finding))
    comparison, feeds = auditor.comparison, auditor.feeds
    out.print(f"{auditor.read:,} records read", style="dim")
    if feeds is not None and feeds.compacted:
        out.print(f"{feeds.compacted:,} records of feeds are compacted away: what replaced them is there", style="dim")
    if comparison.unverified:
        out.print(f"{comparison.unverified:,} records could not be compared: the log does not reach back", style="dim")
    if comparison.unproven:
        out.print(f"{comparison.unproven:,} repeats whose first is not in the log any more", style="dim")
    if not any(finding.unsettled for finding in findings):
        out.print("topics and ledgers agree")


def complete_table(complete: list[Complete], now: int) -> Table:
    """How far each source is complete."""
    table = Table("source", "complete until", box=None, pad_edge=False, header_style="bold")
    table.add_column("on their way", justify="right")
    for one in complete:
        name = f"{one.source[0] or '?'}/{one.source[1] or '-'}"
        table.add_row(name, until(one.until, now), f"{one.open:,}" if one.open else Text("·", style="dim"))
    return table


def until(us: int, now: int) -> Text:
    """A time, and how long ago that was if it is more than a moment."""
    from commonline.cli.ages import age, moment

    text = Text(moment(us))
    if now - us > 60_000_000:
        text.append(f"  ({age(now - us)} ago)", style="yellow")
    return text


def finding_line(finding: Finding) -> Text:
    """A finding in one line."""
    colour = {"open": "bold red", "reinjected": "yellow", "mended": "green", "accepted": "dim"}[finding.state]
    text = Text(f"{finding.about}: ", style="bold")
    text.append(one_line(finding.message))
    text.append(f" ({finding.state})", style=colour)
    where = f"{finding.topic}[{finding.partition}] {finding.first}–{finding.last}"
    text.append(f"  {where}  {finding.id[:SHORT]}", style="dim")
    return text
