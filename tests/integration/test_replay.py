"""``commonline replay`` on the real broker: a mapping is mended, a span of time is replayed, twice."""

from __future__ import annotations

import hashlib
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.station import Station, until
from tests.integration.test_commands import rows, run

from commonline import topics as table
from commonline.bus.reader import Reader
from commonline.cli.replay_range import replay
from commonline.errors import CommonlineError
from commonline.metrics import Metrics
from commonline.schemas.records import FeedActivity
from commonline.secrets import installation_key
from commonline.streams.unify.service import UnifySettings, stage
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("probes")]
COUNT = 30
FILE = """
[workspaces.acme]
[sources.desk]
connector = "webhook"
workspace = "acme"
signature = {{ scheme = "none" }}
[sources.desk.mapping]
id = "id"
version = "version"
title = "{title}"
text = "text"
channel = "'ticket'"
direction = "'inbound'"
visibility = "'customer'"
actor = {{ id = "by", name = "by" }}
"""


class Line(Station):
    """normalize and unify, each in a thread, with a webhook whose mapping misspells the title's field."""

    def __init__(self, kafka: KafkaUnderTest, prefix: str, folder: Path) -> None:
        super().__init__(kafka.settings, prefix, folder)
        self.mapping("tilte")
        self.normalize = self.start()
        self.unify = stage(UnifySettings.of(self.settings, installation_key(folder)), Metrics())
        self._thread = threading.Thread(target=self.unify.run)
        self._thread.start()

    def mapping(self, title: str) -> None:
        """What the file says that the title is."""
        self.file.write_text(FILE.format(title=title), "utf-8")

    def end(self) -> None:
        self.unify.stop()
        self._thread.join(60)
        super().end()

    def post(self, first: int, count: int) -> None:
        """Deliveries: every second one has a title at the misspelt place, the same as at the right one."""
        bodies = []
        for number in range(first, first + count):
            title = f"Kettle {number}"
            body = {"id": str(number), "version": "1", "title": title, "text": "It leaks", "by": "ana"}
            if number % 2:
                body["tilte"] = title
            bodies.append(json.dumps(body).encode())
        self.send(bodies, connector="webhook", source="desk")

    def feed(self) -> list[FeedActivity]:
        """Activities in the feed of customer service, as written."""
        with Reader(self.settings.kafka, [self.settings.topics.feed("acme", "service")]) as reader:
            values = [message.value() or b"" for message in reader.until_end()]
        found = [self.serde.decode_as(FeedActivity, value) for value in values]
        return [record for record in found if record.event == "activity"]

    def state(self) -> str:
        """A hash over the rows of the changelog as they are now, positions aside."""
        held: dict[bytes, bytes] = {}
        for message in Reader(self.settings.kafka, [self.name(table.STATE)]).until_end():
            held[message.key() or b""] = message.value() or b""
        facts = [key + held[key] for key in sorted(held) if key[:1] != b"\x00"]
        return hashlib.sha256(b"".join(facts)).hexdigest()


