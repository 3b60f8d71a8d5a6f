"""``commonline gateway webhook`` on a database of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.client.published import shown
from tests.gateway.outbound.receiver import Receiver, receiving, there
from typer.testing import CliRunner

from commonline.cli.gateway import app
from commonline.errors import ConfigurationError
from commonline.gateway.outbound import queue, subscriptions
from commonline.gateway.outbound.schedule import Outcome, Verdict
from commonline.gateway.store.engine import Store, address
from commonline.schemas.models import FeedActivity


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = Store(address(tmp_path, {}))
    store.migrate()
    with store.writing() as connection:
        there(connection)
    store.close()
    return tmp_path


def run(home: Path, *argv: str) -> str:
    done = CliRunner().invoke(app, ["--database", address(home, {}), "webhook", *argv], catch_exceptions=False)
    assert done.exit_code in (0, 1)
    return done.stdout


def test_from_adding_to_removing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMONLINE_WEBHOOKS_ALLOW", "127.0.0.1")
    with receiving(Receiver()) as receiver:
        identifier, secret = run(
            home, "add", "acme/service", receiver.url, "--filter", '{"channels": ["ticket"]}'
        ).split()
        receiver.secret = secret
        assert run(home, "test", identifier[:8]).startswith("204 in ")
    (told,) = json.loads(run(home, "list", "--json"))
    assert (told["feed"], told["filter"]["channels"], told["deliveries"]) == ("acme/service", ["ticket"], {})
    assert run(home, "rotate", identifier).startswith("whsec_")
    assert run(home, "test", identifier).startswith("no answer in ")
    run(home, "remove", identifier)
    assert run(home, "list") == ""


def test_dead_letters(home: Path) -> None:
    identifier = run(home, "add", "acme/service", "https://crm.example/").split()[0]
    store = Store(address(home, {}))
    with store.writing() as connection:
        found = subscriptions.one(connection, identifier)
        assert found is not None
        queue.put(connection, found, [FeedActivity.from_record(shown(1))], now=1)
        queue.settle(connection, queue.ready(connection, 1)[0], Verdict("dead"), Outcome(500, "500 broken"), 2)
    store.close()
    assert "1 dead" in run(home, "list")
    assert run(home, "dead", identifier).strip() == "1  feed.activity  1 attempts  500 broken"
    assert run(home, "replay", identifier).strip() == "1 are sent once more"
    assert json.loads(run(home, "dead", identifier, "--json")) == []


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["add", "service", "https://crm.example/"], "give workspace/department"),
        (["add", "acme/nobody", "https://crm.example/"], "there is no feed acme/nobody; there are: acme/service"),
        (["add", "acme/service", "http://crm.example/"], "use https"),
        (["add", "acme/service", "https://crm.example/", "--filter", '{"channels": ["pigeon"]}'], "--filter"),
        (["remove", "ff"], "0 subscriptions begin with 'ff'"),
    ],
)
def test_what_is_wrong_is_said(home: Path, argv: list[str], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        run(home, *argv)
