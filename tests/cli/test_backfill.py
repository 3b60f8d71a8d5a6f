"""``commonline backfill --dry-run``: needs no broker, and names what is wrong and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from commonline.cli.backfill import backfill

app = typer.Typer()
app.command()(backfill)

CONFIGURATION = """
[workspaces.acme]
[sources.complaints]
connector = "files"
workspace = "acme"
paths = ["{folder}/*.csv"]
[sources.complaints.mapping]
id = "n"
text = "text"
published = "at"
"""
ROWS = 'n,text,at\n1,"Leaks\nstill",2024-05-04T09:00:00Z\n2,bad,row,here\n,no id,2024-05-05\n4,old,2020-01-01\n'


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    (tmp_path / "a.csv").write_text(ROWS)
    (tmp_path / "commonline.toml").write_text(CONFIGURATION.format(folder=tmp_path))
    configuration = str(tmp_path / "commonline.toml")
    return ["complaints", "--since", "2023-01-01", "--dry-run", "--config", configuration]


def test_what_is_wrong_is_listed_with_its_place(arguments: list[str]) -> None:
    told = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert told.exit_code == 0
    assert "3 deliveries would be kept: 1 Create" in told.stdout
    assert "  a.csv:4: has 4 columns, the first row names 3" in told.stdout
    assert "  a.csv:5.mapping.id: " in told.stdout


def test_the_same_for_machines(arguments: list[str]) -> None:
    told = json.loads(CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False).stdout)
    assert (told["deliveries"], told["dead"]) == (3, {"MalformedPayloadError": 2})
    assert [fault.partition(":")[0] for fault in told["faults"]] == ["a.csv", "a.csv"]
