"""``commonline init``: a first configuration."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from commonline.configuration.load import DEFAULT_FILE


def starter() -> str:
    """The text of the first configuration."""
    return files("commonline.cli").joinpath("starter.toml").read_text("utf-8")


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path(DEFAULT_FILE),
) -> None:
    """Write a commented commonline.toml with one source that works at once. Never overwrites a file."""
    from commonline.errors import ConfigurationError

    target = path / DEFAULT_FILE if path.is_dir() else path
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(starter())
    except FileExistsError:
        raise ConfigurationError(f"{target} exists: nothing is overwritten; remove it, or name another file") from None
    except OSError as error:
        raise ConfigurationError(f"{target} cannot be written: {error.strerror or error}") from error
    typer.echo(f"wrote {target}\n\nNext:\n  commonline config check\n  commonline up")
