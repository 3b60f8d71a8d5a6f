"""The migrations make the tables that the code uses."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from commonline.errors import ConfigurationError
from commonline.gateway.store.engine import Store, address
from commonline.gateway.store.tables import metadata

OURS = frozenset(metadata.tables)


def test_tables_are_those_of_the_migrations(store: Store) -> None:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name in OURS

    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours})
        assert compare_metadata(context, metadata) == []


def test_a_database_is_migrated_once(store: Store) -> None:
    store.migrate()


def test_a_newer_database_is_left_alone(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="newer version of this program"):
        store.migrate()


def test_the_database_is_a_file_in_the_home_unless_another_is_named(tmp_path: Path) -> None:
    assert address(tmp_path, {}) == f"sqlite:///{tmp_path}/gateway.db"
    assert address(tmp_path, {"COMMONLINE_DATABASE": "postgresql://db/x"}) == "postgresql://db/x"


@pytest.mark.parametrize("url", ["kettle", "mysql://db/x", "oracle://x"])
def test_a_wrong_database_is_told(url: str) -> None:
    with pytest.raises(ConfigurationError, match="COMMONLINE_DATABASE"):
        Store(url)
