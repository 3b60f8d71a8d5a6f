"""``commonline down``: end what a home runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from commonline.cli.options import HomeOption
from commonline.local import check_system

if TYPE_CHECKING:
    from commonline.local.home import Home

OWNER_S = 60.0
STALE_S = 15.0


def down(*, home: HomeOption = None) -> None:
    """End what runs for a home, in this terminal or another, and what a crash left behind.

    \b
    commonline down
    commonline down --home /srv/commonline
    """
    check_system()
    from commonline.local.home import Home

    place = Home.find(home)
    ended = end_all(place)
    for line in ended:
        typer.echo(line)
    if not ended:
        typer.echo(f"nothing runs for {place.path}")


def end_all(home: Home) -> list[str]:
    """End the owner of `home`, then every process it may have left; returns a line for each."""
    from commonline.local.process import PidFile, end

    lines = []
    owner = PidFile.read(home.owner)
    process = owner.process() if owner else None
    if process is not None:
        end(process, OWNER_S)
        lines.append(f"ended commonline (process {process.pid}) and what it ran")
    home.owner.unlink(missing_ok=True)
    for file in sorted(home.run.glob("*.json")) if home.run.is_dir() else []:
        record = PidFile.read(file)
        left = record.process() if record else None
        if record is not None and left is not None:
            end(left, STALE_S)
            lines.append(f"ended {record.name} (process {left.pid}), left behind by an earlier run")
        file.unlink(missing_ok=True)
    return lines
