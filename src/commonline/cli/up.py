"""``commonline up``: the broker and the services of this machine, in the foreground."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from commonline.cli.options import ConfigOption, HomeOption
from commonline.cli.screen import console
from commonline.local import check_system

if TYPE_CHECKING:
    from commonline.configuration.model import Configuration
    from commonline.local.home import Home
    from commonline.local.platform import Platform
    from commonline.local.service import Event, ServiceSpec

DEFAULT_PORT = 9092


def up(
    *,
    home: HomeOption = None,
    config: ConfigOption = None,
    registry: Annotated[bool, typer.Option("--registry", help="Also start Apicurio Registry (158 MB once).")] = False,
    docker: Annotated[bool, typer.Option("--docker", help="Run the broker in Docker.")] = False,
    broker_only: Annotated[bool, typer.Option("--broker-only", help="Start no services.")] = False,
    port: Annotated[int, typer.Option(help="Port of the broker on 127.0.0.1; 0 takes a free one.")] = DEFAULT_PORT,
) -> None:
    """Start the broker and all services; Ctrl-C ends everything.

    The broker: the one that COMMONLINE_KAFKA names, else a real Apache Kafka from packages, or in Docker.

    Its data is still there the next day.

    \b
    commonline up                           everything that commonline.toml says
    commonline up --broker-only --port 0    a broker alone, on any free port
    COMMONLINE_KAFKA=host:9092 commonline up
    """
    check_system()
    from commonline.configuration.load import find, load
    from commonline.local.home import Home
    from commonline.local.platform import Platform, resolve
    from commonline.local.services import services

    file = find(config)
    configuration = None if broker_only else load(file)  # a wrong file is told before anything is started
    choice = resolve(docker=docker)
    place = Home.find(home)
    with _ending_cleanly(), place.claim(), Platform(place, choice, port=port) as platform:
        _start(platform, registry)
        if configuration is not None:
            _create_topics(platform, configuration)
        specs = [] if broker_only else services(platform.kafka, place, config=file, registry=platform.registry_url)
        code = _run(platform, place, specs)
    _say("", "everything has ended")
    if code:
        raise typer.Exit(code)


def _start(platform: Platform, registry: bool) -> None:
    began = time.monotonic()
    kafka = platform.start_broker()
    _say("kafka", f"{kafka.bootstrap}, {platform.about} ({time.monotonic() - began:.1f} s)")
    if registry:
        began = time.monotonic()
        _say("registry", f"{platform.start_registry()} ({time.monotonic() - began:.1f} s)")


def _create_topics(platform: Platform, configuration: Configuration) -> None:
    from commonline.bus.admin import ensure
    from commonline.bus.process import ProcessSettings

    feeds = [
        (workspace, department)
        for workspace in configuration.workspaces
        for department in configuration.departments_of(workspace)
    ]
    ours = ProcessSettings.from_environ(platform.kafka, platform.home.path)
    count = ensure(platform.kafka, ours.topics, partitions=ours.partitions, feeds=feeds)
    _say("topics", f"all there, {count} partitions, {len(feeds)} feed{'' if len(feeds) == 1 else 's'}")


def _run(platform: Platform, home: Home, specs: list[ServiceSpec]) -> int:
    from commonline.local.supervisor import Supervisor

    def tell(event: Event) -> None:
        _say(event.service, event.text)
        for line in event.log:
            console().print(f"    {line}", style="dim", markup=False, soft_wrap=True)

    _say("", f"logs are in {home.logs}; Ctrl-C ends everything")
    return Supervisor(specs, home, tell=tell, tend=lambda: platform.tend(_say)).run()


def _say(name: str, text: str) -> None:
    console().print(f"{time.strftime('%H:%M:%S')} {name:<10} {text}", markup=False, soft_wrap=True)


@contextmanager
def _ending_cleanly() -> Iterator[None]:
    """While things start, SIGTERM and Ctrl-C still end what has started already."""

    def leave(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
