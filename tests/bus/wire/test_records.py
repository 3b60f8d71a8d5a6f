"""The facade: used where it was compiled from the sources that stand there, else librdkafka and why."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator

import pytest

from commonline import compiled
from commonline.bus.wire import records
from tests.bus.wire.built import module


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    records.found.cache_clear()
    yield
    records.found.cache_clear()


def test_made_from_the_sources_that_are_named() -> None:
    hashed = hashlib.sha256()
    for source in sorted(records.SOURCES):
        hashed.update(source.read_bytes())
    assert hashed.hexdigest() == module().SOURCE_DIGEST
    folder = records.SOURCES[0].parent
    assert {path for path in folder.iterdir() if path.suffix in {".c", ".h"}} >= set(records.SOURCES)


def test_used_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(compiled.PURE, raising=False)
    monkeypatch.setitem(sys.modules, records.NAME, module())
    assert records.form() == ("compiled", "")
    batch = records.batch()
    assert batch.append(b"v", b"k", None, 1) == batch.size
    assert records.accumulator().take(0) == []


def test_librdkafka_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compiled.PURE, "1")
    assert records.form() == ("librdkafka", "COMMONLINE_PURE=1")
    with pytest.raises(RuntimeError, match="COMMONLINE_PURE=1"):
        records.accumulator()
