"""The Grafana board: all metrics, none that does not exist, and only queries that Prometheus can read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from commonline.metrics import TABLE
from tests.deploy.shape import ROOT

BOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/dashboards/commonline.json").read_text())
EXPRESSIONS = [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", [])]
SUFFIXES = re.compile(r"_(bucket|sum|count)$")


def metric(name: str) -> str:
    """The metric that a series belongs to."""
    bare = SUFFIXES.sub("", name)
    return bare if bare in TABLE and TABLE[bare].kind == "histogram" else name


def test_every_metric_has_a_panel_and_no_panel_a_metric_of_its_own() -> None:
    shown = {metric(name) for text in EXPRESSIONS for name in re.findall(r"commonline_\w+", text)}
    assert shown == set(TABLE)


def test_panels_are_told_apart_and_do_not_overlap() -> None:
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells: set[tuple[int, int]] = set()
    for place in (panel["gridPos"] for panel in panels):
        taken = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells
        assert place["x"] + place["w"] <= 24
        cells |= taken


def test_labels_of_a_panel_are_labels_of_its_metric() -> None:
    for text in EXPRESSIONS:
        names = {metric(name) for name in re.findall(r"commonline_\w+", text)}
        labels = {label for name in names for label in TABLE[name].labels} | {"le"}  # type: ignore[index]
        for grouped in re.findall(r"by \(([^)]*)\)", text):
            assert {one.strip() for one in grouped.split(",")} <= labels, text
        for matched in re.findall(r"\{(\w+)[=!]", text):
            assert matched in labels | {"job"}, text


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (Debian: package prometheus)")
def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    plain = [text.replace("$__rate_interval", "5m").replace("$source", ".*") for text in EXPRESSIONS]
    assert not [text for text in plain if "$" in text]
    rules = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(plain)]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout


def test_grafana_finds_data_source_and_board() -> None:
    folder = ROOT / "deploy/grafana/provisioning"
    source = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"][0]
    assert source["url"] == "http://prometheus:9090"
    assert BOARD["templating"]["list"][0]["query"] == source["type"]
    provider = yaml.safe_load((folder / "dashboards/commonline.yml").read_text())["providers"][0]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in compose["volumes"]
    home = compose["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/commonline.json"
