"""``commonline backfill``: a source's history, from before it was connected or from while nothing was read."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commonline.cli.ages import moment
from commonline.cli.options import AsJson, ConfigOption, HomeOption, PrefixOption, settings
from commonline.cli.progress import bar
from commonline.cli.screen import print_json

if TYPE_CHECKING:
    from commonline.bus.process import ProcessSettings
    from commonline.kit.backfill import Told
    from commonline.kit.instance import Instance
    from commonline.kit.sink import Sink

STEPS = 1000


def backfill(
    source: Annotated[str, typer.Argument(help="Name of the source in the configuration.")],
    since: Annotated[str, typer.Option("--since", help="Read from then on: 2025-01-31, or an age: 90d, 12h.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Keep nothing: read all of it, and say what it would become.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew where an earlier run was interrupted.")
    ] = False,
    config: ConfigOption = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Read a source's history and bring it into the line, beside what comes live.

    The source is asked as it is when polled. Activities have the ids that they have live, so what is known already
    stays as it is: run it as often as you like. What is new comes into the feeds as history, marked so that nobody is
    alarmed. Live traffic goes first. Interrupted, the same command goes on behind the last page.

    \b
    commonline backfill desk --since 90d --dry-run
    commonline backfill desk --since 2025-01-01
    """
    from commonline.cli.ages import moment_us
    from commonline.kit.backfill import able

    instance = _instance(source, config)
    able(instance)
    since_us = moment_us("--since", since)
    found = None if dry_run else settings(home, prefix)
    try:
        told = asyncio.run(_fill(found, instance, since_us, restart=restart, quiet=json))
    except KeyboardInterrupt:
        typer.echo("interrupted: the same command goes on behind the last page that was kept")
        raise typer.Exit(130) from None
    if json:
        print_json(_facts(source, told, since_us))
    else:
        _tell(source, told, dry_run=dry_run)


def _instance(source: str, config: Path | None) -> Instance:
    from commonline.configuration.load import find, load
    from commonline.errors import ConfigurationError
    from commonline.kit.instance import instance

    file = find(config)
    known = load(file)
    one = known.sources.get(source)
    if one is None:
        near = difflib.get_close_matches(source, known.sources, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known.sources) or 'none'}"
        raise ConfigurationError(f"source {source!r} is not in the configuration; {hint}")
    return instance(source, one, known.workspaces[one.workspace], file.absolute().parent)


async def _fill(
    found: ProcessSettings | None, instance: Instance, since_us: int, *, restart: bool, quiet: bool
) -> Told:
    from commonline.bus.backlog import Pacer
    from commonline.kit.backfill import APART, Backfill, begun
    from commonline.kit.cursors import read_back
    from commonline.schemas.serde import Serde

    known = {} if found is None else await asyncio.to_thread(read_back, found.kafka, found.topics, Serde(found.ids))
    cursor = known.get(instance.name + APART)
    left = None if restart else begun(cursor)
    generation = cursor.generation + 1 if cursor is not None else 1
    if left is not None:
        since_us = left[0]
        if not quiet:
            typer.echo(f"going on with what was begun, since {moment(since_us)} (--restart begins anew)")
    async with AsyncExitStack() as stack:
        with bar(f"reading {instance.name}", quiet=quiet) as progress:
            task = progress.add_task("", total=STEPS)
            say = _sayer(lambda done, text: progress.update(task, completed=done, description=text), since_us)
            turn: Callable[[int], Awaitable[int]] = _at_once
            sink = None
            if found is not None:
                pacer = stack.enter_context(Pacer(found))
                await asyncio.to_thread(pacer.concerns, instance.workspace, instance.name)
                sink = await _sink(found, stack)

                async def turn(most: int) -> int:
                    return await asyncio.to_thread(pacer.take, most)

            work = Backfill(
                instance,
                sink,
                since_us,
                turn=turn,
                generation=generation,
                position=left[2] if left is not None else None,
                on_delivery=say,
            )
            return await work.run()


async def _at_once(most: int) -> int:
    return most


async def _sink(found: ProcessSettings, stack: AsyncExitStack) -> Sink:
    from commonline import topics as table
    from commonline.bus.producer import AsyncProducer
    from commonline.kit.blobs import BlobStore
    from commonline.kit.sink import Sink
    from commonline.metrics import Metrics
    from commonline.schemas.serde import Serde
    from commonline.secrets import installation_key

    producer = AsyncProducer(found.kafka, client_id="commonline-backfill", max_bytes=table.DEAD_LETTERS.max_bytes)
    producer.start()
    stack.push_async_callback(producer.stop)
    blobs = BlobStore(found.home / "blobs", installation_key(found.home))
    return Sink(producer, found.topics, blobs, Serde(found.ids), Metrics())


def _sayer(update: Callable[[float, str], None], since_us: int) -> Callable[[Told], None]:
    from commonline.clock import now_us

    def say(told: Told) -> None:
        at = moment(told.newest)[:16] if told.newest is not None else ""
        update(told.share(since_us, now_us()) * STEPS, f"{told.deliveries:,} deliveries  {at}")

    return say


def _facts(source: str, told: Told, since_us: int) -> dict[str, object]:
    return {
        "source": source,
        "since_us": since_us,
        "deliveries": told.deliveries,
        "activities": dict(told.activities),
        "ignored": told.ignored,
        "dead": dict(told.dead),
        "faults": told.faults,
        "oldest_us": told.oldest,
        "newest_us": told.newest,
    }


def _tell(source: str, told: Told, *, dry_run: bool) -> None:
    if not told.deliveries:
        typer.echo(f"{source} has nothing since then")
        return
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in told.activities.most_common())
    when = f", {moment(told.oldest)} to {moment(told.newest)}" if told.oldest and told.newest else ""
    did = "would be kept" if dry_run else "kept"
    typer.echo(f"{told.deliveries:,} deliveries {did}: {kinds or 'no activities'}{when}")
    if told.ignored:
        typer.echo(f"{told.ignored:,} entries are ignored by a rule")
    for cause, count in told.dead.most_common():
        typer.echo(f"{count:,} die of {cause}" + ("" if dry_run else f": commonline dead list --source {source}"))
    for fault in told.faults:
        typer.echo(f"  {fault}")
    if (more := told.dead.total() - len(told.faults)) > 0 and told.faults:
        typer.echo(f"  … and {more:,} more")
    if not dry_run:
        typer.echo("what the line knew already stays as it is: commonline status")
