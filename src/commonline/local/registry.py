"""Apicurio Registry on this machine, with the Confluent API below ``/apis/ccompat/v7``."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import httpx

from commonline.errors import PlatformError
from commonline.local import ports
from commonline.local.artifacts import Lock, load_lock
from commonline.local.fetch import exclusive, fetch
from commonline.local.java import command
from commonline.local.server import Server, end_stale

START_S = 90.0


class Registry:
    """One registry. With `data` it keeps its schemas and their ids in a file there; without, in memory."""

    def __init__(self, home: Path, cache: Path, *, port: int = 0, data: Path | None = None) -> None:
        self.cache, self.port, self.data = cache.absolute(), port, data
        self.server = Server("registry", "the schema registry", home.absolute())

    @property
    def url(self) -> str:
        """Base address of the Confluent API. Known after `start`."""
        return f"http://{ports.HOST}:{self.port}/apis/ccompat/v7"

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.server.pid is not None

    def start(self) -> None:
        """Fetch (158 MB, once), unpack, start; return when it answers. Raises `PlatformError`."""
        if self.alive:
            return
        end_stale(self.server.pid_file)
        program = _unpacked(self.cache)
        self.port = self.port or ports.free_port()
        if not ports.is_free(self.port):
            raise PlatformError(f"port {self.port} is in use{ports.holder(self.port)}: the registry needs it")
        self.server.start(self._argv(program), self._ready, START_S)

    def stop(self) -> None:
        """End it."""
        self.server.stop()

    def _argv(self, program: Path) -> list[str]:
        options = {
            "quarkus.http.host": ports.HOST,
            "quarkus.http.port": self.port,
            "quarkus.management.host": ports.HOST,  # a second listener
            "quarkus.management.port": ports.free_port(),
            "apicurio.storage.kind": "sql",
            "apicurio.storage.sql.kind": "h2",
        }
        if self.data is not None:
            self.data.mkdir(parents=True, exist_ok=True)
            options["apicurio.datasource.url"] = f"jdbc:h2:file:{self.data.absolute() / 'registry'}"
        flags = [f"-D{key}={value}" for key, value in options.items()]
        return command(["-jar", str(program / "quarkus-run.jar")], heap="512m", options=flags)

    def _ready(self) -> bool:
        if not ports.answers(self.port):
            return False
        try:
            return httpx.get(f"{self.url}/subjects", timeout=2, trust_env=False).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def _unpacked(cache: Path) -> Path:
    """The folder with the program. A stamp with every file's size shows that it is complete."""
    lock = load_lock("apicurio")
    target = cache / f"apicurio-{lock.version}"
    with exclusive(cache, "unpack"):
        if not _is_complete(target):
            _unpack(lock, cache, target)
    return target


def _unpack(lock: Lock, cache: Path, target: Path) -> None:
    archive = fetch([lock], cache)["apicurio"][0]
    part = target.with_name(f"{target.name}.part")
    try:
        for folder in (part, target):
            shutil.rmtree(folder, ignore_errors=True)
        with tarfile.open(archive) as tar:
            tar.extractall(part, filter="data")
        sizes = {file.relative_to(part).as_posix(): file.stat().st_size for file in part.rglob("*") if file.is_file()}
        (part / ".sizes.json").write_text(json.dumps(sizes), "utf-8")
        part.rename(target)
    except OSError as error:
        raise PlatformError(f"cannot unpack {archive.name} in {cache}: {error.strerror or error}") from error
    archive.unlink()


def _is_complete(folder: Path) -> bool:
    try:
        sizes: dict[str, int] = json.loads((folder / ".sizes.json").read_text("utf-8"))
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False
