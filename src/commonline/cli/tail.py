"""``commonline tail``: follow a feed or a topic, one line a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from commonline.cli.options import AsJson, HomeOption, PrefixOption, settings
from commonline.cli.screen import console, print_json

if TYPE_CHECKING:
    from confluent_kafka import Message

    from commonline.bus.process import ProcessSettings
    from commonline.bus.reader import Start

FEEDS = "feeds"
POLL_S = 0.2
MOST_SORTED = 50_000


def tail(
    what: Annotated[
        str,
        typer.Argument(help="A department (its feed), feeds, conversations, activities, deliveries, dead-letters …"),
    ] = FEEDS,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w", help="Only of this workspace.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="beginning, now, 15m (ago), or a time: 2026-01-31T09:00.")
    ] = None,
    conversation: Annotated[
        str | None, typer.Option(help="Only this conversation: its id, or how it begins; # may stand before it.")
    ] = None,
    lines: Annotated[int | None, typer.Option("-n", "--lines", min=0, help="Begin with the newest so many.")] = None,
    follow: Annotated[bool, typer.Option(help="Stay and show what comes; else end with what is there.")] = True,
    home: HomeOption = None,
    prefix: PrefixOption = "",
    json: AsJson = False,
) -> None:
    """Show records as they come, one line each; Ctrl-C ends. Without --from and -n: the newest 10, then what comes.

    \b
    commonline tail pr
    commonline tail feeds --conversation 1a2b3c4d --from beginning
    commonline tail dead-letters -n 5 --no-follow --json
    """
    found = settings(home, prefix)
    topics = resolve(what, workspace, found)
    count = lines if lines is not None else 10 if since is None else None
    chosen = conversation is not None or (workspace is not None and what != FEEDS)
    begin = "beginning" if count and chosen else _start(since, count)
    show = _Show(found, topics, workspace, conversation, json=json)
    try:
        _run(found, topics, begin, show, count=count, follow=follow)
    except (KeyboardInterrupt, BrokenPipeError):
        return


def resolve(what: str, workspace: str | None, found: ProcessSettings) -> dict[str, str]:
    """Topics with a short name for each. Raises `ConfigurationError` naming what there is."""
    import difflib

    from commonline import topics as table
    from commonline.bus.admin import Administration
    from commonline.errors import ConfigurationError

    names = found.topics
    plain = {topic.name.removesuffix(".v1"): topic for topic in table.TABLE if topic is not table.FEED}
    if what.removesuffix(".v1") in plain:
        short = what.removesuffix(".v1")
        return {names.name(plain[short]): short}
    with Administration(found.kafka) as admin:
        feeds = names.feeds(admin.names())
    spaces = {space for space, _ in feeds.values()}
    taken = {
        name: department if len(spaces) == 1 or workspace else f"{space}/{department}"
        for name, (space, department) in feeds.items()
        if what in (FEEDS, department, f"{space}/{department}") and workspace in (None, space)
    }
    if not taken:
        known = [*sorted({department for _, department in feeds.values()}), FEEDS, *plain]
        near = difflib.get_close_matches(what, known, n=1)
        where = f" in workspace {workspace}" if workspace else ""
        hint = f"did you mean {near[0]!r}?" if near and near[0] != what else f"there are: {', '.join(known)}"
        raise ConfigurationError(f"nothing is called {what!r}{where}; {hint}")
    return taken


def _start(since: str | None, count: int | None) -> Start:
    from commonline.bus.reader import Last
    from commonline.cli.ages import moment_us

    if count is not None:
        return Last(count) if count else "end"
    if since in (None, "now"):
        return "end"
    return "beginning" if since == "beginning" else moment_us("--from", since or "", "beginning, now, ") // 1000


class _Show:
    """Prints a record, if it is one that is wanted."""

    def __init__(
        self,
        found: ProcessSettings,
        topics: dict[str, str],
        workspace: str | None,
        conversation: str | None,
        *,
        json: bool,
    ) -> None:
        from commonline.schemas.serde import Serde

        self._serde = Serde(found.ids)
        self._topics, self._workspace, self._json = topics, workspace, json
        self._conversation = conversation.lstrip("#").lower() if conversation else None

    def wanted(self, message: Message) -> tuple[Any, bool]:
        """The record, and whether it is to be shown."""
        from commonline.cli.lines import conversation_of
        from commonline.schemas.errors import SchemaError

        value = message.value()
        try:
            record: Any = None if value is None else self._serde.decode(value)
        except SchemaError as error:
            record = f"not readable: {error}"
        if self._workspace is not None and getattr(record, "workspace", self._workspace) != self._workspace:
            return record, False
        if self._conversation is not None:
            return record, any(one.startswith(self._conversation) for one in conversation_of(record))
        return record, True

    def __call__(self, message: Message, record: Any) -> None:
        from commonline.cli.lines import line

        when_us = message.timestamp()[1] * 1000
        topic = message.topic() or ""
        if self._json:
            import msgspec

            where = {"topic": topic, "partition": message.partition(), "offset": message.offset()}
            kind = type(record).__name__ if record is not None else None
            print_json({**where, "timestamp_us": when_us, "record": kind, "value": msgspec.to_builtins(record)})
            return
        out = console()
        told = line(self._topics[topic], when_us, record)
        out.print(told, no_wrap=True, overflow="ellipsis", crop=True) if out.is_terminal else typer.echo(told.plain)


Found = tuple[int, int, "Message", Any]
"""Time, position, message, record."""


def _run(
    found: ProcessSettings, topics: dict[str, str], begin: Start, show: _Show, *, count: int | None, follow: bool
) -> None:
    """First what is there, in order of time (of very much, in portions); then what comes."""
    from commonline.bus.reader import Reader

    with Reader(found.kafka, topics, start=begin) as reader:
        there: list[Found] = []
        for message in reader.until_end() if begin != "end" else ():
            record, wanted = show.wanted(message)
            if wanted:
                there.append((message.timestamp()[1], len(there), message, record))
            if len(there) >= MOST_SORTED:
                there = _newest(there, count) if count else _shown(there, show)
        _shown(_newest(there, count), show)
        while follow:
            for message in reader.poll(POLL_S):
                record, wanted = show.wanted(message)
                if wanted:
                    show(message, record)


def _newest(there: list[Found], count: int | None) -> list[Found]:
    there.sort(key=lambda one: one[:2])
    return there[-count:] if count else there


def _shown(there: list[Found], show: _Show) -> list[Found]:
    there.sort(key=lambda one: one[:2])
    for _, _, message, record in there:
        show(message, record)
    return []
