"""Records as one line each, for a terminal. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from commonline.cli.safe import one_line
from commonline.schemas.records import (
    Activity,
    Completeness,
    Control,
    ConversationActivity,
    Cursor,
    DeadLetter,
    Delivery,
    FeedActivity,
    Finding,
    Ledger,
    Link,
    Party,
    Person,
    Pulse,
    Workspace,
)

SHORT = 8
BODY_SHOWN = 200
WHO_SHOWN = 24
_ARROWS = {"inbound": "←", "outbound": "→", "internal": "·", "observed": "~"}


def line(label: str, when_us: int, record: Any) -> Text:
    """Time, where it stands, and what it says. `label` is the topic or feed, `when_us` the record's time."""
    text = Text()
    text.append(f"{_clock(when_us)}  ", style="dim")
    text.append(f"{label:<13} ", style="cyan")
    tell = _TELLERS.get(type(record))
    if record is None:
        text.append("replayed" if label in ("dead-letters", "parked") else "taken away", style="dim")
    elif tell is None:
        text.append(type(record).__name__)
    else:
        tell(text, record)
    return text


def conversation_of(record: Any) -> tuple[str, ...]:
    """Ids of the conversations that a record is about."""
    if isinstance(record, FeedActivity | ConversationActivity):
        return (record.conversation, record.other) if record.other else (record.conversation,)
    return ()


