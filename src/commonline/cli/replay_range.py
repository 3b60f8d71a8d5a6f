"""``commonline replay``: everything that was received in a span of time, mapped once more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from commonline.cli.options import AsJson, ConfigOption, HomeOption, PrefixOption, settings
from commonline.cli.progress import bar
from commonline.cli.safe import one_line
from commonline.cli.screen import console, print_json

if TYPE_CHECKING:
    from commonline.bus.process import ProcessSettings
    from commonline.cli.preview import Example, Preview
    from commonline.cli.span import Bookmark, Span, Wanted
    from commonline.letters.replays import Replayer, Work

SHOWN = 70


def replay(
    begin: Annotated[str, typer.Option("--from", help="Received since then: 2026-01-31T09:00, or an age: 2d, 15m.")],
    end: Annotated[str, typer.Option("--to", help="Received before then, in the same forms.")] = "now",
    source: Annotated[list[str] | None, typer.Option("--source", "-s", help="Only of this source; repeatable.")] = None,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", help="Only of this workspace.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing: map, and say what would change.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew where an earlier run was interrupted.")
    ] = False,
    config: ConfigOption = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Map once more what was received in a span of time, after a mapping or the configuration was mended.

    Activities keep their ids. Where the facts are the same nothing happens; where they changed, each feed gets one
    update, marked so that nobody is alarmed twice. Live traffic goes first. Interrupted, the same command goes on
    where it was; run again, it changes nothing. To undo it, put the mapping back and replay the same span.

    \b
    commonline replay --from 2d --source page --dry-run
    commonline replay --from 2026-01-31T09:00 --to 2026-01-31T12:00
    """
    from commonline.cli.span import bookmark

    wanted = _wanted(begin, end, source, workspace)
    found = settings(home, prefix)
    if dry_run:
        _foresee(found, wanted, config, json=json)
        return
    words = (prefix, begin, end, workspace or "", *sorted(source or ()))
    mark = bookmark(found.home, words, wanted)
    if restart:
        mark.remove()
        mark = bookmark(found.home, words, wanted)
    if mark.next and not json:
        typer.echo(f"going on behind the first {mark.written:,} deliveries (--restart begins anew)")
    _run(found, mark, json=json)


def _wanted(begin: str, end: str, source: list[str] | None, workspace: str | None) -> Wanted:
    from commonline.cli.ages import moment_us
    from commonline.cli.span import Wanted
    from commonline.errors import ConfigurationError

    first, last = moment_us("--from", begin), moment_us("--to", end)
    if first >= last:
        raise ConfigurationError(f"--from {begin} is not before --to {end}")
    return Wanted(first, last, frozenset(source or ()), workspace)


def _foresee(found: ProcessSettings, wanted: Wanted, config: Path | None, *, json: bool) -> None:
    from commonline.cli.preview import Preview
    from commonline.cli.span import Bookmark, Span
    from commonline.configuration.load import find

    span = Span(found, Bookmark(Path(), wanted))
    try:
        with bar("reading what the log has", quiet=json) as progress:
            task = progress.add_task("")
            preview = Preview(
                found, find(config), wanted.first_us, lambda n, all_: progress.update(task, completed=n, total=all_)
            )
        with bar("mapping", quiet=json) as progress:
            for one in progress.track(span, total=span.total, description=""):
                if one is not None:
                    preview.add(one)
    finally:
        span.close()
    if json:
        for name, count in sorted(preview.sources.items()):
            print_json({"source": name, **{key: getattr(count, key) for key in count.__slots__}})
        return
    _tell(preview)


