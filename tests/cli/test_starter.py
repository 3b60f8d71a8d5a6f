"""The first configuration works as it is, and so do its examples."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commonline.cli.config import app
from commonline.cli.init import init, starter
from commonline.configuration.load import parse
from commonline.errors import ConfigurationError
from commonline.kit.instance import instances

runner = CliRunner()


def test_it_is_right() -> None:
    known = parse(starter())
    assert set(instances(known, Path())) == {"feedback"}
    assert set(known.departments_of("acme")) == {"marketing", "pr", "service", "hr"}


def test_its_examples_are_right() -> None:
    text = re.sub(r"^#(?=\S)", "", starter(), flags=re.MULTILINE)
    known = parse(text)
    assert len(instances(known, Path(), secrets=False)) == len(known.sources) > 2
    assert tomllib.loads(text)["workspaces"]["acme"]["region"] == "DE"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "commonline.toml").write_text("mine")
    with pytest.raises(ConfigurationError, match="nothing is overwritten"):
        init(tmp_path)
    assert (tmp_path / "commonline.toml").read_text() == "mine"


def test_check_and_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    init()
    assert "is right: 1 workspace, 1 source, 4 feeds" in runner.invoke(app, ["check"]).output
    shown = runner.invoke(app, ["show"]).output
    assert "join_window: 48h" in shown


def test_check_tells_every_fault_and_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        starter()
        + '[sources.one]\nconnector = "facebook"\nworkspace = "acme"\napp_secret = "hunter2"\n'
        + 'verify_token = { env = "NOT_SET_AT_ALL" }\n'
        + '[sources.two]\nconnector = "nothing"\nworkspace = "acme"\n'
    )
    checked = runner.invoke(app, ["check", "--config", str(file)])
    assert isinstance(checked.exception, ConfigurationError)
    told = str(checked.exception)
    assert "sources.one.app_secret: a secret is never written into the file" in told
    assert "sources.two.connector: connector 'nothing' does not exist" in told
    for arguments in (["check", "--json"], ["show"], ["show", "--json", "--defaults"]):
        output = runner.invoke(app, [*arguments, "--config", str(file)]).output
        assert "hunter2" not in output + told
    assert "environment variable NOT_SET_AT_ALL" in runner.invoke(app, ["show", "--config", str(file)]).output
