"""Progress of commands that read or write much: on a terminal only, gone when it is done."""

from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from commonline.cli.screen import console


def bar(what: str, *, quiet: bool) -> Progress:
    """What is done, how far, and a word beside it (the task's description)."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=console(), transient=True, disable=quiet or not console().is_terminal)
