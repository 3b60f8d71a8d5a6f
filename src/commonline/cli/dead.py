"""``commonline dead``: what could not be processed, why, where in the payload; and once more."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from commonline.cli.options import AsJson, HomeOption, PrefixOption, settings
from commonline.cli.progress import bar
from commonline.cli.safe import safe
from commonline.cli.screen import console, print_json

if TYPE_CHECKING:
    from commonline.bus.process import ProcessSettings
    from commonline.letters.letterbox import Letters
    from commonline.letters.replays import Work
    from commonline.schemas.records import DeadLetter, Delivery

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List, show and replay dead letters.")
SHORT = 8
SHOWN_BYTES = 4000
Workspace = Annotated[str | None, typer.Option("--workspace", "-w", help="Only of this workspace.")]
Source = Annotated[str | None, typer.Option("--source", "-s", help="Only of this source.")]
Step = Annotated[str | None, typer.Option(help="Only of this step: decode, map, validate, encode, unify …")]
Cause = Annotated[str | None, typer.Option(help="Only where the cause contains this.")]
PathPart = Annotated[str | None, typer.Option("--path", help="Only where the path contains this.")]
Again = Annotated[bool, typer.Option("--again", help="Those, too, that were replayed already.")]


@app.command(name="list")
def list_(
    workspace: Workspace = None,
    source: Source = None,
    step: Step = None,
    cause: Cause = None,
    path: PathPart = None,
    again: Again = False,
    ids: Annotated[bool, typer.Option("--ids", help="Every letter on a line of its own.")] = False,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Dead letters by source, step, cause and place, the most frequent first."""
    from commonline.letters.letterbox import Filter

    _, letters = _read(home, prefix, quiet=json)
    chosen = letters.chosen(Filter(workspace, source, step, cause, path), again=again)
    if json and ids:
        for letter in chosen:
            print_json(_facts(letter, letters))
    elif json:
        for row in _groups(chosen):
            print_json(row)
    elif not chosen:
        typer.echo("no dead letters" + (f" but {len(letters.replayed)} that were replayed" if letters.replayed else ""))
    else:
        console().print(_each(chosen) if ids else _grouped(chosen))
        one = chosen[-1].id[:SHORT]
        console().print(f"\n{len(chosen):,} in all. Look at one: commonline dead show {one}", style="dim")


