"""The command ``commonline``. A command's module is imported when the command is used, so that ``--help`` is quick."""

from __future__ import annotations

import importlib
import inspect
import sys
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from commonline.errors import CommonlineError

MODULES = "commonline.cli"


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command lives: a function or a `typer.Typer` called `name` in `module`."""

    module: str
    name: str
    panel: str
    about: str


PLATFORM, SERVICES, LOOK, BUILD = "Platform", "Services", "Look", "Build and mend"
COMMANDS: dict[str, Command] = {
    "demo": Command("demo", "demo", PLATFORM, "One customer's day through four feeds, live."),
    "up": Command("up", "up", PLATFORM, "Start the broker and all services of this home."),
    "down": Command("down", "down", PLATFORM, "Stop what a home runs."),
    "reset": Command("reset", "reset", PLATFORM, "Set a home's data aside and begin anew."),
    "doctor": Command("doctor", "doctor", PLATFORM, "What was found, what is used, and why."),
    "init": Command("init", "init", PLATFORM, "Write a first commonline.toml."),
    "config": Command("config", "app", PLATFORM, "Check or show the configuration."),
    "topics": Command("topics", "app", PLATFORM, "Create, check or list the topics."),
    "connect": Command("connect", "connect", SERVICES, "Webhooks, pollers and streams into the log."),
    "normalize": Command("normalize", "normalize", SERVICES, "Deliveries to activities."),
    "unify": Command("unify", "unify", SERVICES, "Activities to conversations and feeds."),
    "pulse": Command("pulse", "pulse", SERVICES, "Volume and reply time per minute (a Faust stream)."),
    "gateway": Command("gateway", "app", SERVICES, "Conversations over HTTP, for people and applications."),
    "audit": Command("audit", "audit", SERVICES, "Is anything missing? Once, or for ever."),
    "status": Command("status", "status", LOOK, "What every source delivered and what became of it."),
    "tail": Command("tail", "tail", LOOK, "Follow a feed, a conversation or a topic."),
    "explain": Command("explain", "explain", LOOK, "What a payload becomes, where it goes, and by which rule."),
    "dead": Command("dead", "app", BUILD, "List, show and replay dead letters."),
    "backfill": Command("backfill", "backfill", BUILD, "Read a source's history into the line."),
    "replay": Command("replay_range", "replay", BUILD, "Map once more what was received in a span of time."),
    "state": Command("state", "app", BUILD, "Show, verify and rebuild the state of unify."),
    "ruling": Command("ruling", "app", BUILD, "Join or part accounts and threads; rule on visibility."),
    "source": Command("source", "app", BUILD, "Pause and resume sources."),
    "connector": Command("connector", "app", BUILD, "Start, check and try connectors."),
}


class LazyGroup(TyperGroup):
    """Lists commands from the table, imports one when it is asked for. (Typer's own click is private: hence `Any`.)"""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if _only_listing():
            listed = typer.Typer(add_completion=False, rich_markup_mode=None)
            listed.command(name=cmd_name, help=entry.about, rich_help_panel=entry.panel)(_nothing)
            return get_command(listed)
        found = getattr(importlib.import_module(f"{MODULES}.{entry.module}"), entry.name)
        if isinstance(found, typer.Typer):
            command = get_command(found)
        else:
            single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            single.command(name=cmd_name)(found)
            command = get_command(single)
        command.name = cmd_name
        _flow(command)
        return command


def _flow(command: Any) -> None:
    """Let the paragraphs of a help text flow: a line's end in the source means nothing to a reader.

    Examples keep their lines: they begin with ``\\b``, as click has it.
    """
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    flowing = (one if one.startswith("\b") else one.replace("\n", " ") for one in paragraphs)
    command.help = "\n\n".join(flowing)
    for inner in getattr(command, "commands", {}).values():
        _flow(inner)


def _nothing() -> None:
    """Stands in for a command while only its name and help are shown."""


def _only_listing() -> bool:
    """Whether no command is named, so that the list of commands is all that is wanted."""
    return len(sys.argv) < 2 or sys.argv[1] not in COMMANDS


app = typer.Typer(
    name="commonline",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Every department on the same line.",
    epilog="Begin with: commonline demo",
)


@app.callback()
def root() -> None:
    """Every department on the same line."""


def main() -> None:
    """Run; an error of ours is one plain message on stderr and its exit code."""
    try:
        app()
    except CommonlineError as error:
        sys.stderr.write(f"commonline: {error}\n")
        sys.exit(error.exit_code)
