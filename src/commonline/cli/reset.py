"""``commonline reset``: begin again with empty data."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commonline.cli.options import HomeOption
from commonline.errors import ConfigurationError
from commonline.local import check_system

if TYPE_CHECKING:
    from commonline.local.home import Home


def reset(
    *,
    home: HomeOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    purge: Annotated[bool, typer.Option("--purge", help="Delete for good, the trash included.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Bring back what the last reset took away.")] = False,
) -> None:
    """Take away all data of a home: topics, state, registry, logs. Downloads stay.

    The data is moved to the home's trash, where only the latest reset is kept, and can be brought back once.
    A broker that COMMONLINE_KAFKA names is not touched.

    \b
    commonline reset            asks first
    commonline reset --undo     the data of before
    commonline reset --purge --yes
    """
    check_system()
    if purge and undo:
        raise ConfigurationError("--purge and --undo contradict one another: give one")
    from commonline.local.home import Home

    place = Home.find(home)
    with place.claim():
        if undo:
            typer.echo(f"brought back {place.restore()}")
        elif purge:
            _purge(place, yes)
        else:
            _discard(place, yes)


def _discard(home: Home, yes: bool) -> None:
    data = home.data()
    if not data:
        typer.echo(f"{home.path} holds no data")
        return
    _show("to the trash:", data)
    _confirm("Take this away?", yes)
    target = home.discard()
    typer.echo(f"moved to {target}; `commonline reset --undo` brings it back, the next reset deletes it")


def _purge(home: Home, yes: bool) -> None:
    data = [*home.data(), *([home.trash] if home.trash.exists() else [])]
    if not data:
        typer.echo(f"{home.path} holds no data")
        return
    _show("to be deleted for good:", data)
    _confirm("Delete this for good?", yes)
    for entry in data:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    typer.echo(f"deleted {', '.join(entry.name for entry in data)} of {home.path}")


def _show(title: str, data: list[Path]) -> None:
    from commonline.local.home import folder_size

    typer.echo(title)
    for entry in data:
        typer.echo(f"  {entry}  {folder_size(entry) / 2**20:,.1f} MiB")


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError("reset asks before it takes data away; without a terminal, give --yes")
    typer.confirm(question, abort=True)
