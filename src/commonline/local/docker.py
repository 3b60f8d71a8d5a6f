"""Kafka in Docker, on request and for tests. "Docker is there" means that its engine answers a ping.

The image is Apache's own, of the version in our lock file, with the settings of the broker from packages.
The container goes through testcontainers, whose reaper removes it when this process dies.
"""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commonline.errors import PlatformError
from commonline.local import ports
from commonline.local.artifacts import load_lock
from commonline.local.broker import brokers
from commonline.local.properties import broker_values
from commonline.settings import KafkaSettings

if TYPE_CHECKING:
    from docker.models.containers import Container
    from testcontainers.core.container import DockerContainer

PING_S = 5
DEFAULT_ENGINE = "unix:///var/run/docker.sock"
START_S = 180.0  # the image may have to be pulled
STOP_S = 15
DATA = "/var/lib/kafka/data"
CONTROLLER_PORT = 9093


def engine_answers(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a Docker engine answers. A client program, or a socket that nobody serves, is not enough."""
    address = environ.get("DOCKER_HOST") or DEFAULT_ENGINE
    if address.startswith("unix://"):
        return _socket_answers(address.removeprefix("unix://"))
    try:
        import docker
    except ImportError:
        return False
    try:
        client = docker.from_env(timeout=PING_S, environment=dict(environ))
    except docker.errors.DockerException:
        return False
    try:
        return bool(client.ping())
    except (docker.errors.DockerException, OSError):
        return False
    finally:
        client.close()


def _socket_answers(path: str) -> bool:
    """Ask without the Docker library, which takes half a second to load and leaks its socket when refused."""
    with socket.socket(socket.AF_UNIX) as engine:
        engine.settimeout(PING_S)
        try:
            engine.connect(path)
            engine.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200" in engine.recv(64).split(b"\r\n")[0]
        except OSError:
            return False


def volume_of(home: Path) -> str:
    """The Docker volume that belongs to a home folder."""
    return f"commonline-{hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:12]}"


class DockerKafka:
    """One broker in a container, on a fixed port of the host, so that a restart keeps its address.

    `volume` names a Docker volume for the data; without one the data lives and dies with the container.
    """

    kind = "docker"

    def __init__(self, *, port: int = 0, volume: str | None = None) -> None:
        self.port = port or ports.free_port()
        self.volume = volume
        self.host = ports.HOST
        self._container: DockerContainer | None = None

    @property
    def bootstrap(self) -> str:
        """``host:port`` for clients."""
        return f"{self.host}:{self.port}"

    @property
    def settings(self) -> KafkaSettings:
        """Settings for clients."""
        return KafkaSettings(bootstrap=self.bootstrap)

    @property
    def alive(self) -> bool:
        """Whether the container runs."""
        if self._container is None:
            return False
        inner = self._inner()
        inner.reload()
        return bool(inner.status == "running")

    def start(self) -> None:
        """Create or start the container; return when the broker answers. Raises `PlatformError`."""
        import docker

        try:
            if self._container is None:
                self._create()
            else:
                self._inner().start()
        except (docker.errors.DockerException, OSError) as error:
            raise PlatformError(f"Docker could not start Kafka: {error}") from error
        deadline = time.monotonic() + START_S
        while not brokers(self.settings, 2.0):
            if not self.alive or time.monotonic() > deadline:
                raise PlatformError(f"Kafka in Docker did not answer on {self.bootstrap}: {self._last_words()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it cleanly; the container stays until `remove`."""
        if self._container is not None:
            self._inner().stop(timeout=STOP_S)

    def kill(self) -> None:
        """SIGKILL."""
        self._inner().kill()

    def restart(self) -> None:
        """End cleanly (unless it is dead already) and start."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Freeze it."""
        self._inner().pause()

    def resume(self) -> None:
        """Thaw it."""
        self._inner().unpause()

    def remove(self) -> None:
        """End it and remove the container; a named volume stays."""
        if self._container is not None:
            with suppress(Exception):
                self.stop()
            self._container.stop(force=True, delete_volume=self.volume is None)
            self._container = None

    def _create(self) -> None:
        from testcontainers.core.container import DockerContainer

        container = DockerContainer(f"apache/kafka:{load_lock('kafka').version}")
        host = container.get_docker_client().host()
        self.host = ports.HOST if host == "localhost" else host
        # Published on the loopback interface only, unless the engine is on another machine.
        published: Any = (ports.HOST, self.port) if self.host == ports.HOST else self.port
        container.ports[str(self.port)] = published
        values = broker_values(self.port, CONTROLLER_PORT, DATA, bind="0.0.0.0", advertised=self.host)  # noqa: S104
        for key, value in values.items():
            container.with_env(f"KAFKA_{key.upper().replace('.', '_')}", value)
        if self.volume:
            container.with_volume_mapping(self.volume, DATA, mode="rw")
        self._container = container
        container.start()

    def _inner(self) -> Container:
        if self._container is None:
            raise PlatformError("Kafka in Docker was never started")
        return self._container.get_wrapped_container()

    def _last_words(self) -> str:
        lines = self._inner().logs(tail=5).decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it wrote nothing"
