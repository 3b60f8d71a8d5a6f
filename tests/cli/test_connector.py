"""`commonline connector …` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import commonline.connectors
from commonline.cli.connector import app
from commonline.errors import ConfigurationError
from commonline.kit import catalogue
from commonline.testing.conformance import pages

ROOT = Path(__file__).parents[2]
EVENT = {"type": "note.created", "id": 7, "text": "Is it <b>safe</b>?", "by": {"mail": "ana@example.org"}}
SETTINGS = """
own_accounts = ["mailto:*@acme.example"]
visibility = "internal"
headers = ["x-topic"]

[mapping]
event = "header('x-topic') || type"
id = "id"
text = "text"
markup = "text/html"
visibility = "customer"
actor = { email = "by.mail", kind = "person" }
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"headers": {"X-Topic": "note.asked"}, "body": EVENT}))
    (folder / "b.ndjson").write_text('{"id": 8, "text": "one"}\n{"text": "no id"}\n')
    (folder / "c.bin").write_bytes(b"\x00\xff")
    (folder / "d.json").write_text("{}")
    (folder / ".hidden.json").write_text("{}")
    (tmp_path / "settings.toml").write_text(SETTINGS)
    return folder


@pytest.fixture
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(commonline.connectors, "__path__", list(commonline.connectors.__path__))
    monkeypatch.setenv(catalogue.FOLDERS_VARIABLE, str(tmp_path))
    yield
    catalogue.manifest.cache_clear()
    catalogue.connector.cache_clear()


def test_replay_tells_machines_what_became_of_each_sample(samples: Path) -> None:
    told = lines(run("replay", "webhook", samples, "--json", "--settings", samples.parent / "settings.toml"))
    assert [(t["file"], t["outcome"], t["activities"]) for t in told] == [
        ("a.json", "mapped", 1),
        ("b.ndjson:1", "mapped", 1),
        ("b.ndjson:2", "dead", 0),
        ("c.bin", "unsupported", 0),
        ("d.json", "ignored", 0),
    ]
    assert told[2]["path"] == "mapping.id"
    assert told[3]["reason"] == "application/octet-stream"
    assert told[4]["reason"] == "empty"


def test_replay_shows_people_the_activities(samples: Path) -> None:
    shown = run(
        "replay", "webhook", samples / "a.json", "--show", "--settings", samples.parent / "settings.toml"
    ).stdout
    assert "Create Note · other · observed · internal" in shown
    assert "<mailto:ana@example.org> person, unknown" in shown
    assert "text      Is it safe?" in shown


def test_replay_report_counts_by_reason(samples: Path) -> None:
    report = run("replay", "webhook", samples, "--report", "--settings", samples.parent / "settings.toml").stdout
    assert "dead: b.ndjson:2 at mapping.id: MalformedPayloadError" in report
    assert "webhook: 5 samples: 2 mapped, 1 ignored, 1 unsupported, 1 dead; 2 activities" in report


def test_replay_names_what_is_wrong_with_the_settings(samples: Path) -> None:
    wrong = samples.parent / "wrong.toml"
    wrong.write_text('[mapping]\nid = "("\n')
    with pytest.raises(ConfigurationError, match=r"sources\.webhook\.mapping\.id"):
        run("replay", "webhook", samples, "--settings", wrong)
    wrong.write_text("mappings = 1\n")
    with pytest.raises(ConfigurationError, match="did you mean 'mapping'"):
        run("replay", "webhook", samples, "--settings", wrong)
    with pytest.raises(ConfigurationError, match="does not exist"):
        run("replay", "webhook", samples / "gone")


