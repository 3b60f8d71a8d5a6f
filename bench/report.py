"""From a results file to the figures in ``docs/performance.md`` and its plots.

    python -m bench.report [bench/results/2026-01-31.json]

Everything between the two marks of the page is written anew; the prose around them is kept.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.machine import ROOT
from bench.plot import Row, bars

PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "performance"
RESULTS = ROOT / "bench" / "results"
BEGIN, END = "<!-- figures: written by bench/report.py -->\n", "<!-- end of figures -->\n"
NAMES = {
    "commonline": "Commonline",
    "commonline_zendesk": "Commonline with Zendesk's connector,",
    "kafka_streams": "Kafka Streams",
    "quix": "Quix Streams",
    "faust": "plain Faust",
}
JOBS = {"normalize": "J1", "unify": "J2"}


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table."""
    first = list(heads)
    lines = [f"| {' | '.join(first)} |", f"|{'---|' * len(first)}"]
    return [*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows), ""]


def _stage(part: str, systems: dict[str, dict[str, Any]]) -> list[str]:
    ours = systems["commonline"]

    def row(name: str, found: dict[str, Any]) -> list[object]:
        own = name.startswith("commonline")
        label = f"{NAMES[name]} {part}" if own else f"{NAMES[name]} ({JOBS[part]})"
        if "missing" in found:
            return [label, f"not measured: {found['missing']}", *[""] * 6]
        span = "–".join(f"{one:,}" for one in found["per_s_range"]) if "per_s_range" in found else ""
        ratio = "" if own else f"{ours['per_s'] / found['per_s']:.2f}"
        figures = [f"{found['per_s']:,}", span, found["cpu_s_per_million"], found["broker_cpu_s_per_million"]]
        return [label, found["guarantee"], *figures, found["rss_mib"], ratio]

    heads = ("system", "guarantee", "events/s", "low–high", "CPU s/M", "broker CPU s/M", "MiB", "ours by it")
    lines = table(heads, (row(name, found) for name, found in systems.items()))
    plot = f"{part}.svg"
    rows: list[Row] = [
        (
            NAMES[name].lower().rstrip(",") if name.startswith("commonline") else NAMES[name],
            found.get("per_s"),
            f"{found['per_s']:,}/s" if "per_s" in found else "not measured",
        )
        for name, found in systems.items()
    ]
    (PLOTS / plot).write_text(bars(f"{part}: events a second, one process", rows), "utf-8")
    return [f"### {part}, beside {JOBS[part]} of the peers", "", f"![{part}](performance/{plot})", "", *lines]


def _connect(found: dict[str, Any]) -> list[str]:
    names = {"1_kib": "1.2 KB bodies, 16 connections", "64_kib": "64 KiB bodies, 16", "1000_clients": "1.2 KB, 1,000"}
    rows: list[list[object]] = []
    drawn: list[Row] = []
    for name, case in found.items():
        ours, noop = case["connect"], case["noop"]
        rows.append(
            [
                names[name],
                f"{ours['per_s']:,}",
                f"{ours['per_cpu_s']:,}",
                ours["p99_ms"],
                f"{noop['per_cpu_s']:,}",
                noop["p99_ms"],
                case["ratio_per_cpu_s"],
            ]
        )
        drawn.append((f"commonline, {name}", ours["per_cpu_s"], f"{ours['per_cpu_s']:,}"))
        drawn.append((f"nothing, {name}", noop["per_cpu_s"], f"{noop['per_cpu_s']:,}"))
    (PLOTS / "connect.svg").write_text(bars("connect: calls by second of processor time", drawn), "utf-8")
    heads = ("load", "calls/s", "by CPU second", "p99 ms", "doing nothing: by CPU second", "its p99 ms", "ratio")
    lines = ["### connect, beside a server that does nothing", "", "![connect](performance/connect.svg)", ""]
    return [*lines, *table(heads, rows)]


def _latency(found: dict[str, Any]) -> list[str]:
    rows: list[list[object]] = []
    drawn: list[Row] = []
    for told in found.values():
        rate = f"{told['per_s']:,.0f}/s"
        for stop, label in (("ack", "the 2xx"), ("activity", "activities.v1"), ("feed", "the feed")):
            rows.append([rate, label, told[f"{stop}_p50"], told[f"{stop}_p90"], told[f"{stop}_p99"]])
        drawn.append((f"commonline p50, {rate}", told["feed_p50"], f"{told['feed_p50']} ms"))
        drawn.append((f"p99, {rate}", told["feed_p99"], f"{told['feed_p99']} ms"))
    (PLOTS / "latency.svg").write_text(bars("From the POST to the feed, ms", drawn), "utf-8")
    cores = [
        f"at {one['per_s']:,.0f}/s: " + ", ".join(f"{n} {c}" for n, c in one["cores"].items()) for one in found.values()
    ]
    lines = ["### Latency", "", "![latency](performance/latency.svg)", ""]
    lines += table(("rate", "from the POST to", "p50 ms", "p90 ms", "p99 ms"), rows)
    return [*lines, f"Cores used, {'; '.join(cores)}.", ""]


