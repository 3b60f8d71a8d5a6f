"""``commonline explain``: what a payload becomes, which feeds it reaches and by which rule. Writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from commonline.cli.options import AsJson, ConfigOption, HomeOption, PrefixOption, settings
from commonline.cli.screen import console, print_json

if TYPE_CHECKING:
    from commonline.configuration.model import Configuration
    from commonline.kit.replay import Result, Trial
    from commonline.schemas.records import Delivery
    from commonline.streams.normalize.foresee import Foreseen, Foresight, Seen

SHOWN = 300


def explain(
    what: Annotated[str, typer.Argument(help="A file with a payload, or the id of a delivery (or how it begins).")],
    source: Annotated[
        str | None,
        typer.Option("--source", "-s", help="The source that the file is from; needed where there are several."),
    ] = None,
    config: ConfigOption = None,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Show what a payload becomes: activities, feeds, rules, redactions. Nothing is written.

    A file is brought through the source's mapping as it is configured, a delivery is read from the log. Feeds are
    decided as unify would, in a workspace where nothing else has happened yet.

    \b
    commonline explain payload.json --source feedback
    commonline explain 3f2a91c0
    """
    from commonline.configuration.load import find, load
    from commonline.streams.normalize.foresee import Foresight

    file = find(config)
    known = load(file)
    if Path(what).is_file():
        trial = _trial(known, file, source or _only(known))
        told = [(name, delivery, trial.run(delivery)) for name, delivery in _samples(trial, Path(what))]
    else:
        delivery = _found(what, home, prefix)
        told = [(f"delivery {delivery.id}", delivery, _trial(known, file, delivery.source).run(delivery))]
    foresight: dict[str, Foresight] = {}
    for name, delivery, results in told:
        if delivery.workspace not in foresight:
            foresight[delivery.workspace] = Foresight(known, delivery.workspace, _key(home))
        foreseen = foresight[delivery.workspace].see(results)
        if json:
            print_json(_facts(name, delivery, results, foreseen))
        else:
            _tell(name, results, foreseen)


def _only(known: Configuration) -> str:
    from commonline.errors import ConfigurationError

    if len(known.sources) != 1:
        raise ConfigurationError(f"say which source it is from: --source {' | '.join(known.sources) or 'NAME'}")
    return next(iter(known.sources))


def _trial(known: Configuration, file: Path, source: str) -> Trial:
    """The source as configured. Raises `ConfigurationError`."""
    import difflib

    from commonline.errors import ConfigurationError
    from commonline.kit import catalogue
    from commonline.kit.hooks import hooks
    from commonline.kit.instance import instance
    from commonline.kit.replay import Trial

    if source not in known.sources:
        near = difflib.get_close_matches(source, known.sources, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known.sources) or 'none'}"
        raise ConfigurationError(f"source {source!r} is not in {file}; {hint}")
    one = known.sources[source]
    made = instance(source, one, known.workspaces[one.workspace], file.absolute().parent, secrets=False)
    connector = catalogue.connector(one.connector)
    webhook = connector.manifest.webhook
    if webhook is None:
        return Trial(connector, made)
    adapt = hooks(one.connector).webhook
    kept = adapt(made.settings, webhook) if adapt else webhook
    return Trial(connector, made, tuple(kept.headers))


def _samples(trial: Trial, path: Path) -> list[tuple[str, Delivery]]:
    from commonline.clock import now_us
    from commonline.errors import ConfigurationError
    from commonline.kit import catalogue

    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from error
    samples = catalogue.samples(trial.connector.name, path.name, data)
    return [(sample.name, trial.delivery(sample, now_us())) for sample in samples]


def _found(identifier: str, home: Path | None, prefix: str) -> Delivery:
    """A delivery from the log, by how its id begins. Raises `ConfigurationError` when there is none."""
    import msgspec

    from commonline import topics as table
    from commonline.bus.reader import Reader, headers_of
    from commonline.errors import ConfigurationError
    from commonline.kit.blobs import BlobStore
    from commonline.schemas.records import Delivery
    from commonline.schemas.serde import Serde

    wanted = identifier.lower().encode()
    found = settings(home, prefix)
    with Reader(found.kafka, [found.topics.name(table.DELIVERIES)]) as reader:
        values = [m.value() for m in reader.until_end() if headers_of(m).get("ce_id", b"").startswith(wanted)]
    if not values or values[-1] is None:
        raise ConfigurationError(
            f"{identifier!r} is neither a file here nor the id of a delivery in the log; "
            "ids: commonline tail deliveries"
        )
    delivery = Serde(found.ids).decode_as(Delivery, values[-1])
    if delivery.body is None and delivery.body_uri is not None:
        delivery = msgspec.structs.replace(delivery, body=BlobStore(found.home / "blobs").get(delivery.body_uri))
    return delivery


