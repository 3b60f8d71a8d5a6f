"""``docs/reference/metrics.md``: from the table of metrics, the ports and the alert rules."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from tools.pages import text
from tools.pages.groups import GROUPS

from commonline.local.services import METRICS_PORTS
from commonline.metrics import TABLE

HEAD = """\
# Metrics

Every process serves Prometheus metrics at `/metrics`, beside `/healthz` (503: end me and start me anew) and `/readyz`
(503: not yet, or not now; the body says why). Where: the option `--metrics` or the variable `COMMONLINE_METRICS`.
`commonline up` and the Compose file use these ports: {ports}.

A metric appears when its process first has something to tell: a counter that is not there is 0. Times are seconds,
sizes bytes; a `…_timestamp_seconds` is Unix time. The board `deploy/grafana/dashboards/commonline.json` is made from
the same table. What each alert means and what to do: [operations](../operations.md#alerts).
"""


def page(root: Path) -> str:
    """The page's text."""
    alerts = _alerts(root)
    ports = ", ".join(f"{name} {port}" for name, port in METRICS_PORTS.items())
    lines = [HEAD.format(ports=ports)]
    for title, names in GROUPS.items():
        rows = []
        for name in names:
            metric = TABLE[name]
            used = [f"[{alert}](../operations.md#{alert.lower()})" for alert in alerts.get(name, ())]
            labels = ", ".join(map(text.code, metric.labels))
            rows.append((text.code(name), metric.kind, labels, metric.help, ", ".join(used)))
        lines += [f"## {title}", "", *text.table(("metric", "kind", "labels", "what it tells", "alerts"), rows)]
    buckets = [
        (text.code(name), ", ".join(f"{bound:g}" for bound in TABLE[name].buckets))
        for names in GROUPS.values()
        for name in names
        if TABLE[name].kind == "histogram"
    ]
    return text.page([*lines, "## Buckets of the histograms", "", *text.table(("metric", "upper bounds"), buckets)])


def _alerts(root: Path) -> dict[str, list[str]]:
    """Alert names by the metric that they look at."""
    found: dict[str, list[str]] = {}
    groups = yaml.safe_load((root / "deploy/prometheus/alerts.yml").read_text("utf-8"))["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        for name in sorted(set(re.findall(r"commonline_\w+", rule["expr"]))):
            found.setdefault(name.removesuffix("_bucket"), []).append(rule["alert"])
    return found
