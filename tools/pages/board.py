"""The Grafana board: a row of answers, then one panel a metric, made from the table of metrics."""

from __future__ import annotations

import json
from typing import Any

from tools.pages.groups import GROUPS

from commonline.metrics import TABLE, Metric, MetricName

PATH = "deploy/grafana/dashboards/commonline.json"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WINDOW = "$__rate_interval"
WIDTH, HEIGHT, COLUMNS = 8, 7, 24
Json = dict[str, Any]

GLANCE: tuple[tuple[str, str, str, list[tuple[float | None, str]]], ...] = (
    ("Services that answer", 'sum(up{job="commonline"})', "short", [(None, "red"), (5, "green")]),
    ("Deliveries a second", "sum(rate(commonline_deliveries_total[5m]))", "cps", [(None, "text")]),
    (
        "Received to feed, 99 %",
        'histogram_quantile(0.99, sum by (le) (rate(commonline_latency_seconds_bucket{since="received"}[5m])))',
        "s",
        [(None, "green"), (0.5, "yellow"), (1, "red")],
    ),
    ("Records waiting", "sum(commonline_stage_lag_records)", "short", [(None, "green"), (10_000, "red")]),
    (
        "Dead letters, 1 h",
        "sum(increase(commonline_dead_letters_total[1h])) or vector(0)",
        "short",
        [(None, "green"), (1, "yellow")],
    ),
    ("An acknowledgement is durable", "min(commonline_durable)", "bool_yes_no", [(None, "red"), (1, "green")]),
)
"""Title, expression, unit, and from which value which colour."""


def board() -> str:
    """The board's JSON."""
    panels: list[Json] = []
    top = _glance(panels)
    for title, names in GROUPS.items():
        panels.append(_row(title, top))
        top += 1
        for position, name in enumerate(names):
            x, y = position % (COLUMNS // WIDTH) * WIDTH, position // (COLUMNS // WIDTH) * HEIGHT
            panels.append(_panel(name, TABLE[name], x, top + y))
        top += -(-len(names) // (COLUMNS // WIDTH)) * HEIGHT
    for number, panel in enumerate(panels, 1):
        panel["id"] = number
    made: Json = {
        "uid": "commonline",
        "title": "Commonline",
        "description": "Made from src/commonline/metrics.py by `python -m tools.pages`; do not edit.",
        "tags": ["commonline"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "graphTooltip": 1,
        "templating": {"list": _variables()},
        "annotations": {"list": []},
        "links": [],
        "panels": panels,
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _variables() -> list[Json]:
    query = {"query": "label_values(commonline_deliveries_total, source)", "refId": "sources"}
    return [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
        {
            "name": "source",
            "label": "Source",
            "type": "query",
            "datasource": SOURCE,
            "query": query,
            "definition": query["query"],
            "refresh": 2,
            "sort": 1,
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
        },
    ]


def _glance(panels: list[Json]) -> int:
    width = COLUMNS // len(GLANCE)
    for position, (title, expression, unit, steps) in enumerate(GLANCE):
        thresholds = [{"value": value, "color": colour} for value, colour in steps]
        panels.append(
            {
                "type": "stat",
                "title": title,
                "datasource": SOURCE,
                "gridPos": {"h": 4, "w": width, "x": position * width, "y": 0},
                "targets": [_target("A", expression, "")],
                "options": {"reduceOptions": {"calcs": ["lastNotNull"]}, "graphMode": "area"},
                "fieldConfig": {
                    "defaults": {"unit": unit, "thresholds": {"mode": "absolute", "steps": thresholds}},
                    "overrides": [],
                },
            }
        )
    return 4


def _row(title: str, y: int) -> Json:
    return {
        "type": "row",
        "title": title,
        "collapsed": False,
        "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": y},
        "panels": [],
    }


def _panel(name: MetricName, metric: Metric, x: int, y: int) -> Json:
    unit, targets = _query(name, metric)
    shown = name.removeprefix("commonline_").removesuffix("_total").removesuffix("_timestamp_seconds")
    shown = shown.removesuffix("_seconds").removesuffix("_bytes").replace("_", " ").capitalize()
    defaults: Json = {"unit": unit, "custom": {"fillOpacity": 10, "showPoints": "never"}, "min": 0}
    if _is_flag(metric):
        defaults |= {"max": 1, "decimals": 0}
        defaults["custom"]["lineInterpolation"] = "stepAfter"
    return {
        "type": "timeseries",
        "title": shown,
        "description": f"{name}: {metric.help}",
        "datasource": SOURCE,
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": x, "y": y},
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
    }


def _query(name: MetricName, metric: Metric) -> tuple[str, list[Json]]:
    """Unit and targets of a panel."""
    by = ", ".join(metric.labels)
    chosen = '{source=~"$source"}' if "source" in metric.labels else ""
    legend = " ".join(f"{{{{{label}}}}}" for label in metric.labels) or "all"
    if metric.kind == "counter":
        return "cps", [_target("A", _over(f"rate({name}{chosen}[{WINDOW}])", "sum", by), legend)]
    if metric.kind == "histogram":
        inner = f"sum by ({', '.join(('le', *metric.labels))}) (rate({name}_bucket{chosen}[{WINDOW}]))"
        targets = [
            _target(letter, f"histogram_quantile({part}, {inner})", f"{legend} {text}")
            for letter, part, text in (("A", 0.5, "50 %"), ("B", 0.99, "99 %"))
        ]
        return "s" if name.endswith("_seconds") else "short", targets
    if name.endswith("_timestamp_seconds"):
        return "s", [_target("A", f"time() - {_over(name + chosen, 'max', by)}", f"{legend} ago")]
    unit = "bytes" if name.endswith("_bytes") else "s" if name.endswith("_seconds") else "short"
    return unit, [_target("A", _over(name + chosen, "min" if _is_flag(metric) else "sum", by), legend)]


def _over(inner: str, function: str, by: str) -> str:
    return f"{function} by ({by}) ({inner})" if by else f"{function}({inner})"


def _is_flag(metric: Metric) -> bool:
    return metric.kind == "gauge" and metric.help.startswith(("1 if", "1 while"))


def _target(letter: str, expression: str, legend: str) -> Json:
    return {"refId": letter, "datasource": SOURCE, "expr": expression, "legendFormat": legend}
