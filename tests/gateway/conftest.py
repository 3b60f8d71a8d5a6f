"""Databases of the gateway's tests: SQLite always, PostgreSQL where its programs are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commonline.gateway.store.engine import Store
from tests.gateway.filled import fill, inputs, story, told
from tests.gateway.postgres import Postgres, programs, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, one for the whole run."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: package postgresql)")
    with running(folder) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database's URL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty database of this program's version."""
    made = Store(url)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def filled(store: Store) -> Store:
    """A database that holds the story."""
    fill(store, inputs(told(*story()).outputs))
    return store
