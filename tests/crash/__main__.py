"""``python -m tests.crash``: schedules by seed, their verdicts in bench/results/crash.jsonl, the sum as last line."""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.crash import ledger
from tests.crash.broker import CutBroker
from tests.crash.campaign import Run, Trial, repeat
from tests.crash.faust_trial import ExactlyOnceFaustTrial, FaustTrial, fitted
from tests.crash.schedule import Schedule, draw
from tests.crash.works import ROOT

CACHE = Path(os.environ.get("COMMONLINE_CACHE") or ROOT / ".commonline" / "cache")
SUBJECTS = {"commonline": Trial, "faust": FaustTrial, "faust-exactly-once": ExactlyOnceFaustTrial}
said = Console(stderr=True, highlight=False)


def arguments(argv: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make crash", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many schedules (SEEDS=)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (FIRST=)")
    parser.add_argument("--seed", type=int, help="this seed alone (SEED=)")
    parser.add_argument("--events", type=int, default=20_000, help="facts of each schedule (EVENTS=)")
    parser.add_argument("--subject", choices=SUBJECTS, default="commonline", help="what is hurt (SUBJECT=)")
    parser.add_argument("--again", action="store_true", help="seeds that this code has passed, too (AGAIN=1)")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()), help="where failed runs are kept")
    parser.add_argument("--cache", type=Path, default=CACHE, help="downloads")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Run what is not there yet; 1 when any schedule broke the guarantee."""
    told = arguments(argv)
    seeds = [told.seed] if told.seed is not None else list(range(told.first, told.first + told.seeds))
    code = ledger.code_version()
    known = {} if told.again else ledger.known(code, told.events, told.subject)
    todo = [seed for seed in seeds if seed not in known]
    if known and len(todo) < len(seeds):
        said.print(f"{len(seeds) - len(todo)} of {len(seeds)} seeds are in {ledger.FILE.name} for this code already")
    home = Path(tempfile.mkdtemp(prefix="commonline-crash-", dir=told.keep))
    rows = [known[seed] for seed in seeds if seed in known]
    if todo:
        rows += _run_all(todo, told, code, home)
    shutil.rmtree(home, ignore_errors=not any(home.glob("seed-*")))
    sys.stdout.write(json.dumps(ledger.total(rows)) + "\n")
    return 0 if all(ledger.clean(row) for row in rows) else 1


def _run_all(todo: list[int], told: argparse.Namespace, code: str, home: Path) -> list[dict[str, Any]]:
    logging.basicConfig(filename=home / "harness.log", level=logging.INFO)
    broker = CutBroker(home / "broker", told.cache)
    broker.start()
    rows = []
    try:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        with Progress(*columns, TimeElapsedColumn(), console=said) as bar:
            for at, seed in enumerate(todo, 1):
                task = bar.add_task(f"seed {seed} ({at} of {len(todo)})", total=1.0)
                drawn = draw(seed, told.events)
                schedule = drawn if told.subject == "commonline" else fitted(drawn)
                kind = SUBJECTS[told.subject]
                run = one(broker, schedule, home, lambda part, task=task: bar.update(task, completed=part), kind)
                bar.remove_task(task)
                rows.append(ledger.row(schedule, run, code, told.subject))
                ledger.append(rows[-1])
                _tell(schedule, run, home, told.subject)
    finally:
        broker.remove()
    return rows


def one(broker: CutBroker, schedule: Schedule, home: Path, progress: Any, kind: type[Trial]) -> Run:
    """One schedule; its folder is removed if it was clean."""
    folder = home / f"seed-{schedule.seed}"
    shutil.rmtree(folder, ignore_errors=True)
    if not broker.alive:
        broker.start()
    trial = kind(broker, schedule, folder, f"crash-{schedule.seed}-{secrets.token_hex(3)}-", progress)
    run = trial.run()
    ledger.remove_topics(broker.settings, trial.works.prefix)
    if run.clean:
        shutil.rmtree(folder)
    return run


def _tell(schedule: Schedule, run: Run, home: Path, subject: str) -> None:
    verdict = run.verdict
    waits = sorted(seconds for _, seconds in run.recovery_s)
    state = "[green]ok[/]" if run.clean else "[red]BROKEN[/]"
    said.print(
        f"{time.strftime('%H:%M:%S')} seed {schedule.seed}: {state}, {verdict.events} events, "
        f"{len(schedule.blows)} blows, {run.took_s:.0f} s, recovery up to {waits[-1] if waits else 0:.1f} s, "
        f"ends {run.exits}",
        soft_wrap=True,
    )
    if run.clean:
        return
    for note in verdict.notes:
        said.print(f"    {note}", markup=False)
    for line in run.stopped.splitlines()[:30]:
        said.print(f"    {line}", markup=False)
    for blow in schedule.blows:
        said.print(f"      {repeat(blow)}", markup=False)
    more = "" if subject == "commonline" else f" SUBJECT={subject}"
    said.print(f"  repeat: make crash SEED={schedule.seed} EVENTS={schedule.events}{more} AGAIN=1")
    said.print(f"  logs:   {home / f'seed-{schedule.seed}'}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
