"""The same payloads in a real browser: nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.console.browser.conftest import Opening
from tests.console.hostile import PAYLOADS
from tests.gateway.filled import fill, inputs, told
from tests.streams.unify.world import activity, configuration, party

from commonline.gateway.store.engine import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One conversation in which every payload is a text, a title, a name and a link."""
    made = Store(f"sqlite:///{tmp_path / 'gateway.db'}")
    made.migrate()
    said = [
        activity(
            f"facebook:1/c{number}",
            text=f"{payload} {payload}",
            title=payload,
            url=payload,
            actor=party(f"facebook:1/p{number}", payload),
            thread="facebook:1/post",
            at=number,
            tags=[payload],
        )
        for number, payload in enumerate(PAYLOADS)
    ]
    fill(made, inputs(told(configuration(), *said).outputs))
    yield made
    made.close()


def test_nothing_runs(opening: Opening) -> None:
    page = opening("/")
    address = page.locator(".row > a").first.get_attribute("href")
    for path in ("/", f"{address}", f"{address}/sides"):
        page = opening(path)
        assert page.evaluate("window.hurt === undefined")
        page.context.close()