@pytest.fixture
def line(kafka: KafkaUnderTest, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    environ = {**kafka.settings.environ(), "COMMONLINE_HOME": str(tmp_path), "COMMONLINE_PREFIX": prefix}
    for key, value in {**environ, "COMMONLINE_CONFIG": str(tmp_path / "commonline.toml")}.items():
        monkeypatch.setenv(key, value)
    made = Line(kafka, prefix, tmp_path)
    yield made
    made.end()


def ours(told: dict[str, Any], *names: str) -> list[int]:
    return [told[name] for name in names]


def test_a_mended_mapping_updates_what_changed_once_and_alarms_nobody(line: Line) -> None:
    line.post(0, COUNT)
    until(lambda: len(line.feed()) == COUNT)
    first = line.feed()
    assert rows(replay, "--from", "1h", "--dry-run")[0]["same"] == COUNT
    line.mapping("title")
    [told] = rows(replay, "--from", "1h", "--dry-run")
    assert ours(told, "deliveries", "same", "changed", "new", "gone") == [COUNT, COUNT // 2, COUNT // 2, 0, 0]
    assert "object.title: - → Kettle 0" in run(replay, "--from", "1h", "--dry-run")
    line.normalize.reload()
    [told] = rows(replay, "--from", "1h", "--source", "desk")
    assert ours(told, "replayed", "updated", "new", "dead") == [COUNT, COUNT // 2, 0, 0]
    after, state = line.feed(), line.state()
    corrections = after[COUNT:]
    assert [record.item and record.item.type for record in corrections] == ["Update"] * (COUNT // 2)
    assert all(record.catch_up for record in corrections)
    assert set(Counter(record.object for record in corrections).values()) == {1}
    assert {r.object for r in corrections} == {r.object for r in first if r.item and r.item.object.title is None}
    assert len({record.item.id for record in after if record.item}) == len(after)
    [told] = rows(replay, "--from", "1h", "--source", "desk")
    assert ours(told, "replayed", "updated", "new", "dead") == [COUNT, 0, 0, 0]
    assert (line.feed(), line.state()) == (after, state)
    assert line.settled(3 * COUNT).disagreements == []
    assert not list((line.settings.home / "replays").glob("*.json"))


def test_an_interrupted_replay_goes_on_where_it_was(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    from commonline.letters.replays import Replayer

    line.post(0, 30)
    until(lambda: len(line.feed()) == 30)
    whole, portions = Replayer._mark, Counter[str]()

    def cut(self: Replayer, one: Any) -> None:
        portions["marked"] += 1
        if portions["marked"] == 15:
            raise KeyboardInterrupt
        whole(self, one)

    monkeypatch.setattr(Replayer, "_mark", cut)
    said = run(replay, "--from", "1h", code=130)
    count = int(said.split(" deliveries")[0].rpartition(" ")[2])
    assert 0 < count < 15
    monkeypatch.setattr(Replayer, "_mark", whole)
    said = run(replay, "--from", "1h")
    assert f"going on behind the first {count} deliveries" in said
    assert f"replayed {30 - count} deliveries" in said
    assert line.settled(len(line.messages(table.DELIVERIES))).disagreements == []


def test_a_span_must_be_one(line: Line) -> None:
    with pytest.raises(CommonlineError, match="--from 1h is not before --to 2h"):
        run(replay, "--from", "1h", "--to", "2h")
    with pytest.raises(CommonlineError, match="--from 'yesterday': give an age"):
        run(replay, "--from", "yesterday")
    assert rows(replay, "--from", "1h")[0]["replayed"] == 0


def test_live_traffic_goes_first(line: Line) -> None:
    """Latency from delivery to feed, at ten a second, without and with a replay of a few hundred beside it."""
    line.post(0, 300)
    until(lambda: len(line.feed()) == 300)
    line.mapping("title")
    line.normalize.reload()
    before = waits(line, 1000, seconds=4)
    thread = threading.Thread(target=run, args=(replay, "--from", "1h"))
    thread.start()
    during = waits(line, 2000, seconds=4)
    thread.join()
    assert statistics.median(during) <= max(2 * statistics.median(before), 0.15)


def waits(line: Line, first: int, *, seconds: float) -> list[float]:
    """Seconds from a delivery until it is read in the feed, for ten a second."""
    sent: dict[str, float] = {}
    found: dict[str, float] = {}
    topic = line.settings.topics.feed("acme", "service")
    with Reader(line.settings.kafka, [topic], start="end") as reader:
        reader.poll(0.5)
        begin = time.monotonic()
        while len(found) < seconds * 10 and time.monotonic() < begin + seconds + 30:
            if len(sent) < seconds * 10 and time.monotonic() >= begin + len(sent) / 10:
                number = first + len(sent)
                sent[str(number)] = time.monotonic()
                line.post(number, 1)
            for message in reader.poll(0.005, 100):
                item = line.serde.decode_as(FeedActivity, message.value() or b"").item
                name = item.object.id.rpartition("/")[2] if item is not None else ""
                if name in sent:
                    found.setdefault(name, time.monotonic())
    assert len(found) == seconds * 10
    return [found[name] - at for name, at in sent.items()]