def _clock(us: int) -> str:
    try:
        moment = datetime.fromtimestamp(us / 1e6, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return str(us)
    today = datetime.now(UTC).astimezone().date() == moment.date()
    return moment.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S")


def _who(party: Party | None) -> str:
    if party is None:
        return "someone"
    name = one_line(party.name or party.handle or party.account or "someone")
    return name if len(name) <= WHO_SHOWN else name[: WHO_SHOWN - 1] + "…"


def _activity(text: Text, activity: Activity) -> None:
    obj = activity.object
    verb = f"{activity.type} {activity.undoes}" if activity.undoes else activity.type
    text.append(f"{_ARROWS[activity.direction]} {activity.channel} ")
    if activity.type != "Create" or obj.type != "Note":
        text.append(f"{verb} {obj.type} ", style="magenta")
    text.append(_who(activity.actor), style="bold")
    said = obj.text or obj.title or activity.thread.title or activity.reaction
    if said:
        text.append(f": {one_line(said)}")
    for change in activity.changes[:3]:
        text.append(f" {change.field}: {one_line(change.before or '-')} → {one_line(change.after or '-')}", style="dim")
    if activity.visibility != "public":
        text.append(f"  {activity.visibility}", style="yellow")


def _conversation(text: Text, record: ConversationActivity) -> None:
    if record.activity is not None:
        _activity(text, record.activity)
        text.append(f"  feeds: {', '.join(record.feeds) or 'none'}", style="green" if record.feeds else "dim")
    else:
        text.append(_event(record.event, record.conversation, record.other))
    text.append(f"  #{record.conversation[:SHORT]}", style="dim")


def _feed(text: Text, record: FeedActivity) -> None:
    if record.item is not None:
        if record.catch_up:
            text.append("earlier ", style="dim")
        _activity(text, record.item)
        if record.rules:
            text.append(f"  {', '.join(record.rules)}", style="green")
        taken = sorted({redaction.rule.rpartition("/")[2] for redaction in record.redactions})
        if taken:
            text.append(f"  −{', −'.join(taken)}", style="red")
    else:
        text.append(_event(record.event, record.conversation, record.other, record.count, record.object))
    text.append(f"  #{record.conversation[:SHORT]}", style="dim")


def _event(event: str, conversation: str, other: str | None, count: int | None = None, obj: str | None = None) -> str:
    here, there = conversation[:SHORT], (other or "")[:SHORT]
    texts = {
        "merged": f"#{there} is part of #{here} from here on",
        "split": f"#{there} is a conversation of its own, no longer part of #{here}",
        "entered": f"#{here} is in this feed from here on; {count or 0} earlier activities follow",
        "left": f"#{here} is no longer in this feed; {count or 0} objects are taken back",
        "tombstone": f"object {(obj or '')[:SHORT]} is taken back",
    }
    return texts.get(event, event.replace("_", " "))


def _delivery(text: Text, record: Delivery) -> None:
    text.append(f"{record.source} ", style="bold")
    text.append(f"{record.transport} " + ("" if record.mode == "live" else f"{record.mode} "))
    text.append(f"{record.body_size:,} bytes ", style="dim")
    if record.body is not None:
        text.append(one_line(record.body[:BODY_SHOWN].decode("utf-8", "replace")))
    text.append(f"  {record.id[:SHORT]}", style="dim")


def _dead(text: Text, record: DeadLetter) -> None:
    text.append(f"{record.source or '?'} ", style="bold")
    text.append(f"{record.step} {record.cause} ", style="red")
    text.append(f"{one_line(record.path or '')}: {one_line(record.message)}  {record.id[:SHORT]}")


def _link(text: Text, record: Link) -> None:
    sign = "=" if record.verdict == "same" else "≠"
    text.append(f"{record.kind} {one_line(record.a)} {sign} {one_line(record.b)} ")
    text.append(f"{record.state}, {one_line(record.rule or record.ruled_by or 'a person')}", style="dim")


def _person(text: Text, record: Person) -> None:
    text.append(f"{one_line(record.name or 'someone')} ", style="bold")
    text.append(f"{record.side}: {', '.join(one_line(one.account) for one in record.accounts)}")
    if record.merged_into:
        text.append(f" is part of {record.merged_into[:SHORT]}", style="dim")


def _control(text: Text, record: Control) -> None:
    text.append(f"{record.workspace}: {record.kind} {one_line(record.body)}", style="magenta")


def _ledger(text: Text, record: Ledger) -> None:
    text.append(f"{record.stage}[{record.partition}] {record.first}–{record.last} {record.workspace}/{record.source}: ")
    text.append(f"read {record.read}, activities {record.activities}, quiet {record.quiet}, dead {record.dead}")


def _completeness(text: Text, record: Completeness) -> None:
    text.append(f"{record.workspace}/{record.source} ", style="bold")
    text.append(f"complete until {_clock(record.until)}, {record.open} on their way")
    if record.findings:
        text.append(f", {record.findings} findings", style="red")


def _finding(text: Text, record: Finding) -> None:
    text.append(f"{record.workspace or '?'}/{record.source or '?'} ", style="bold")
    text.append(f"{record.kind} ", style="red")
    text.append(f"{record.topic}[{record.partition}] {record.first}–{record.last}: {one_line(record.message)} ")
    text.append(f"({record.state})  {record.id[:SHORT]}", style="dim")


def _pulse(text: Text, record: Pulse) -> None:
    text.append(f"{record.workspace} {record.topic}: {record.count} in the minute {_clock(record.minute)}")
    if record.replies:
        text.append(f", mean reply after {record.reply_ms_sum / record.replies / 1000:.0f} s")


def _cursor(text: Text, record: Cursor) -> None:
    text.append(f"{record.source} {one_line(record.position)}")


def _workspace(text: Text, record: Workspace) -> None:
    text.append(f"{record.workspace} lies in partition {record.partition}")


def _unreadable(text: Text, record: str) -> None:
    text.append(one_line(record), style="red")


_TELLERS: dict[type, Any] = {
    str: _unreadable,
    Activity: _activity,
    ConversationActivity: _conversation,
    FeedActivity: _feed,
    Delivery: _delivery,
    DeadLetter: _dead,
    Link: _link,
    Person: _person,
    Control: _control,
    Ledger: _ledger,
    Completeness: _completeness,
    Finding: _finding,
    Pulse: _pulse,
    Cursor: _cursor,
    Workspace: _workspace,
}
