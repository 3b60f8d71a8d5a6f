"""What ``commonline connector replay`` prints: lines, a table, JSON, or the activities for a person to
read."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import typer
from rich.table import Table

from commonline.cli.replay import Replayed
from commonline.cli.screen import console, print_json
from commonline.kit.mapping import UNSUPPORTED, Dead, Mapped
from commonline.kit.replay import Result
from commonline.kit.times import from_micros
from commonline.schemas.records import Activity, Party

TEXT_SHOWN = 600
ORDER = ("mapped", "ignored", "unsupported", "dead")


def as_json(replayed: list[Replayed]) -> None:
    """One object a sample: file, outcome, activities (their number), reason, path."""
    for one in replayed:
        print_json(msgspec.to_builtins(one.verdict))


def as_lines(name: str, replayed: list[Replayed], *, show: bool) -> None:
    """One line a sample, the activities below it on request, and the sums."""
    for one in replayed:
        verdict = one.verdict
        note = "  ".join(part for part in (verdict.reason, verdict.path and f"at {verdict.path}") if part)
        typer.echo(f"{verdict.outcome:<11} {verdict.activities:>3}  {verdict.file}" + (f"  {note}" if note else ""))
        if show:
            for result in one.results:
                for activity in result.activities:
                    typer.echo(readable(activity))
    typer.echo(f"\n{name}: {sums(replayed)}")


def as_table(name: str, replayed: list[Replayed]) -> None:
    """How many samples and entries ended how, ignored ones by rule, unsupported by event, dead by path."""
    table = Table("outcome", "why", "samples", "entries", "activities", title=name, title_justify="left")
    for column in table.columns[2:]:
        column.justify = "right"
    rows: dict[tuple[str, str], list[int]] = {}
    for one in replayed:
        seen = set()
        for result in one.results:
            key = _why(result)
            row = rows.setdefault(key, [0, 0, 0])
            row[0] += key not in seen
            row[1] += 1
            row[2] += len(result.activities)
            seen.add(key)
    for outcome, why in sorted(rows, key=lambda key: (ORDER.index(key[0]), -rows[key][1], key[1])):
        table.add_row(outcome, why, *(str(number) for number in rows[outcome, why]))
    console().print(table)
    for one in replayed:
        for result in one.results:
            if isinstance(result.outcome, Dead):
                told = result.outcome
                typer.echo(f"dead: {one.verdict.file} at {told.path}: {told.cause}: {told.message}")
    typer.echo(f"{name}: {sums(replayed)}")


def sums(replayed: list[Replayed]) -> str:
    """The sums in one line."""
    counted = Counter(one.verdict.outcome for one in replayed)
    activities = sum(one.verdict.activities for one in replayed)
    parts = [f"{counted[outcome]} {outcome}" for outcome in ORDER if counted[outcome]]
    return f"{len(replayed)} samples: {', '.join(parts) or 'none'}; {activities} activities"


def _why(result: Result) -> tuple[str, str]:
    outcome = result.outcome
    if isinstance(outcome, Mapped):
        return "mapped", outcome.event
    if isinstance(outcome, Dead):
        return "dead", outcome.cause
    return ("unsupported", outcome.event) if outcome.rule == UNSUPPORTED else ("ignored", outcome.rule)


def readable(activity: Activity) -> str:
    """An activity as a person reads it."""
    obj = activity.object
    when = from_micros(activity.published).isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
    clock = " (when received)" if activity.clock == "received" else ""
    verb = f"{activity.type} {activity.undoes}" if activity.undoes else activity.type
    marks = " automated" if activity.automated else ""
    kind = f"{verb} {obj.type} · {activity.channel} · {activity.direction} · {activity.visibility}{marks}"
    lines = [f"    {kind} · {when}{clock}"]
    lines += [f"      {name:<9} {value}" for name, value in _rows(activity) if value]
    if obj.text is not None:
        text = obj.text if len(obj.text) <= TEXT_SHOWN else obj.text[:TEXT_SHOWN] + " …"
        lines.append("      text      " + text.replace("\n", "\n                "))
    return "\n".join(lines)


def _rows(activity: Activity) -> list[tuple[str, Any]]:
    obj, thread = activity.object, activity.thread
    return [
        ("who", _party(activity.actor)),
        ("author", _party(obj.author)),
        *((party.role, _party(party)) for party in activity.participants),
        ("object", f"{obj.id}" + (f" (version {obj.version})" if obj.version else "")),
        ("edge", activity.edge),
        ("thread", f"{thread.id}" + (f" “{thread.title}”" if thread.title else "")),
        ("state", thread.state if thread.state != "unknown" else None),
        ("in", thread.container and (thread.container.name or thread.container.id)),
        *((reference.kind, reference.id) for reference in activity.references),
        ("via", activity.our_account),
        ("title", obj.title),
        ("reaction", activity.reaction),
        *(("change", f"{c.field}: {c.before} → {c.after}") for c in activity.changes),
        *(("attached", f"{a.kind} {a.name or ''} {a.url or a.id or ''}") for a in obj.attachments),
        *(("span", f"{s.kind} “{(obj.text or '')[s.start : s.end]}” {s.value or ''}") for s in obj.spans),
        ("url", obj.url),
        ("language", obj.language),
        ("tags", ", ".join(activity.tags)),
        ("metrics", ", ".join(f"{k} {v:g}" for k, v in activity.metrics.items())),
        ("fields", ", ".join(f"{k}={v}" for k, v in activity.fields.items())),
    ]


def _party(party: Party | None) -> str | None:
    if party is None:
        return None
    handle = f" @{party.handle}" if party.handle else ""
    claims = "".join(f" {claim.relation} {claim.account} ({claim.trust})" for claim in party.claims)
    return f"{party.name or '?'}{handle} <{party.account or '-'}> {party.kind}, {party.side}{claims}"