@pytest.mark.usefixtures("_own_folder")
def test_new_connector_passes_after_a_fixture_is_added(tmp_path: Path) -> None:
    assert "Next: put a body" in run("new", "kettle_chat", "--into", tmp_path).stdout
    first = run("check", "kettle_chat")
    assert first.exit_code == 1
    assert "no fixture of event 'message.created'" in first.stdout
    message = {"id": 1, "text": "hello", "author": {"id": 2}}
    fixture = tmp_path / "kettle_chat" / "fixtures" / "message.created__plain.json"
    fixture.write_text(json.dumps({"type": "message.created", "message": message}))
    updated = run("check", "kettle_chat", "--update", "--json")
    assert updated.exit_code == 0
    assert len(lines(updated)) == 3
    assert "rules hold" in run("check", "kettle_chat").stdout
    fixture.write_text(fixture.read_text().replace("hello", "hallo"))
    (finding,) = lines(run("check", "kettle_chat", "--json"))
    assert (finding["rule"], finding["file"]) == ("goldens", "fixtures/message.created__plain.expected.json")
    assert "hallo" in finding["what"]
    assert "--update" in finding["fix"]


def test_check_refuses_names_that_do_not_exist() -> None:
    with pytest.raises(ConfigurationError, match="connector 'kettel' does not exist"):
        run("check", "kettel")
    with pytest.raises(ConfigurationError, match="--rule golden: no such rule"):
        run("check", "webhook", "--rule", "golden")


def test_list_and_show_read_manifests() -> None:
    assert {"name": "webhook", "title": "Any webhook", "transports": ["webhook"], "events": ["event"]} in lines(
        run("list", "--json")
    )
    assert "Any webhook" in run("list").stdout
    shown = run("show", "webhook").stdout
    assert "standard-webhooks" in shown
    assert "<!--" not in shown
    assert json.loads(run("show", "webhook", "--json").stdout)["name"] == "webhook"


def test_pages_are_current() -> None:
    folder = ROOT / "docs" / "connectors"
    assert (folder / pages.RULES_PAGE).read_text("utf-8") == pages.rules(), (
        "run: commonline connector docs docs/connectors"
    )
    assert (folder / pages.INDEX).read_text("utf-8") == pages.index(), "run: commonline connector docs docs/connectors"


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "collection"
    bodies = {
        "x_twitter/tweet.json": '{"no": "tweet"}',
        "email_inbound_parse/a.json": '{"RecordType": "Delivery"}',
        "cloudevents_v1/a.json": '{"specversion": "1.0", "id": "1", "source": "/a", "type": "t"}',
        "cloudevents_v1/b.json": '[{"specversion": "1.0", "id": "1"}]',
        "unheard_of/a.json": '{"text": "hello"}',
        "_oracle/a.json": "{}",
        "SOURCES.tsv": "",
    }
    for name, body in bodies.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body)
    return folder


def test_a_collection_is_replayed_each_folder_by_its_connector(collection: Path) -> None:
    found = lines(run("replay", "--all", collection, "--json"))
    assert {one["folder"]: one["connector"] for one in found} == {
        "cloudevents_v1": "cloudevents",
        "email_inbound_parse": "inbound_mail",
        "unheard_of": "webhook",
        "x_twitter": "x",
    }
    events = found[0]
    assert events["outcomes"] == {"mapped": 1, "dead": 1}
    assert events["dead"] == ["cloudevents_v1/b.json at [0].source: is missing, empty or no text"]
    assert found[1]["ignored"] == {"receipt": 1}


def test_the_table_of_a_collection_explains_everything(collection: Path) -> None:
    told = run("replay", "--all", collection, "--report")
    assert told.exit_code == 0
    assert "dead: cloudevents_v1/b.json at [0].source" in told.stdout
    assert "4 folders, 5 samples: " in told.stdout.splitlines()[-1]
    assert "0 crashed" in told.stdout


def test_a_mapping_that_fails_is_a_defect(collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_entry: object) -> None:
        raise KeyError("defect")

    monkeypatch.setitem(catalogue.connector("cloudevents").events, "event", fails)
    told = run("replay", "--all", collection, "--report")
    assert told.exit_code == 1
    assert "crashed: cloudevents_v1/a.json" in told.stdout


def test_a_collection_needs_folders(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no folder"):
        run("replay", "--all", tmp_path / "none")
    with pytest.raises(ConfigurationError, match="name a connector and its files"):
        run("replay", "slack")