def _tell(preview: Preview) -> None:
    table = Table("source", box=None, pad_edge=False, header_style="bold")
    columns = ("deliveries", "same", "changed", "new", "gone", "ignored", "dead")
    for name in columns:
        table.add_column(name, justify="right")
    for name, count in sorted(preview.sources.items()):
        numbers = [getattr(count, column) for column in columns]
        table.add_row(Text(one_line(name)), *(f"{number:,}" if number else "·" for number in numbers))
    if not preview.sources:
        typer.echo("nothing was received then")
        return
    console().print(table)
    for name, count in sorted(preview.sources.items()):
        for cause, number in count.causes.most_common(3):
            typer.echo(f"{name}: {number:,} would die of {cause}")
    for example in preview.show():
        _example(example)
    typer.echo("\nnothing was written; without --dry-run it is")


def _example(example: Example) -> None:
    out = console()
    out.print(Text(f"\n{one_line(example.object)} ({one_line(example.source)})", style="bold"))
    for name, was, now in example.changes:
        out.print(Text(f"  {name}: {_short(was)} → {_short(now)}"))


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _run(found: ProcessSettings, mark: Bookmark, *, json: bool) -> None:
    from commonline.cli.aftermath import Aftermath
    from commonline.cli.span import Span
    from commonline.letters.replays import Replayer

    span, before = Span(found, mark), mark.written
    try:
        aftermath = Aftermath(found)
        with Replayer(found) as replayer:
            finished = _write(replayer, _work(found, span, mark), span, mark, quiet=json)
        counts = aftermath.read()
    except KeyboardInterrupt:
        typer.echo(f"interrupted behind {mark.written:,} deliveries: the same command goes on from there")
        raise typer.Exit(130) from None
    finally:
        span.close()
    mark.remove()
    written = mark.written - before
    said = {"replayed": written, "new": counts.new, "updated": counts.updated, "parked": counts.parked}
    if json:
        print_json({**said, "dead": sum(counts.dead.values()), "all_done": finished})
        return
    typer.echo(f"replayed {written:,} deliveries: {counts.updated:,} objects updated, {counts.new:,} activities new")
    for name, number in sorted(counts.dead.items()):
        typer.echo(f"{number:,} of {name} died: commonline dead list --source {name}")
    if counts.parked:
        typer.echo(f"{counts.parked:,} were parked by a breaker: commonline dead replay --parked")
    if not finished:
        typer.echo("the stages still work on them: commonline status")


def _write(replayer: Replayer, work: Iterator[Work], span: Span, mark: Bookmark, *, quiet: bool) -> bool:
    """Write all; returns whether the stages have done with it."""
    with bar("replaying", quiet=quiet) as progress:
        task = progress.add_task("", total=span.total)

        def done(portion: list[Work]) -> None:
            mark.written += sum(not one.marks_only for one in portion)
            mark.save()
            said = f"{replayer.pacer.rate:,.0f}/s at most"
            progress.update(task, completed=_read(span, mark), description=said)

        def pause(waits_s: float) -> None:
            progress.update(task, description=f"live traffic first: it waits {waits_s * 1000:,.0f} ms")

        replayer.run(work, done, pause)
        progress.update(task, completed=span.total, description="the stages finish")
        return replayer.pacer.drain(60.0)


def _read(span: Span, mark: Bookmark) -> int:
    return sum(max(mark.next.get(number, begin) - begin, 0) for number, begin in span.begins.items())


def _work(found: ProcessSettings, span: Span, mark: Bookmark) -> Iterator[Work]:
    """Every delivery of the span once, with the dead letters that it led to; moves the bookmark behind what was taken.

    The bookmark is saved when a portion is acknowledged; then nothing was taken from here that was not written.
    """
    from commonline.letters.letterbox import Beside
    from commonline.letters.replays import Work

    beside = Beside(found)
    for one in span:
        if one is None or one.offset < mark.next.get(one.partition, 0):
            continue
        letters, parked = beside.of((span.topic, one.partition, one.offset))
        mark.next[one.partition] = one.offset + 1
        delivery = one.delivery
        if not one.again or letters or parked:
            yield Work(
                one.value, delivery, span.topic, -1, delivery.source, delivery.workspace, letters, parked, one.again
            )
