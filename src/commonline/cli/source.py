"""``commonline source pause|resume``: whether a source is polled or streamed, wherever it is read."""

from __future__ import annotations

import difflib
import getpass
from pathlib import Path
from typing import Annotated

import typer

from commonline.cli.screen import console

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Pause and resume sources.")
SourceArgument = Annotated[str, typer.Argument(help="name of the source in the configuration")]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="configuration file (default: COMMONLINE_CONFIG, else commonline.toml here)"),
]
HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="folder of all state (default: COMMONLINE_HOME, else .commonline here)"),
]
PrefixOption = Annotated[str, typer.Option(envvar="COMMONLINE_PREFIX", help="prefix of topic and group names")]


@app.command()
def pause(
    source: SourceArgument, config: ConfigOption = None, home: HomeOption = None, prefix: PrefixOption = ""
) -> None:
    """Stop polling or streaming a source. Its webhook stays open: what is pushed is not lost."""
    _order(source, config, home, prefix, paused=True)
    console().print(f"{source} is paused; go on with: commonline source resume {source}")


@app.command()
def resume(
    source: SourceArgument, config: ConfigOption = None, home: HomeOption = None, prefix: PrefixOption = ""
) -> None:
    """Poll or stream a source again, from where it stopped."""
    _order(source, config, home, prefix, paused=False)
    console().print(f"{source} is read again")


def _order(source: str, config: Path | None, home: Path | None, prefix: str, *, paused: bool) -> None:
    from commonline.clock import now_us
    from commonline.configuration.load import find, load
    from commonline.errors import ConfigurationError
    from commonline.kit import control
    from commonline.local.home import Home
    from commonline.local.platform import connect
    from commonline.topics import Topics

    known = load(find(config)).sources
    if source not in known:
        near = difflib.get_close_matches(source, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known) or 'none'}"
        raise ConfigurationError(f"source {source!r} is not in the configuration; {hint}")
    order = control.Control(source, paused=paused, at=now_us(), by=getpass.getuser())
    control.send(connect(Home.find(home)), Topics(prefix), order)
