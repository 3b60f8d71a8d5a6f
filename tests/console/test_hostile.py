"""Text from outside is never markup: payloads through every product's mapping and through unify into every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import html
from msgspec.structs import replace
from tests.console.hostile import PAYLOADS, bodies
from tests.console.page import Shown
from tests.gateway.asking import Asking
from tests.gateway.filled import ROOT, fill, inputs, told, viewer
from tests.streams.unify.world import WORKSPACE, configuration

from commonline.console.app import routers
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import Viewer
from commonline.schemas.records import Activity

WITHOUT_TEXT = {
    "mattermost": "its posts are JSON within JSON, which is not looked into here",
}
"""Products none of whose fixtures could carry a payload, and why."""
LINKS = ("href", "src", "action", "formaction", "xlink:href")
SAFE = re.compile(r"^(?:https?://|/|#|\?)")


@cache
def poisoned() -> dict[str, list[Activity]]:
    """Activities of every product, full of payloads."""
    return {
        name: [replace(activity, workspace=WORKSPACE) for activity in found if "hurt" in str(activity)]
        for name, found in bodies()
    }


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database that holds all of it, as unify decided it."""
    made = Store(f"sqlite:///{tmp_path / 'gateway.db'}")
    made.migrate()
    every = [activity for name in sorted(poisoned()) for activity in poisoned()[name]]
    fill(made, inputs(told(configuration(), *every).outputs))
    yield made
    made.close()


def test_every_product_carries_payloads() -> None:
    assert {name for name, found in poisoned().items() if not found} == set(WITHOUT_TEXT)


@pytest.mark.parametrize(
    "who", [ROOT, viewer("service", "marketing", "pr", "hr")], ids=["administrator", "departments"]
)
def test_no_text_becomes_markup_on_any_page(store: Store, who: Viewer) -> None:
    asking = Asking(store, who, routers=routers(store))
    seen: set[str] = set()
    todo = ["/", "/people", "/wall", "/wall/charts"]
    while todo:
        address = todo.pop()
        answer = asking.get(address)
        if address == "/operations" and answer.status_code == 503:
            continue  # it asks the log, which is not here
        assert answer.status_code == 200, address
        check(answer.text, address)
        shown = Shown(answer.text)
        links = shown.all("//a/@href") + shown.all("//li[@hx-get]/@hx-get")
        fresh = {link for link in links if link.startswith(("/", "?")) and not link.startswith(("/v1/", "/static/"))}
        todo += sorted(fresh - seen)
        seen |= fresh
    assert len(seen) > 40


def check(text: str, address: str) -> None:
    """What a browser would run or follow is ours, or an address on the web."""
    tree = html.fromstring(text)
    for script in tree.iter("script"):
        data = script.get("type") == "application/json"
        assert data or (script.get("src") or "").startswith("/static/"), (address, html.tostring(script))
    assert not list(tree.iter("iframe", "object", "embed", "base", "style", "math", "img", "animate")), address
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith(("on", "hx-on", "data-hx")), (address, name)
            if name in LINKS:
                assert SAFE.match(value), (address, name, value)


def test_payloads_stand_there_as_text(store: Store) -> None:
    asking = Asking(store, ROOT, routers=routers(store))
    said = " ".join(Shown(asking.get("/").text).all("//*[@class='said']"))
    assert any(payload[:12] in said for payload in PAYLOADS)
