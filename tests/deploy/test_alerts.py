"""Alert rules and scrape configuration: checked by promtool, each rule shown to matter, each with a runbook."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from commonline.metrics import TABLE
from tests.deploy.shape import ROOT

FOLDER = ROOT / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
NAMES = [rule["alert"] for rule in RULES]
CASES = sorted(FOLDER.glob("alerts*.test.yml"))
needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed (Debian: package prometheus)"
)


def promtool(*arguments: object) -> subprocess.CompletedProcess[str]:
    argv = ["promtool", *map(str, arguments)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


@needs_promtool
def test_promtool_accepts_configuration_and_rules() -> None:
    for kind, file in (("config", "prometheus.yml"), ("rules", "alerts.yml")):
        done = promtool("check", kind, FOLDER / file)
        assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("cases", CASES, ids=[path.name for path in CASES])
def test_every_alert_fires_when_it_should_and_not_beside_it(cases: Path) -> None:
    done = promtool("test", "rules", cases)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("name", NAMES)
def test_the_unit_tests_notice_a_rule_that_never_fires(name: str, tmp_path: Path) -> None:
    rules = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            if rule["alert"] == name:
                rule["expr"] = "vector(0) > 1"
    (tmp_path / "alerts.yml").write_text(yaml.safe_dump(rules))
    (cases,) = [path for path in CASES if f"alertname: {name}\n" in path.read_text()]
    shutil.copy(cases, tmp_path)
    assert promtool("test", "rules", tmp_path / cases.name).returncode != 0


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_every_alert_says_what_and_how_bad_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/operations.md"
    assert anchor == rule["alert"].lower()
    assert f"### {rule['alert']}\n" in (ROOT / page).read_text()


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_alerts_look_at_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"commonline_\w+", rule["expr"]))
    found = {name.removesuffix("_bucket") for name in named}
    assert found <= set(TABLE) or rule["alert"] == "CommonlineServiceDown"
    labels = {label for name in found if name in TABLE for label in TABLE[name].labels} | {"le"}
    for grouped in re.findall(r"(?:by|on) \(([^)]*)\)", rule["expr"]):
        assert {one.strip() for one in grouped.split(",") if one} <= labels
    for matched in re.findall(r"\{(\w+)[=!]", rule["expr"]):
        assert matched in labels | {"job"}


def test_runbooks_are_of_alerts_that_exist() -> None:
    written = re.findall(r"^### (Commonline\w+)$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    assert sorted(written) == sorted(NAMES)
