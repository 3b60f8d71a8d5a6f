"""``commonline demo``: one customer's conversation, live, in four departments' feeds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commonline.cli.screen import console
from commonline.local import check_system

if TYPE_CHECKING:
    from commonline.demo.day import Show
    from commonline.demo.seen import Summary


def demo(
    *,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Folder of all state (default: COMMONLINE_HOME, else .commonline here)."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Play without pauses, print the numbers, end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON (with --once).")] = False,
    docker: Annotated[bool, typer.Option("--docker", help="Run the broker in Docker.")] = False,
) -> None:
    """Play a day at Acme Kettles: a fault, and who hears of it where.

    Signed webhooks (Facebook, Zendesk, HubSpot, Slack), real mails (IMAP) and a Mastodon stream come in; the joined
    conversation goes out to marketing, PR, service and HR, each redacted its own way. Among it: a redelivery, an edit,
    a delete, a forged signature and a broken body. Everything is real but the vendors' clouds.

    \b
    commonline demo                  watch it, about half a minute; then look around in the console, Ctrl-C ends it
    commonline demo --once --json    for machines; exit code 0 only if nothing is lost or there twice
    """
    check_system()
    summary, wrong = _play(home, once=once, docker=docker)
    if summary is None:
        raise typer.Exit(130)
    if once or not console().is_terminal:
        _tell(summary, wrong, as_json=as_json)
    if not summary.adds_up or wrong:
        raise typer.Exit(1)


def _play(home: Path | None, *, once: bool, docker: bool) -> tuple[Summary | None, list[str]]:
    from commonline.demo.day import Demo
    from commonline.local.home import Home
    from commonline.local.platform import Platform, resolve

    parent = Home.find(home)
    place = Home(parent.path / "demo", parent.cache)
    choice = resolve(docker=docker)
    show, stop = _quiet() if once else _live()
    with place.claim(), Platform(place, choice, port=0) as platform:
        show.step("Starting Apache Kafka, a mail server and the services …")
        platform.start_broker()
        try:
            return Demo(place, platform, show, pace=0.0 if once else 1.0).run()
        finally:
            stop()


def _tell(summary: Summary, wrong: list[str], *, as_json: bool) -> None:
    from commonline.demo.screen import closing

    if as_json:
        sys.stdout.write(json.dumps(summary.as_dict() | {"wrong": wrong}) + "\n")
        return
    console().print(closing(summary))
    for line in wrong:
        console().print(f"unexpected: {line}", style="red", markup=False)


def _quiet() -> tuple[Show, Callable[[], None]]:
    from commonline.demo.day import Show

    return Show(), lambda: None


def _live() -> tuple[Show, Callable[[], None]]:
    from rich.live import Live

    from commonline.demo.day import Show
    from commonline.demo.screen import Board

    screen = console()
    board = Board(screen)
    live = Live(board.render(), console=screen, screen=screen.is_terminal, auto_refresh=False)
    live.start()

    def tick() -> None:
        if live.is_started:
            live.update(board.render(), refresh=True)

    def ended(summary: Summary, wrong: list[str], address: str) -> bool:
        live.stop()
        if screen.is_terminal:
            _tell(summary, wrong, as_json=False)
            screen.print(f"\n[bold]The console:[/bold] [link={address}]{address}[/link]  (Ctrl-C ends the demo)")
        return screen.is_terminal

    def step(text: str) -> None:
        board.news(text)
        tick()

    return Show(
        scene=lambda scene: board.news(scene.told), arrival=board.add, step=step, tick=tick, ended=ended
    ), live.stop