def _key(home: Path | None) -> bytes:
    """The installation's key where there is one, so that pseudonyms are the real ones; none is made."""
    import os
    import secrets

    from commonline.local.home import Home
    from commonline.secrets import VARIABLE, installation_key

    place = Home.find(home).path
    given = VARIABLE in os.environ or f"{VARIABLE}_FILE" in os.environ
    if given or (place / "secrets" / "installation.key").exists():
        return installation_key(place)
    return secrets.token_bytes(32)


def _why(result: Result) -> str:
    from commonline.kit.mapping import UNSUPPORTED, Dead, Skipped

    outcome = result.outcome
    if isinstance(outcome, Dead):
        return f"dead letter: {outcome.cause} at {outcome.path}: {outcome.message}"
    if isinstance(outcome, Skipped):
        return "unsupported: kept, counted, not mapped" if outcome.rule == UNSUPPORTED else f"ignored: {outcome.rule}"
    count = len(result.activities)
    return "1 activity" if count == 1 else f"{count} activities"


def _tell(name: str, results: list[Result], foreseen: list[Foreseen]) -> None:
    from commonline.cli.replay_report import readable
    from commonline.cli.safe import safe

    out = console()
    rest = iter(foreseen)
    for result in results:
        event = result.outcome.event or "-"
        out.print(
            Text(f"{name}  entry {result.outcome.entry or 0}  {safe(event)}  → {safe(_why(result))}", style="bold")
        )
        for _ in result.activities:
            one = next(rest)
            out.print()
            out.print(Text(safe(readable(one.activity))))
            if one.outcome != "accepted":
                out.print(f"      unify: {one.outcome}", style="yellow")
            out.print(_feeds(one))
    if not results:
        out.print(f"{name}  → nothing in it")


def _feeds(one: Foreseen) -> Table:
    table = Table(box=None, show_header=False, pad_edge=True, padding=(0, 1, 0, 5))
    table.add_column(no_wrap=True)
    table.add_column()
    for seen in one.feeds:
        mark = Text("✓ " if seen.shown else "✗ ", style="green" if seen.shown else "dim")
        table.add_row(mark + Text(seen.department), _feed(seen))
    return table


def _feed(seen: Seen) -> Text:
    from commonline.cli.safe import one_line
    from commonline.streams.normalize.foresee import redacted

    if seen.shown is None or seen.shown.item is None:
        return Text(seen.why, style="dim")
    item = seen.shown.item
    text = Text(f"by {', '.join(seen.rules) or 'its conversation'}", style="green")
    who = (item.actor.name or item.actor.account or "someone") if item.actor else "someone"
    said = item.object.text or item.object.title
    text.append(f"\n{one_line(who)}" + (f": {one_line(said)[:SHOWN]}" if said else ""), style="default")
    for path, how in redacted(seen.shown):
        text.append(f"\n− {path}: {how}", style="red")
    return text


def _facts(name: str, delivery: Delivery, results: list[Result], foreseen: list[Foreseen]) -> dict[str, Any]:
    import msgspec

    from commonline.streams.normalize.foresee import redacted

    def feed(seen: Seen) -> dict[str, Any]:
        return {
            "shown": seen.shown is not None,
            "why_not": seen.why or None,
            "rules": seen.rules,
            "redactions": [{"path": path, "what": how} for path, how in redacted(seen.shown)] if seen.shown else [],
            "item": msgspec.to_builtins(seen.shown.item) if seen.shown else None,
        }

    return {
        "name": name,
        "delivery": delivery.id,
        "source": delivery.source,
        "entries": [
            {"entry": result.outcome.entry, "event": result.outcome.event, "becomes": _why(result)}
            for result in results
        ],
        "activities": [
            {
                "activity": msgspec.to_builtins(one.activity),
                "unify": one.outcome,
                "feeds": {seen.department: feed(seen) for seen in one.feeds},
            }
            for one in foreseen
        ],
    }
