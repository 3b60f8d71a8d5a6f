"""Operations in the console on the real broker: a dead letter is seen, edited and replayed, by whoever may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.console.page import Shown
from tests.gateway.access.house import BASE, House
from tests.integration.station import Station, until

from commonline import topics as table
from commonline.console.app import routers
from commonline.gateway.access import tokens
from commonline.gateway.operations import Operations
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import Viewer
from commonline.schemas.records import Delivery
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("probes")]
BROKEN = [{"id": "1", "text": "It leaks", "do": "malformed"}]
MENDED = '[{"id": "1", "text": "It leaks"}]'


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


@pytest.fixture
def house(station: Station, store: Store) -> Iterator[House]:
    """The application with everything that the process has but its projector."""
    operations = Operations(station.settings)
    made = House(store)
    made.app.state.operations = operations
    for router in routers(store):
        made.app.include_router(router)
    yield made
    operations.close()


def test_a_dead_letter_is_edited_and_replayed(station: Station, house: House) -> None:
    station.start()
    station.send([BROKEN])
    until(lambda: len(station.letters()) == 1)
    (letter,) = station.letters()

    async def visit(browser: httpx.AsyncClient) -> None:
        browser.follow_redirects = True
        await browser.get("/login")
        told = Shown((await browser.get("/operations")).text)
        assert "fuse" in told.words("//table[1]")
        assert letter.message in told.words()
        address = told.all("//a[contains(@href, '/dead-letters/')]/@href")[0]
        shown = Shown((await browser.get(address)).text)
        assert "malformed" in shown.words("//pre")
        csrf = shown.all("//input[@name='csrf']/@value")[0]
        ours, theirs = {"Origin": BASE}, {"Origin": "https://elsewhere.example"}
        for headers, form in ((ours, {"body": MENDED}), (theirs, {"body": MENDED, "csrf": csrf})):
            forged = await browser.post(f"{address}/replay", data=form, headers=headers)
            assert forged.status_code == 403
        done = await browser.post(f"{address}/replay", data={"body": MENDED, "csrf": csrf}, headers=ours)
        assert "given to the line" in Shown(done.text).words()

    house.visit(visit)
    until(lambda: [one.object.text for one in station.activities()] == ["It leaks"])
    values = [message.value() or b"" for message in station.messages(table.DELIVERIES)]
    kept = [station.serde.decode_as(Delivery, value) for value in values]
    assert [one.transport for one in kept] == ["webhook", "upload"]
    assert len({one.id for one in kept}) == 2  # the original stays as it is
    assert letter.id in house.app.state.operations.letters().replayed


def test_operations_do_not_exist_for_a_department(house: House, store: Store) -> None:
    text, _ = tokens.create(store, Viewer("service", visibility="restricted"))
    for path in ("/operations", "/operations/dead-letters", "/operations/parts"):
        assert house.ask(path, Authorization=f"Bearer {text}").status_code == 404