def _listeners(found: dict[str, Any]) -> list[str]:
    heads = ("listeners", "records/s", "p50 ms", "p90 ms", "p99 ms", "missing", "gateway, cores", "load before")
    row = (f"{found['listeners']:,}", found["per_s"], found["p50"], found["p90"], found["p99"], found["missing"])
    lines = table(heads, [(*row, found["gateway_cores"], found["load"])])
    return ["### Live streams: from a feed's topic to the sockets", "", *lines]


def _scale(found: dict[str, Any]) -> list[str]:
    rows = [
        [name, one["workers"], one["workspaces"], f"{one['per_s']:,}", one["cpu_s_per_million"], one["rss_mib"]]
        for name in JOBS
        for one in found[name]
    ]
    drawn: list[Row] = [
        (
            f"{one['workers']} workers, {one['workspaces']} workspaces",
            one["cpu_s_per_million"],
            f"{one['cpu_s_per_million']}",
        )
        for one in found["unify"]
    ]
    (PLOTS / "scale.svg").write_text(bars("unify: processor seconds a million activities", drawn), "utf-8")
    spread = ", ".join(f"{name} {found[f'{name}_spread']:.0%}" for name in JOBS)
    lines = ["### Scale-out", "", "![scale](performance/scale.svg)", ""]
    lines += table(("stage", "workers", "workspaces", "events/s", "CPU s/M", "MiB of all workers"), rows)
    return [
        *lines,
        f"Dearest against cheapest: {spread}. An idle workspace takes {found['idle_workspace_kib']} KiB.",
        "",
    ]


def _soak() -> list[str]:
    files = sorted(RESULTS.glob("soak-*.json"))
    if not files:
        return []
    found = json.loads(files[-1].read_text("utf-8"))
    drawn: list[Row] = [(f"after {one['events']:,}", one["per_s"], f"{one['per_s']:,}/s") for one in found["blocks"]]
    (PLOTS / "soak.svg").write_text(bars("unify: activities a second as history grows", drawn, ours="after"), "utf-8")
    return [
        "### Growth of history",
        "",
        "![soak](performance/soak.svg)",
        "",
        f"{found['events']:,} activities of one workspace in blocks of {found['block']:,} ({found['date']}): the last "
        f"block ran at {found['last_against_first']:.2f} of the first's rate and took "
        f"{found['cpu_last_against_first']:.2f} of its processor time. "
        f"Then the process had {found['rss_mib']:,} MiB, its state {found['state_mib']:,} MiB on disk, "
        f"the broker {found['broker_mib']:,} MiB for all topics.",
        "",
    ]


def figures(found: dict[str, Any]) -> str:
    """The part between the marks; writes the plots that it shows."""
    PLOTS.mkdir(exist_ok=True)
    machine = found["machine"]
    lines = [
        f"Measured {found['date']} at {found['version']} on {machine['cores']} cores ({machine['processor']}, "
        f"{machine['memory_gib']} GiB), Python {machine['python']}, codec {found['codec']}, load before "
        f"{machine['load'][0]}. Broker, workers and callers shared these cores. A loop of a million additions took "
        f"{found['calibration_ms'][0]} ms before the run and {found['calibration_ms'][1]} after it.",
        "",
    ]
    for part in JOBS:
        if part in found:
            lines += _stage(part, found[part])
    for name, write in (("connect", _connect), ("latency", _latency), ("listeners", _listeners), ("scale", _scale)):
        if name in found:
            lines += write(found[name])
    return "\n".join([*lines, *_soak()])


def write(found: dict[str, Any]) -> None:
    """Renew the page."""
    page = PAGE.read_text("utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n{figures(found)}\n{END}{tail}", "utf-8")


def main() -> None:
    """The named results, else the newest of a whole run."""
    files = [Path(name) for name in sys.argv[1:]] or sorted(RESULTS.glob("[0-9]*-[0-9][0-9].json"))
    if not files:
        sys.exit("no results yet: run make bench")
    write(json.loads(files[-1].read_text("utf-8")))


if __name__ == "__main__":
    main()
