from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from commonline.cli.gateway import app
from commonline.errors import ConfigurationError
from commonline.gateway.access import tokens
from commonline.gateway.access.tables import tokens as table
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import FeedName, Viewer
from tests.gateway.access.house import House

ANA = Viewer("wall", frozenset({FeedName("acme", "service")}), "internal", zone="Europe/Berlin")


def test_a_token_brings_back_its_viewer(store: Store) -> None:
    text, token = tokens.create(store, ANA)
    assert text.startswith("cl_")
    assert len(text) == 46
    found = tokens.find(store, text)
    assert found == token
    assert found is not None
    assert found.viewer == ANA


def test_the_database_has_no_token(store: Store) -> None:
    text, _ = tokens.create(store, ANA)
    with store.reading() as connection:
        row = connection.execute(select(table)).one()
    assert text[3:].encode() not in bytes(row.hash) + repr(tuple(row)).encode()


@pytest.mark.parametrize(
    "text", ["", "cl_", "cl_" + "x" * 43, "x" * 46, "cl_'; drop table access_tokens; --" + "x" * 12]
)
def test_what_is_no_token_of_ours_is_none(store: Store, text: str) -> None:
    tokens.create(store, ANA)
    assert tokens.find(store, text) is None


def test_a_token_comes_in_until_it_ends(store: Store) -> None:
    house = House(store)
    text, token = tokens.create(store, ANA)
    old, _ = tokens.create(store, ANA, expires=1)
    assert house.ask(authorization=f"Bearer {text}").status_code == 200
    assert house.ask(authorization=f"bearer {text}").status_code == 200
    assert house.ask(authorization=f"Bearer {old}").status_code == 401
    assert house.refused("expired") == 1
    assert next(one for one in tokens.listed(store) if one.id == token.id).used is not None
    tokens.revoke(store, token.id)
    house.entrance.gate.forget()
    assert house.ask(authorization=f"Bearer {text}").status_code == 401
    assert house.refused("revoked") == 1


@pytest.mark.parametrize(
    ("shown", "reason", "challenge"),
    [
        (None, "missing", 'Bearer realm="commonline"'),
        ("Basic YTpi", "scheme", 'Bearer realm="commonline"'),
        ("Bearer", "unknown", 'Bearer realm="commonline", error="invalid_token"'),
        ("Bearer cl_" + "x" * 43, "unknown", 'Bearer realm="commonline", error="invalid_token"'),
    ],
)
def test_without_good_credentials_every_route_is_closed(
    store: Store, shown: str | None, reason: str, challenge: str
) -> None:
    house = House(store)
    headers = {} if shown is None else {"authorization": shown}
    paths = [path for path in house.app.openapi()["paths"] if "{" not in path]
    assert "/v1/conversations" in paths
    for path in paths:
        answer = house.ask(path, **headers)
        if answer.status_code == 405:
            continue
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), path
        assert answer.headers["www-authenticate"] == challenge
    assert house.refused(reason) > 0


def test_the_first_start_makes_one_administrator(store: Store) -> None:
    text = tokens.first(store)
    assert text is not None
    found = tokens.find(store, text)
    assert found is not None
    assert found.viewer.administrator
    assert tokens.first(store) is None


def test_names_that_are_not_one_token_are_told(store: Store) -> None:
    tokens.create(store, ANA)
    tokens.create(store, ANA)
    with pytest.raises(ConfigurationError, match="2 tokens are called 'wall'"):
        tokens.revoke(store, "wall")
    with pytest.raises(ConfigurationError, match="no token in force is called 'door'"):
        tokens.revoke(store, "door")


def test_on_the_command_line(tmp_path: Path) -> None:
    def run(*argv: str) -> str:
        command = ["--home", str(tmp_path), "token", *argv]
        ended = CliRunner().invoke(app, command, catch_exceptions=False)
        assert ended.exit_code == 0, ended.output
        return ended.stdout

    made = json.loads(run("create", "wall", "--feed", "acme/service", "--visibility", "internal", "--json"))
    assert made["token"].startswith("cl_")
    assert run("create", "root", "--administrator", "--expires", "90d").startswith("cl_")
    listed = [json.loads(line) for line in run("list", "--json").splitlines()]
    assert [(one["name"], one["feeds"], one["state"]) for one in listed] == [
        ("wall", ["acme/service"], "in force"),
        ("root", ["all"], "in force"),
    ]
    assert "token" not in listed[0]
    assert "wall" in run("list")
    assert json.loads(run("revoke", "wall", "--json"))["state"] == "revoked"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["create", "x"], "name at least one --feed"),
        (["create", "x", "--feed", "service"], "'service' is no feed"),
        (["create", "x", "--feed", "a/b", "--visibility", "secret"], "--visibility 'secret'"),
        (["create", "x", "--feed", "a/b", "--zone", "Mars"], "--zone 'Mars'"),
        (["create", "x", "--feed", "a/b", "--expires", "soon"], "--expires 'soon'"),
        (["revoke", "x"], "no token in force is called 'x'"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, argv: list[str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        CliRunner().invoke(app, ["--home", str(tmp_path), "token", *argv], catch_exceptions=False)
