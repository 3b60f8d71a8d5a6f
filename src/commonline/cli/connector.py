"""``commonline connector``: write, look at, check and try connectors. Needs no broker and no configuration
file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from commonline.cli.screen import console, print_json
from commonline.errors import ConfigurationError
from commonline.kit import catalogue

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Write, look at, check and try connectors.")

Name = Annotated[str, typer.Argument(help="Name of a connector, as its folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: JSON lines.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The product, in lower case: request_tracker.")],
    transport: Annotated[str, typer.Option(help="webhook, poll or stream.")] = "webhook",
    into: Annotated[Path | None, typer.Option(help="Folder of connectors; default: the one in use.")] = None,
) -> None:
    """Start a connector: a folder that needs fixtures, an address and a mapping of its own."""
    from commonline.kit.scaffold import scaffold

    folder = into or catalogue.roots()[0]
    for path in scaffold(name, transport, folder):
        typer.echo(f"wrote {path}")
    first = folder / name / "fixtures" / "message.created__plain.json"
    typer.echo(f"\nNext: put a body as the product sends it at {first},")
    typer.echo(f"then: commonline connector check {name} --update")


@app.command(name="list")
def list_(json: AsJson = False) -> None:
    """All connectors, from their manifests; no code is imported."""
    facts = [catalogue.manifest(name) for name in catalogue.folders()]
    if json:
        for one in facts:
            print_json(
                {
                    "name": one.name,
                    "title": one.title,
                    "transports": one.transports,
                    "events": one.events.mapped,
                }
            )
        return
    table = Table("name", "title", "transports", "events", "visibility", "edits", "deletes", box=None, pad_edge=False)
    for one in facts:
        table.add_row(
            one.name,
            one.title,
            ", ".join(one.transports),
            str(len(one.events.mapped)),
            f"≤ {one.visibility}",
            "yes" if one.edits else "no",
            "yes" if one.deletes else "no",
        )
    console().print(table)


@app.command()
def show(name: Name, json: AsJson = False) -> None:
    """A connector's facts: what it maps, how it is set up, what it needs."""
    from rich.markdown import Markdown

    from commonline.testing.conformance.facts import facts

    manifest = catalogue.manifest(name)
    if json:
        print_json(manifest.model_dump(mode="json"))
        return
    text = "\n".join(line for line in facts(manifest).split("\n") if not line.startswith("<!--"))
    console().print(Markdown(f"# {manifest.title}\n\n{manifest.about}\n\n{text}"))


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Connectors; default: all.")] = None,
    update: Annotated[bool, typer.Option(help="Write goldens and README facts first; then read the change.")] = False,
    rule: Annotated[list[str] | None, typer.Option(help="Only these rules.")] = None,
    json: AsJson = False,
) -> None:
    """Check connectors against the rules in docs/connectors/rules.md; exit 1 if one does not hold."""
    from commonline.cli import conformance_report as report
    from commonline.testing import conformance

    known = {one.name for one in conformance.all_rules()}
    for name in rule or []:
        if name not in known:
            raise ConfigurationError(f"--rule {name}: no such rule; there are: {', '.join(sorted(known))}")
    for name in names or []:
        if name not in catalogue.folders():
            raise ConfigurationError(f"connector {name!r} does not exist; there are: {', '.join(catalogue.folders())}")
    faults = 0
    for name in names or list(catalogue.folders()):
        if update:
            report.changed(conformance.update(name), json=json)
        findings = conformance.check(name, rule)
        faults += len(findings)
        report.checked(name, findings, json=json)
    if faults:
        raise typer.Exit(1)


@app.command()
def docs(folder: Annotated[Path, typer.Argument(help="docs/connectors of a checkout.")]) -> None:
    """Write the pages that are made from manifests and rules."""
    from commonline.testing.conformance import pages

    for name, text in ((pages.INDEX, pages.index()), (pages.RULES_PAGE, pages.rules())):
        (folder / name).write_text(text, encoding="utf-8")
        typer.echo(f"wrote {folder / name}")


@app.command()
def replay(
    name: Annotated[str | None, typer.Argument(help="Name of a connector, as its folder.")] = None,
    paths: Annotated[list[Path] | None, typer.Argument(help="Files, or folders of files.")] = None,
    *,
    every: Annotated[
        Path | None,
        typer.Option("--all", help="A folder that holds a folder of samples for each product; each by its connector."),
    ] = None,
    report: Annotated[bool, typer.Option(help="Only the table: how many of what, and why.")] = False,
    show: Annotated[bool, typer.Option(help="Print the activities, to be read by a person.")] = False,
    settings: Annotated[Path | None, typer.Option(help="TOML file with the source's settings.")] = None,
    json: AsJson = False,
) -> None:
    """Bring files through a connector as if the product had sent them. Writes nothing.

    Files may be JSON, captured {headers, body} envelopes, NDJSON, YAML, mails, forms, XML or text.

    \b
    commonline connector replay slack samples/ --report
    commonline connector replay --all collection/ --report
    """
    from commonline.cli import replay_report
    from commonline.cli.replay import read_settings, replayed

    if every is not None:
        _replay_all(every, detailed=report, json=json)
        return
    if name is None or not paths:
        raise ConfigurationError("name a connector and its files, or --all and a folder of folders")
    results = replayed(name, paths, read_settings(name, settings))
    if json:
        replay_report.as_json(results)
    elif report:
        replay_report.as_table(name, results)
    else:
        replay_report.as_lines(name, results, show=show)


def _replay_all(root: Path, *, detailed: bool, json: bool) -> None:
    from commonline.cli import replay_all

    folders = replay_all.run(root)
    if json:
        replay_all.as_json(folders)
    else:
        replay_all.as_table(folders, detailed=detailed)
    if any(one.crashed for one in folders):
        raise typer.Exit(1)
