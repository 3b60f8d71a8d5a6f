"""``commonline config``: is the configuration right, what does it say, where is it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from commonline.cli.options import AsJson, ConfigOption
from commonline.cli.screen import console, print_json

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Check or show the configuration.")


@app.command()
def path(config: ConfigOption = None) -> None:
    """Print which file is used."""
    from commonline.configuration.load import find

    typer.echo(find(config).absolute())


@app.command()
def check(
    config: ConfigOption = None,
    secrets: Annotated[bool, typer.Option(help="Also read the secrets, as connect will.")] = True,
    json: AsJson = False,
) -> None:
    """Check everything that can be checked without a broker; exit 2 with one line a fault."""
    from commonline.configuration.load import find, load
    from commonline.errors import ConfigurationError
    from commonline.kit.instance import instances

    file = find(config)
    known = load(file)
    faults = []
    for name in known.sources:
        alone = known.model_copy(update={"sources": {name: known.sources[name]}})
        try:
            instances(alone, file.absolute().parent, secrets=secrets)
        except ConfigurationError as error:
            faults.append(str(error))
    if json:
        print_json({"file": str(file), "ok": not faults, "faults": faults})
    if faults:
        if json:
            raise typer.Exit(ConfigurationError.exit_code)
        raise ConfigurationError(f"{file}:\n" + "\n".join(f"  {fault}" for fault in faults))
    if not json:
        feeds = sum(len(known.departments_of(name)) for name in known.workspaces)
        typer.echo(
            f"{file} is right: {_count(len(known.workspaces), 'workspace')}, {_count(len(known.sources), 'source')}, "
            f"{_count(feeds, 'feed')}"
        )
        for name in [name for name, source in known.sources.items() if not source.enabled]:
            typer.echo(f"note: source {name} is switched off")


@app.command()
def show(
    config: ConfigOption = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="With everything that the file leaves unsaid.")] = False,
    json: AsJson = False,
) -> None:
    """Show the configuration as it is understood. Secrets are shown as their places, never read."""
    from rich.tree import Tree

    from commonline.configuration.load import find, load

    file = find(config)
    loaded = load(file)
    known = loaded.model_dump(mode="json", exclude_unset=not defaults, exclude_none=True)
    for name, source in known.get("sources", {}).items():
        _hide(source, loaded.sources[name].connector)
    if json:
        print_json(known)
        return
    tree = Tree(str(file))
    _grow(tree, known)
    if not known.get("departments"):
        tree.add("departments: marketing, pr, service, hr, as built in (--defaults shows them)")
    console().print(tree)


def _hide(source: dict[str, Any], connector: str) -> None:
    """Say where a secret stands; one that was written into the file by mistake is not repeated."""
    from commonline.kit import catalogue

    if connector not in catalogue.folders():
        return
    for key, declared in catalogue.manifest(connector).settings.items():
        if declared.secret and key in source:
            given = source[key] if isinstance(source[key], list) else [source[key]]
            source[key] = "secret: " + " and ".join(_place(one) for one in given)


def _place(reference: Any) -> str:
    if isinstance(reference, dict) and reference.get("env"):
        return f"environment variable {reference['env']}"
    if isinstance(reference, dict) and reference.get("file"):
        return f"file {reference['file']}"
    return 'written into the file, which is refused; use { env = "VARIABLE" }'


def _grow(tree: Any, value: dict[str, Any]) -> None:
    from rich.markup import escape

    for key, one in value.items():
        if one is None or one in ({}, []) or (type(one) is int and one == 0):
            continue
        if isinstance(one, dict):
            _grow(tree.add(escape(str(key))), one)
        elif isinstance(one, list) and isinstance(one[0], dict):
            branch = tree.add(escape(str(key)))
            for item in one:
                rest = dict(item)
                _grow(branch.add(escape(str(rest.pop("name", "·")))), rest)
        else:
            text = ", ".join(map(str, one)) if isinstance(one, list) else one
            tree.add(escape(f"{key}: {text}"))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
