"""``commonline connector replay --all``: every folder of a collection of samples, each by its own connector."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.table import Table

from commonline.cli.replay import Replayed, read_settings, replayed
from commonline.cli.replay_report import ORDER as OUTCOMES
from commonline.cli.screen import console, print_json
from commonline.errors import ConfigurationError
from commonline.kit import catalogue
from commonline.kit.mapping import DEFECT, UNSUPPORTED, Dead, Skipped

GENERIC = "webhook"
"""Takes what no other connector is for."""
REASONS = 3
"""Most reasons of one kind that stand in the table; all stand below it."""


@dataclass(slots=True)
class Folder:
    """What became of a folder's samples: `outcomes` by sample, reasons by entry."""

    name: str
    connector: str
    outcomes: Counter[str] = field(default_factory=Counter)
    activities: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    unsupported: Counter[str] = field(default_factory=Counter)
    dead: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)

    @property
    def samples(self) -> int:
        """How many there are."""
        return self.outcomes.total()

    @property
    def share(self) -> float:
        """Of the samples, those that are mapped or ignored by a rule."""
        return (self.outcomes["mapped"] + self.outcomes["ignored"]) / self.samples if self.samples else 1.0

    def add(self, one: Replayed) -> None:
        """Count a sample."""
        self.outcomes[one.verdict.outcome] += 1
        self.activities += one.verdict.activities
        for outcome in (result.outcome for result in one.results):
            if isinstance(outcome, Dead):
                place = f"{self.name}/{one.verdict.file} at {outcome.path}: {outcome.message}"
                (self.crashed if outcome.message.startswith(DEFECT) else self.dead).append(place)
            elif isinstance(outcome, Skipped):
                known = self.ignored if outcome.rule != UNSUPPORTED else self.unsupported
                known[outcome.rule if outcome.rule != UNSUPPORTED else outcome.event or "?"] += 1


def connector_of(folder: str) -> str:
    """The connector that a folder's samples are for: of its name, of another name of the product, of its first words;
    else the one that takes anything. ``x_twitter`` holds samples of ``x``."""
    known = catalogue.folders()
    named = {other: name for name in known for other in catalogue.manifest(name).samples}
    words = folder.lower().split("_")
    for end in range(len(words), 0, -1):
        name = "_".join(words[:end])
        if name in known or name in named:
            return name if name in known else named[name]
    return GENERIC


def run(root: Path) -> list[Folder]:
    """All folders below `root`, in the order of their names. Raises `ConfigurationError` if there are none."""
    if not root.is_dir():
        raise ConfigurationError(f"{root} is no folder; name one that holds a folder of samples for each product")
    places = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    if not places:
        raise ConfigurationError(f"{root} holds no folders; name one that holds a folder of samples for each product")
    found = []
    for place in places:
        told = Folder(place.name, connector_of(place.name))
        for one in replayed(told.connector, [place], read_settings(told.connector, None)):
            told.add(one)
        found.append(told)
    return found


def as_json(folders: list[Folder]) -> None:
    """One object a folder."""
    for one in folders:
        print_json(
            {
                "folder": one.name,
                "connector": one.connector,
                "samples": one.samples,
                "outcomes": dict(one.outcomes),
                "activities": one.activities,
                "ignored": dict(one.ignored),
                "unsupported": dict(one.unsupported),
                "dead": one.dead,
                "crashed": one.crashed,
            }
        )


def as_table(folders: list[Folder], *, detailed: bool) -> None:
    """The table; below it everything that is neither mapped nor ignored, with its place."""
    table = Table(
        "source", "connector", "samples", "mapped", "ignored", "unsupported", "dead", "explained", "why ignored"
    )
    for column in table.columns[2:8]:
        column.justify = "right"
    for one in folders:
        counts = [one.samples, *(one.outcomes[name] for name in OUTCOMES)]
        why = _shown(one.ignored)
        table.add_row(one.name, one.connector, *(str(number) for number in counts), f"{one.share:.0%}", why)
    console().print(table)
    for one in folders:
        if one.unsupported:
            typer.echo(f"unsupported: {one.name}: {', '.join(f'{name} ({n})' for name, n in one.unsupported.items())}")
        for place in one.dead if detailed else one.dead[:REASONS]:
            typer.echo(f"dead: {place}")
        for place in one.crashed:
            typer.echo(f"crashed: {place}")
    typer.echo(_sums(folders))


def _shown(reasons: Counter[str]) -> str:
    told = [f"{name} {count}" for name, count in reasons.most_common(REASONS)]
    return ", ".join(told) + (" …" if len(reasons) > REASONS else "")


def _sums(folders: list[Folder]) -> str:
    outcomes: Counter[str] = Counter()
    for one in folders:
        outcomes.update(one.outcomes)
    explained = outcomes["mapped"] + outcomes["ignored"]
    share = explained / outcomes.total() if outcomes else 1.0
    counts = ", ".join(f"{outcomes[name]} {name}" for name in OUTCOMES)
    crashed = sum(len(one.crashed) for one in folders)
    activities = sum(one.activities for one in folders)
    return (
        f"{len(folders)} folders, {outcomes.total()} samples: {counts}; {activities} activities; "
        f"{share:.1%} mapped or ignored with a reason; {crashed} crashed"
    )
