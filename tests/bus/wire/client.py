"""Our own client in tests: over the C module built for them, where this checkout is not compiled."""

from __future__ import annotations

import pytest

from commonline.bus.wire import records
from commonline.compiled import Extension
from tests.bus.wire import built


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are built in C; skips the test where they cannot be."""
    if records.form().name != "compiled":
        made = built.module()
        monkeypatch.setattr(records, "found", lambda: Extension(made))
