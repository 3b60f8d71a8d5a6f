"""For all tests: nothing of the user's own settings, no deadlines on a busy machine, connectors to try the kit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import commonline.connectors
from commonline.bus.wire import records
from commonline.compiled import Extension
from commonline.kit import catalogue, hooks

settings.register_profile("commonline", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("commonline")

KEPT = ("COMMONLINE_KAFKA", "COMMONLINE_CACHE", "COMMONLINE_MAVEN", "COMMONLINE_PAYLOADS")


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in os.environ:
        if key.startswith("COMMONLINE_") and not key.startswith(KEPT):
            monkeypatch.delenv(key)


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Makes the connectors of ``tests/probes`` known, beside the real ones; gives their folder."""
    folder = Path(__file__).parent / "probes"
    monkeypatch.setattr(commonline.connectors, "__path__", [*commonline.connectors.__path__, str(folder)])
    cached = (catalogue.manifest, catalogue.connector, hooks.hooks)
    for one in cached:
        one.cache_clear()
    yield folder
    for one in cached:
        one.cache_clear()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own producers serve, over C that is built for the tests where this checkout is not compiled; skips where it
    cannot be built."""
    from tests.bus.wire import built

    if records.form().name != "compiled":
        made = built.module()
        monkeypatch.setattr(records, "found", lambda: Extension(made))
