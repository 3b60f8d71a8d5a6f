"""The command ``commonline``. Sub-commands are imported when they are used, so that ``--help`` is quick."""

from __future__ import annotations

import sys

import typer

from commonline.cli import connector
from commonline.errors import CommonlineError

app = typer.Typer(
    name="commonline",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Every department on the same line.",
)
app.add_typer(connector.app, name="connector")


@app.callback()
def root() -> None:
    """Every department on the same line."""


def main() -> None:
    """Run; an error of ours is one line on stderr and its exit code."""
    try:
        app()
    except CommonlineError as error:
        sys.stderr.write(f"commonline: {error}\n")
        sys.exit(error.exit_code)
