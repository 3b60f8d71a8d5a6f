"""Results of schedules: bench/results/crash.jsonl, one line a schedule, with the version of the code that was tried."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import time
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from commonline.settings import KafkaSettings
from tests.crash.campaign import Run
from tests.crash.schedule import Schedule
from tests.crash.works import ROOT

log = logging.getLogger("crash.kafka")
FILE = ROOT / "bench" / "results" / "crash.jsonl"
TRIED = (
    "src/commonline/bus",
    "src/commonline/kit",
    "streams/normalize",
    "streams/unify",
    "connectors/facebook",
    "schemas",
)
WRONG = ("lost", "duplicated", "reordered", "gaps", "diverged", "state", "buried", "unaccounted")


def code_version() -> str:
    """Twelve digits of a hash over the Python that the schedules run through."""
    digest = hashlib.sha256()
    for folder in TRIED:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def row(schedule: Schedule, run: Run, code: str, subject: str) -> dict[str, Any]:
    """One line."""
    return {
        "subject": subject,
        "seed": schedule.seed,
        "events": schedule.events,
        "code": code,
        "commit": _commit(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "blows": [blow.kind for blow in schedule.blows if not blow.kind.startswith("rule")],
        "took_s": round(run.took_s, 1),
        "load": round(os.getloadavg()[1] / (os.cpu_count() or 1), 1),
        **{key: value for key, value in run.verdict.plain().items() if key != "events"},
        "acknowledged": run.verdict.events,
        "stopped": run.stopped.splitlines()[0] if run.stopped else "",
        "recovery_s": run.recovery_s,
        "exits": run.exits,
        "retries": run.retries,
        "epilogue": schedule.epilogue,
        "compaction": schedule.compaction,
    }


def clean(line: dict[str, Any]) -> bool:
    """Whether the guarantee held in a schedule."""
    return not line["stopped"] and not any(line[key] for key in WRONG)


def append(line: dict[str, Any]) -> None:
    """Keep a result."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def known(code: str, events: int, subject: str) -> dict[int, dict[str, Any]]:
    """Clean results of this code, by seed."""
    if not FILE.exists():
        return {}
    lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    wanted = (code, events, subject)
    return {
        line["seed"]: line
        for line in lines
        if (line["code"], line["events"], line["subject"]) == wanted and clean(line)
    }


def total(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The sum over schedules, as the last line of `make crash` says it.

    What a replay of the log shows beyond the numbers of the load generator counts too: records that differ as lost or
    duplicated cannot be told apart without the notes, so they count as lost; so do gaps, rows of state and sums.
    """
    waits = sorted(seconds for line in lines for _, seconds in line["recovery_s"])
    other = ("gaps", "diverged", "state", "buried", "unaccounted")
    return {
        "schedules": len(lines),
        "events": sum(line["acknowledged"] for line in lines),
        "lost": sum(line["lost"] + sum(line[key] for key in other) + bool(line["stopped"]) for line in lines),
        "duplicated": sum(line["duplicated"] for line in lines),
        "reordered": sum(line["reordered"] for line in lines),
        "recovery_s": {"p50": quantile(waits, 0.5), "p99": quantile(waits, 0.99)},
    }


def quantile(waits: list[float], part: float) -> float | None:
    """Of sorted values; None without any."""
    return waits[min(len(waits) - 1, int(part * len(waits)))] if waits else None


def remove_topics(kafka: KafkaSettings, prefix: str) -> None:
    """Make room for the next schedule."""
    admin = AdminClient(kafka.librdkafka(), logger=log)
    mine = [name for name in admin.list_topics(timeout=20).topics if name.startswith(prefix)]
    for name, done in admin.delete_topics(mine, request_timeout=20).items():
        try:
            done.result(30)
        except KafkaException as error:
            raise AssertionError(f"{name} cannot be deleted: {error}") from error


def _commit() -> str:
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip()
