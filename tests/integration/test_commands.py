"""Commands that look at a running installation, on the real broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.integration.station import FILE, Station
from typer.testing import CliRunner

from commonline import topics as table
from commonline.bus.partitions import partition_of
from commonline.bus.writer import Writer
from commonline.cli import dead, explain, ruling, status, tail, topics
from commonline.errors import CommonlineError
from commonline.schemas.records import Control, Ledger
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("probes")]


@pytest.fixture
def station(kafka: KafkaUnderTest, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    made = Station(kafka.settings, prefix, tmp_path)
    environ = {**kafka.settings.environ(), "COMMONLINE_HOME": str(tmp_path), "COMMONLINE_CONFIG": str(made.file)}
    for key, value in {**environ, "COMMONLINE_PREFIX": prefix}.items():
        monkeypatch.setenv(key, value)
    yield made
    made.end()


def run(command: Any, *arguments: str, code: int = 0) -> str:
    """The output of a command that ends with `code`."""
    app = command
    if not isinstance(command, typer.Typer):
        app = typer.Typer()
        app.command()(command)
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def rows(command: Any, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """What it says with --json."""
    return [json.loads(line) for line in run(command, *arguments, "--json", code=code).splitlines()]


def test_dead_letters_are_listed_shown_and_replayed(station: Station) -> None:
    station.send([[{"id": "1"}, {"do": "malformed", "text": "kettle"}], [{"do": "malformed"}]])
    [gone] = station.send([[{"id": "2", "text": "came late"}]], source="gone")
    service = station.start()
    station.settled(3)
    groups = rows(dead.app, "list")
    assert [(one["source"], one["cause"], one["count"]) for one in groups] == [
        ("fuse", "MalformedPayloadError", 2),
        ("gone", "ConfigurationError", 1),
    ]
    [one, *_] = [row for row in rows(dead.app, "list", "--ids") if row["path"] == "[1].author.id"]
    shown = run(dead.app, "show", one["id"][:10])
    marked = shown[shown.index("→") :].splitlines()
    assert (marked[0].strip("→ "), marked[1].strip()) == ("{", '"do": "malformed",')
    assert json.loads(run(dead.app, "show", one["id"], "--raw"))[1]["text"] == "kettle"
    assert rows(dead.app, "replay", "--source", "gone", "--dry-run")[0]["delivery"] == gone.id
    station.file.write_text(FILE + '[sources.gone]\nconnector = "fuse"\nworkspace = "acme"\n')
    service.reload()
    assert rows(dead.app, "replay", "--source", "gone") == [{"replayed": 1, "letters": 1, "lost": 0}]
    report = station.settled(4)
    assert report.disagreements == []
    late = [activity for activity in station.activities() if activity.object.text == "came late"]
    assert [(activity.origin.delivery, activity.origin.mode) for activity in late] == [(gone.id, "replay")]
    assert rows(dead.app, "list", "--source", "gone") == []
    assert len(rows(dead.app, "list", "--source", "gone", "--again")) == 1
    assert rows(dead.app, "replay", "--source", "gone", "--again")[0]["replayed"] == 1
    assert station.settled(5).disagreements == []
    assert len({activity.id for activity in station.activities()}) == 2


def test_a_replay_must_say_which(station: Station) -> None:
    with pytest.raises(CommonlineError, match="say which"):
        run(dead.app, "replay")
    with pytest.raises(CommonlineError, match="no dead letter has an id that begins with 'abc'"):
        run(dead.app, "show", "abc")


def test_what_was_parked_is_replayed_once(station: Station) -> None:
    station.start()
    station.send([[{"do": "malformed"}]] * 150)
    station.settled(150)
    station.send([[{"id": str(n)}] for n in range(5)])
    station.settled(155)
    station.stop(station._threads[0][0])
    assert rows(dead.app, "replay", "--parked", "--source", "fuse")[0]["replayed"] == 5
    assert rows(dead.app, "replay", "--parked", "--all")[0]["replayed"] == 0
    station.start("1")
    report = station.settled(160)
    assert report.disagreements == []
    assert len({activity.id for activity in station.activities()}) == 5


def test_status_for_machines_and_people(station: Station) -> None:
    station.send([[{"id": "1"}], [{"event": "ping"}], [{"do": "malformed"}]])
    station.start()
    station.settled(3)
    [told] = rows(status.status)
    [source] = told["sources"]
    assert (told["agree"], source["received"], source["activities"], source["dead"]) == (True, 3, 1, 1)
    assert source["ignored"] == {"handshake": 1}
    text = run(status.status)
    assert "acme/fuse" in text
    assert "the sums agree" in text


def test_status_ends_with_1_when_a_record_is_missing(station: Station) -> None:
    station.send([[{"id": "1"}]])
    service = station.start()
    station.settled(1)
    station.stop(service)
    # A line of the ledger that tells of a delivery more than there is: as if one had been lost.
    [line] = [station.serde.decode_as(Ledger, m.value() or b"") for m in station.messages(table.LEDGER)]
    line.read += 1
    writer = Writer(station.settings.kafka, client_id="test")
    writer.write(station.name(table.LEDGER), station.serde.encode(line), b"normalize")
    writer.flush()
    assert "the sums do not agree: acme/fuse" in run(status.status, code=1)


def test_tail_shows_the_newest_in_order(station: Station) -> None:
    station.send([[{"id": str(n), "text": f"text {n}"}] for n in range(20)])
    station.start()
    station.settled(20)
    lines = run(tail.tail, "activities", "-n", "3", "--no-follow").splitlines()
    assert [line.split()[-1] for line in lines] == ["17", "18", "19"]
    values = rows(tail.tail, "deliveries", "--from", "beginning", "--no-follow")
    assert len(values) == 20
    assert values[0]["record"] == "Delivery"
    with pytest.raises(CommonlineError, match=r"nothing is called 'activites'; did you mean 'activities'\?"):
        run(tail.tail, "activites", "--no-follow")


def test_explain_a_delivery_of_the_log(station: Station) -> None:
    [made] = station.send([[{"id": "1", "text": "My kettle leaks"}]])
    [told] = rows(explain.explain, made.id[:12])
    assert told["delivery"] == made.id
    [activity] = told["activities"]
    assert activity["activity"]["object"]["text"] == "My kettle leaks"
    assert activity["feeds"]["marketing"]["rules"] == ["public-talk"]
    with pytest.raises(CommonlineError, match="neither a file here nor the id"):
        run(explain.explain, "nothing")


def test_a_ruling_lies_in_the_workspaces_partition(station: Station) -> None:
    station.start()
    told = rows(ruling.app, "join", "mailto:a@example.org", "mailto:b@example.org", "-w", "acme", "--by", "me:1")
    records = [(m.partition(), station.serde.decode(m.value() or b"")) for m in station.messages(table.ACTIVITIES)]
    [(partition, record)] = [(p, r) for p, r in records if isinstance(r, Control) and r.kind == "ruling"]
    assert (record.id, record.by, partition) == (told[0]["id"], "me:1", partition_of("acme", 4))
    with pytest.raises(CommonlineError, match="'beta' has no log yet"):
        run(ruling.app, "part", "mailto:a@example.org", "mailto:b@example.org", "-w", "beta")


def test_topics_are_created_checked_and_refused(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMONLINE_PREFIX", f"{station.settings.prefix}two-")
    assert all(row["weight"] == "refuse" for row in rows(topics.app, "check", code=1))
    made = rows(topics.app, "create", "--partitions", "2")
    assert len(made) == len(table.TABLE) - 1 + 4
    assert rows(topics.app, "create") == []
    assert rows(topics.app, "check") == []
    assert {row["partitions"] for row in rows(topics.app) if row["topic"].endswith("activities.v1")} == {2}
    with pytest.raises(CommonlineError, match="COMMONLINE_PARTITIONS: is 3"):
        run(topics.app, "create", "--partitions", "3")


def test_the_clients_agree_where_a_key_lies(station: Station) -> None:
    """librdkafka with the partitioner that all of ours have, against our own murmur2 (protocol F12)."""
    keys = [f"workspace-{n}" for n in range(40)]
    writer = Writer(station.settings.kafka, client_id="test")
    for key in keys:
        writer.write(station.name(table.PARKED), b"x", key.encode())
    writer.flush()
    there = {(m.key() or b"").decode(): m.partition() for m in station.messages(table.PARKED)}
    assert there == {key: partition_of(key, 4) for key in keys}
