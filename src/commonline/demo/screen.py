"""The terminal view: the same conversation in four feeds, side by side, each as its department sees it."""

from __future__ import annotations

from collections import deque

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from commonline.demo.seen import Arrival, Summary
from commonline.demo.stage import DEPARTMENTS
from commonline.schemas.records import FeedActivity

TITLES = {"marketing": "Marketing", "pr": "PR", "service": "Service", "hr": "HR"}
SEES = {"marketing": "public", "pr": "up to customer", "service": "up to internal", "hr": "up to restricted"}
COLOURS = {
    "facebook": "blue",
    "zendesk": "green",
    "hubspot": "magenta",
    "slack": "yellow",
    "email": "cyan",
    "mastodon": "bright_blue",
}
KEPT = 60


class Board:
    """Four columns and a line of news. `console` decides width and colours."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._columns: dict[str, deque[Text]] = {name: deque(maxlen=KEPT) for name in DEPARTMENTS}
        self._news: deque[str] = deque(maxlen=3)
        self._joins = dict.fromkeys(DEPARTMENTS, 0)
        self._redacted = dict.fromkeys(DEPARTMENTS, 0)
        self._shown = dict.fromkeys(DEPARTMENTS, 0)

    def news(self, text: str) -> None:
        """Something that happens outside."""
        self._news.append(text)

    def add(self, arrival: Arrival) -> None:
        """Something that arrived in a feed. Joins that follow one another share a line."""
        column, merged = self._columns[arrival.feed], arrival.record.event == "merged"
        self._joins[arrival.feed] = self._joins[arrival.feed] + 1 if merged else 0
        if self._joins[arrival.feed] > 1:
            column[-1] = Text(f"⇄ joined with {self._joins[arrival.feed]} other conversations", style="dim italic")
            return
        column.append(line(arrival.record, arrival.at))
        if arrival.record.event == "activity":
            self._shown[arrival.feed] += 1
            self._redacted[arrival.feed] += bool(arrival.record.redactions)

    def render(self) -> RenderableType:
        """The picture now."""
        layout = Layout()
        layout.split_column(Layout(self._head(), size=5), Layout(name="feeds"))
        layout["feeds"].split_row(*(Layout(self._panel(name)) for name in DEPARTMENTS))
        return layout

    def _head(self) -> Panel:
        lines = [Text(text, style="dim") for text in self._news]
        if lines:
            lines[-1].stylize("not dim bold")
        return Panel(Group(*lines), title="What happens outside", title_align="left", border_style="dim")

    def _panel(self, name: str) -> Panel:
        width = max(self._console.width // len(DEPARTMENTS) - 4, 16)
        room = max(self._console.height - 8, 4)
        shown: list[Text] = []
        for text in reversed(self._columns[name]):
            rows = len(text.wrap(self._console, width))
            if rows > room:
                break
            room -= rows
            shown.insert(0, text)
        foot = f"{self._shown[name]} shown, {self._redacted[name]} redacted"
        title = f"[bold]{TITLES[name]}[/] [dim]{SEES[name]}[/]"
        return Panel(Group(*shown), title=title, title_align="left", subtitle=foot, subtitle_align="right")


def line(record: FeedActivity, at: int) -> Text:
    """One feed record for people: channel, who, what, and what was taken away."""
    text = Text()
    if record.event != "activity" or record.item is None:
        words = {
            "entered": f"▸ conversation comes in, {record.count or 0} earlier",
            "left": "◂ conversation leaves",
            "merged": "⇄ joined with another conversation",
            "split": "⇎ parted from another conversation",
            "tombstone": "✗ taken back: deleted or no longer visible",
        }
        return Text(words.get(record.event, record.event), style="dim italic")
    item = record.item
    text.append(f"{item.connector} ", style=COLOURS.get(item.connector, "white"))
    who = item.actor.name or (item.actor.account or "").rpartition("/")[2] if item.actor else ""
    text.append(f"{who or 'somebody'}: ", style="bold")
    if item.type not in ("Create", "Update"):
        text.append(f"{item.type.lower()} ", style="italic")
    elif item.type == "Update":
        told = any(change.after is not None for change in item.changes)
        text.append("changes: " if told or not item.object.text else "edits: ", style="italic")
    said = (
        ", ".join(f"{c.field} → {c.after}" for c in item.changes if c.after is not None)
        or item.object.text
        or item.object.title
        or item.object.type
    )
    said = " ".join(said.split())
    text.append(said if len(said) <= 140 else said[:139] + "…")
    if item.visibility not in ("public", "customer"):
        text.append(f" [{item.visibility}]", style="red")
    if record.redactions:
        kinds = sorted({one.rule.rpartition("/")[2] for one in record.redactions} - {"field"})
        text.append(f" ⊘ {', '.join(kinds)}" if kinds else "", style="bright_black")
    delay = (at - item.received) / 1000
    text.append("  catch-up" if record.catch_up else f"  {delay:.0f} ms", style="bright_black")
    return text


def closing(summary: Summary) -> Table:
    """The day in numbers."""
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_column(justify="right", style="bold")
    table.add_column()
    table.add_row(
        str(summary.deliveries),
        f"deliveries kept, {summary.redelivered} of them a second time; {summary.refused} forged refused",
    )
    dead, talks = summary.dead_letters, summary.conversations
    letters = "dead letter" if dead == 1 else "dead letters"
    table.add_row(str(summary.activities), f"activities; {dead} {letters}, {summary.ignored} ignored by rule")
    table.add_row(str(talks), f"conversation{'' if talks == 1 else 's'} among {summary.persons} persons")
    for name, count in summary.feeds.items():
        table.add_row(
            str(count), f"shown to {TITLES.get(name, name)}, {summary.redacted.get(name, 0)} of them redacted"
        )
    verdict = "nothing lost, nothing twice" if summary.adds_up else f"{summary.lost} LOST, {summary.duplicated} TWICE"
    table.add_row("✓" if summary.adds_up else "✗", verdict)
    p50, p99 = summary.latency_ms["p50"], summary.latency_ms["p99"]
    if p50 is not None:
        table.add_row(f"{p50} ms", f"received to feed at the median, {p99} ms at the 99th percentile")
    return table
