"""Dead letters, sources and findings over HTTP, from a real log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.asking import Asking
from tests.gateway.filled import ROOT, viewer
from tests.integration.station import Station

from commonline.gateway import operations
from commonline.gateway.operations import Operations
from commonline.gateway.store.engine import Store
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("probes")]
PATIENCE_S = 30.0


@pytest.fixture
def station(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Station]:
    made = Station(kafka.settings, prefix, tmp_path)
    yield made
    made.end()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'gateway.db'}")
    made.migrate()
    yield made
    made.close()


def test_a_dead_letter_is_shown_with_its_place_and_replayed_once(
    station: Station, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "FRESH_S", 0.0)
    station.send([[{"id": "1", "text": "hello"}], [{"do": "malformed", "text": "kettle"}]])
    station.start()
    station.settled(2)
    log = Operations(station.settings)
    asking = Asking(store, ROOT, operations=log)
    (letter,) = asking.get("/v1/dead-letters").json()["items"]
    assert (letter["cause"], letter["source"], letter["replayed"]) == ("MalformedPayloadError", "fuse", False)
    detail = asking.get(f"/v1/dead-letters/{letter['id']}").json()
    assert "kettle" in detail["body"]
    assert [line["here"] for line in detail["marked"]].count(True) == 1
    (source,) = asking.get("/v1/sources?deliveries=true").json()["items"]
    told = source["deliveries"]
    assert (told["received"], told["activities"], told["dead"], told["waiting"]) == (2, 1, 1, 0)
    assert asking.get("/v1/findings").json()["items"] == []
    replay = f"/v1/dead-letters/{letter['id']}/replay"
    assert asking.request("POST", replay).json() == {"deliveries": 1, "lost": 0}
    deadline = time.monotonic() + PATIENCE_S
    while asking.get("/v1/dead-letters").json()["items"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert asking.get("/v1/dead-letters?again=true").json()["items"][-1]["replayed"]
    outsider = Asking(store, viewer("service"), operations=log)
    assert outsider.request("POST", replay).status_code == 404
    log.close()


def test_a_log_that_does_not_answer_is_told_as_such(kafka: KafkaUnderTest, store: Store, tmp_path: Path) -> None:
    from commonline.bus.process import ProcessSettings

    log = Operations(ProcessSettings(kafka=kafka.settings, home=tmp_path, prefix="nothing-here-"))
    answer = Asking(store, ROOT, operations=log).get("/v1/dead-letters")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "does not exist" in answer.json()["detail"]