@app.command()
def show(
    letter: Annotated[str, typer.Argument(help="Id, or how it begins.")],
    raw: Annotated[bool, typer.Option("--raw", help="Only the original bytes, to standard output.")] = False,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """One dead letter: what failed, and the payload with the place marked."""
    from commonline.letters.letterbox import Originals

    found, letters = _read(home, prefix, quiet=True)
    one = letters.one(letter)
    originals = Originals(found, letters.by_id.values())
    delivery = originals.delivery(one)
    body = _body(found, delivery) if delivery else originals.value(one)
    if raw:
        sys.stdout.buffer.write(body or b"")
    elif json:
        text = None if body is None else body.decode("utf-8", "replace")
        print_json(_facts(one, letters) | {"body": text, "request": delivery.request if delivery else None})
    else:
        _show(one, letters, delivery, body)


@app.command()
def replay(
    letters: Annotated[list[str] | None, typer.Argument(help="Ids, or how they begin; default: all that fit.")] = None,
    workspace: Workspace = None,
    source: Source = None,
    step: Step = None,
    cause: Cause = None,
    path: PathPart = None,
    parked: Annotated[bool, typer.Option("--parked", help="What a breaker set aside, not dead letters.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All of them; needed where nothing else is named.")] = False,
    again: Again = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be replayed.")] = False,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Give the original deliveries to normalize once more, with the same ids: twice is harmless.

    Mend the cause first: a newer mapping, the missing source in the configuration.
    """
    from commonline.errors import ConfigurationError
    from commonline.letters.letterbox import Filter, Originals, read_parked
    from commonline.letters.replays import of_letters, of_parked

    if not any((letters, workspace, source, step, cause, path, everything)):
        raise ConfigurationError("say which: ids, --source, --cause …, or --all; look first: commonline dead list")
    lost: list[DeadLetter] = []
    if parked:
        if any((letters, workspace, step, cause, path)):
            raise ConfigurationError("--parked takes only --source or --all: nothing failed yet, so there is no cause")
        found = settings(home, prefix)
        work = of_parked(found, read_parked(found, source, again=again))
    else:
        found, known = _read(home, prefix, quiet=json)
        which = Filter(workspace, source, step, cause, path, tuple(one.lower() for one in letters or ()))
        originals = Originals(found, known.by_id.values())
        work, lost = of_letters(found, known.chosen(which, again=again), originals)
    _tell_lost(lost, json=json)
    if dry_run:
        _tell_work(work, json=json)
    else:
        _replay(found, work, lost, json=json)


def _read(home: Path | None, prefix: str, *, quiet: bool) -> tuple[ProcessSettings, Letters]:
    from commonline.letters.letterbox import read_letters

    found = settings(home, prefix)
    with bar("reading", quiet=quiet) as progress:
        task = progress.add_task("")
        return found, read_letters(found, lambda read, total: progress.update(task, completed=read, total=total))


def _replay(found: ProcessSettings, work: list[Work], lost: list[DeadLetter], *, json: bool) -> None:
    from commonline.letters.replays import Replayer

    with Replayer(found) as replayer, bar("replaying", quiet=json) as progress:
        task = progress.add_task("", total=len(work))

        def done(portion: list[Work]) -> None:
            progress.update(task, advance=len(portion), description="")

        def pause(waits_s: float) -> None:
            progress.update(task, description=f"live traffic first: it waits {waits_s * 1000:,.0f} ms")

        replayer.run(work, done, pause)
    if json:
        print_json({"replayed": len(work), "letters": sum(len(one.letters) for one in work), "lost": len(lost)})
    else:
        typer.echo(f"replayed {len(work):,} deliveries; what they become: commonline status")


def _tell_lost(lost: list[DeadLetter], *, json: bool) -> None:
    for letter in lost:
        why = "only its head was kept" if letter.topic is None else "its record is deleted"
        if not json:
            typer.echo(f"cannot be replayed: {letter.id[:SHORT]} {letter.source}: {why}", err=True)


def _tell_work(work: list[Work], *, json: bool) -> None:
    if json:
        for one in work:
            print_json(
                {"delivery": one.delivery.id if one.delivery else None, "source": one.source, "letters": one.letters}
            )
        return
    for source, count in sorted(Counter(one.source for one in work).items()):
        typer.echo(f"{count:>8,}  {source}")
    typer.echo(f"{len(work):,} deliveries would be replayed")


def _facts(letter: DeadLetter, letters: Letters) -> dict[str, Any]:
    names = ("id", "workspace", "connector", "source", "step", "cause", "message", "path", "entry")
    more = ("topic", "partition", "offset", "software", "fingerprint", "attempts", "failed")
    return {name: getattr(letter, name) for name in (*names, *more)} | {"replayed": letter.id in letters.replayed}


def _groups(chosen: list[DeadLetter]) -> list[dict[str, Any]]:
    """One row for each fingerprint of each source."""
    groups: dict[tuple[str, str, str], list[DeadLetter]] = {}
    for letter in chosen:
        groups.setdefault((letter.workspace, letter.source, letter.fingerprint), []).append(letter)
    rows = []
    for (workspace, source, fingerprint), members in groups.items():
        newest = members[-1]
        rows.append(
            {
                "workspace": workspace,
                "source": source,
                "step": newest.step,
                "cause": newest.cause,
                "path": newest.path,
                "fingerprint": fingerprint,
                "count": len(members),
                "oldest_us": members[0].failed,
                "newest_us": newest.failed,
                "newest": newest.id,
                "message": newest.message,
            }
        )
    return sorted(rows, key=lambda row: (-int(str(row["count"])), str(row["source"]), str(row["fingerprint"])))


def _grouped(chosen: list[DeadLetter]) -> Table:
    from commonline.cli.ages import age
    from commonline.clock import now_us

    table = Table("source", "step", "cause", "place in the payload", box=None, pad_edge=False, header_style="bold")
    table.add_column("count", justify="right")
    for name in ("newest", "id of the newest"):
        table.add_column(name, no_wrap=True)
    for row in _groups(chosen):
        where = row["path"] or "-"
        cells = (row["source"] or "?", row["step"], row["cause"], where, f"{row['count']:,}")
        table.add_row(
            *(Text(safe(cell)) for cell in cells), f"{age(now_us() - row['newest_us'])} ago", row["newest"][:SHORT]
        )
    return table


def _each(chosen: list[DeadLetter]) -> Table:
    from commonline.cli.ages import moment

    table = Table("id", "when", "source", "step", "cause", "place", "message", box=None, pad_edge=False)
    for letter in chosen:
        cells = (letter.source or "?", letter.step, letter.cause, letter.path or "-", letter.message)
        table.add_row(letter.id[:SHORT], moment(letter.failed), *(Text(safe(cell)) for cell in cells))
    return table


def _body(found: ProcessSettings, delivery: Delivery) -> bytes | None:
    if delivery.body is not None or delivery.body_uri is None:
        return delivery.body
    from commonline.kit.blobs import BlobStore

    return BlobStore(found.home / "blobs").get(delivery.body_uri)


def _show(letter: DeadLetter, letters: Letters, delivery: Delivery | None, body: bytes | None) -> None:
    from commonline.cli.ages import moment
    from commonline.letters.marked import marked

    out = console()
    facts = Table(box=None, show_header=False, pad_edge=False)
    for name, value in (
        ("letter", letter.id + (" (replayed)" if letter.id in letters.replayed else "")),
        ("source", f"{letter.workspace}/{letter.source} ({letter.connector or 'connector unknown'})"),
        ("failed", f"{moment(letter.failed)}, at step {letter.step}, {letter.software}"),
        ("cause", f"{letter.cause}: {letter.message}"),
        ("place", (letter.path or "the whole") + ("" if letter.entry is None else f" (entry {letter.entry})")),
        ("record", "-" if letter.topic is None else f"{letter.topic}[{letter.partition}] offset {letter.offset}"),
        ("request", "-" if delivery is None else f"{delivery.request or '-'}  {delivery.content_type}"),
    ):
        facts.add_row(Text(name, style="dim"), Text(safe(value)))
    out.print(facts)
    out.print()
    if body is None:
        out.print("the payload is deleted", style="dim")
        return
    lines = marked(body, letter.path)
    if lines is None:
        out.print(Text(safe(body[:SHOWN_BYTES].decode("utf-8", "replace"))))
        if len(body) > SHOWN_BYTES:
            out.print(f"… {len(body):,} bytes in all: --raw prints them", style="dim")
        return
    for line, here in lines:
        out.print(Text(("→ " if here else "  ") + safe(line), style="bold red" if here else ""))
