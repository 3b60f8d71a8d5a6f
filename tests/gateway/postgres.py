"""A PostgreSQL of the tests' own, from the programs of Debian's package `postgresql`, on a free port."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pg8000.native

from commonline.local.ports import free_port

PACKAGES = Path("/usr/lib/postgresql")
WAIT_S = 60.0
OWNER = "commonline"


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`; None: not installed. Debian keeps them off the path."""
    found = shutil.which("postgres")
    if found is not None and Path(found).resolve().with_name("initdb").exists():
        return Path(found).resolve().parent
    folders = sorted(PACKAGES.glob("*/bin"))
    return folders[-1] if folders and (folders[-1] / "initdb").exists() else None


class Postgres:
    """A running server. `fresh` makes an empty database, and returns its URL."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._made = 0

    def fresh(self) -> str:
        self._made += 1
        name = f"t{self._made}"
        with self._connected() as connection:
            connection.run(f"CREATE DATABASE {name}")
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{name}"

    def answers(self) -> bool:
        try:
            with self._connected():
                return True
        except (pg8000.native.InterfaceError, pg8000.native.DatabaseError, OSError):
            return False

    @contextmanager
    def _connected(self) -> Iterator[pg8000.native.Connection]:
        connection = pg8000.native.Connection(OWNER, host="127.0.0.1", port=self.port, database="postgres")
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """A server until the end of the block. PostgreSQL refuses root: it is then run as `nobody`."""
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    home = Path(tempfile.mkdtemp(prefix="commonline-postgres-"))
    shutil.chown(home, user)
    port = free_port()
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    log = home / "log"
    with log.open("wb") as said:
        made = [str(folder / "initdb"), "-D", str(home / "data"), "-U", OWNER, "-A", "trust", "-E", "UTF8"]
        subprocess.run(made, user=user, cwd=home, stdout=said, stderr=said, check=True)
        serve = [str(folder / "postgres"), "-D", str(home / "data"), "-p", str(port), *settings]
        child = subprocess.Popen(serve, user=user, cwd=home, stdout=said, stderr=said)
    try:
        server = Postgres(port)
        deadline = time.monotonic() + WAIT_S
        while not server.answers():
            assert child.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield server
    finally:
        child.send_signal(signal.SIGINT)  # at once, whoever is connected
        child.wait(WAIT_S)
        shutil.rmtree(home)
