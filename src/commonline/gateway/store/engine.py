"""The database: SQLite in the home, or what ``COMMONLINE_DATABASE`` names; migrated when it is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from commonline.errors import ConfigurationError, PlatformError

VARIABLE = "COMMONLINE_DATABASE"
FILE = "gateway.db"
BUSY_S = 30.0


def address(home: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The database's SQLAlchemy URL: the one given, else a file in the home."""
    return environ.get(VARIABLE) or f"sqlite:///{home / FILE}"


class Store:
    """Connections to the database. Readers never wait for the writer (SQLite: write-ahead log).

    Raises `ConfigurationError` for a URL that cannot be, `PlatformError` when the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the database; ends without writing."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")  # of this connection, while it is ours
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or rolled back when something is raised."""
        with self.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            yield connection

    def migrate(self) -> None:
        """Bring the tables to this program's version. Raises `ConfigurationError` when they are newer."""
        try:
            with self.writing() as connection:
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20268411)")  # of two, one migrates
                configured = migrations()
                configured.attributes["connection"] = connection
                command.upgrade(configured, "head")
        except CommandError as error:
            raise ConfigurationError(
                f"{self.told} was made by a newer version of this program ({error}): run that, or name another database"
            ) from error
        except DBAPIError as error:
            raise PlatformError(f"the database {self.told} does not answer: {error.orig}") from error

    @property
    def told(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """End all connections."""
        self.engine.dispose()


def migrations() -> Config:
    """Alembic's configuration: the migrations that are shipped with the package."""
    configured = Config()
    configured.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return configured


def head() -> str:
    """The newest version of the tables that this program knows."""
    found = ScriptDirectory.from_config(migrations()).get_current_head()
    assert found is not None
    return found


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
            parsed = parsed.set(drivername="postgresql+pg8000")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise ConfigurationError(f"{VARIABLE}={url!r}: give sqlite:///file or postgresql://user@host/name")
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed)
        return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=30)
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigurationError(f"{VARIABLE} is no SQLAlchemy URL: {error}") from error
    except ImportError as error:
        raise ConfigurationError(f"{VARIABLE}: install the driver: pip install 'commonline[postgres]'") from error


def _sqlite(url: Any) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False}, pool_size=10)

    @event.listens_for(engine, "connect")
    def _opened(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -32000", "temp_store = MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return engine
