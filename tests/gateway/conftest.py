"""Databases of the gateway's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commonline.gateway.store.engine import Store
from tests.gateway.filled import fill, inputs, story, told


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database."""
    made = Store(f"sqlite:///{tmp_path / 'gateway.db'}")
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def filled(store: Store) -> Store:
    """A database that holds the story."""
    fill(store, inputs(told(*story()).outputs))
    return store
