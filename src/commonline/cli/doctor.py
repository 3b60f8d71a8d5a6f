"""``commonline doctor``: what was found, what is used, and why."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from commonline.cli.options import ConfigOption, HomeOption
from commonline.cli.screen import console, print_json
from commonline.errors import EXIT_PLATFORM

_STYLE = {"ok": "green", "note": "yellow", "bad": "bold red"}


def doctor(
    *,
    home: HomeOption = None,
    config: ConfigOption = None,
    json: Annotated[bool, typer.Option("--json", help="For machines: one JSON object.")] = False,
) -> None:
    """Say what was found on this machine, what is used, and why. Changes nothing.

    Exit code 3 when something is bad: it will not work until it is mended.

    \b
    commonline doctor
    commonline doctor --json | jq '.findings[] | select(.state == "bad")'
    """
    from commonline.local.broker_findings import find_broker
    from commonline.local.findings import find_all
    from commonline.local.home import Home
    from commonline.local.properties import SETTINGS
    from commonline.topics import Topics

    place = Home.find(home)
    findings = [*find_all(place, config), *find_broker(place, Topics(os.environ.get("COMMONLINE_PREFIX", "")))]
    if json:
        print_json({"findings": [asdict(one) for one in findings], "settings": [asdict(one) for one in SETTINGS]})
    else:
        _print([(one.state, one.name, one.text) for one in findings])
        console().print("\nSettings of our own broker that differ from Kafka's defaults:")
        _print_settings([(one.key, one.value, one.why) for one in SETTINGS])
    if any(one.state == "bad" for one in findings):
        raise typer.Exit(EXIT_PLATFORM)


def _print(rows: list[tuple[str, str, str]]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for state, name, text in rows:
        table.add_row(f"[{_STYLE[state]}]{state}[/]", name, _plain(text))
    console().print(table)


def _print_settings(rows: list[tuple[str, str, str]]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for key, value, why in rows:
        table.add_row(f"{key}={value}", _plain(why))
    console().print(table)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
