"""A real Apache Kafka on this machine: one KRaft node, from jars, on the loopback interface."""

from __future__ import annotations

import base64
import logging
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from commonline.errors import PlatformError
from commonline.local import ports
from commonline.local.artifacts import load_lock
from commonline.local.fetch import fetch
from commonline.local.java import Profile, command
from commonline.local.properties import broker_properties
from commonline.local.server import Server, end_stale
from commonline.settings import KafkaSettings

START_S = 120.0  # a start takes 5 s of processor time: long on a machine that does much else
MIN_FREE_BYTES = 512 * 1024 * 1024
_HEAP: dict[Profile, str] = {"quick": "512m", "throughput": "1g"}
_LOG4J = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.xml')}"
_IN_USE = "Address already in use"


class Broker:
    """One broker with its data below `home`. Not thread-safe.

    `port` 0 takes a free one at the first start and keeps it over restarts; another start on the same
    data may have other ports.
    """

    kind = "packages"

    def __init__(self, home: Path, cache: Path, *, port: int = 0, profile: Profile = "quick") -> None:
        self.home, self.cache, self.profile = home.absolute(), cache.absolute(), profile
        self.any_port = port == 0
        self.port = port
        self.controller_port = 0
        self.data = self.home / "kafka" / "data"
        self.server = Server("kafka", "Kafka", self.home)

    @property
    def bootstrap(self) -> str:
        """``host:port`` for clients. Known after the first `start`."""
        return f"{ports.HOST}:{self.port}"

    @property
    def settings(self) -> KafkaSettings:
        """Settings for clients. Known after the first `start`."""
        return KafkaSettings(bootstrap=self.bootstrap)

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.server.pid is not None

    def start(self) -> None:
        """Fetch what is missing, start, and return when the broker answers clients.

        Raises `PlatformError` in one sentence: port in use, no disk, no network, a broker that ends or
        stays silent.
        """
        if self.alive:
            return
        end_stale(self.server.pid_file)
        _check_place(self.home)
        class_path = _class_path(fetch([load_lock("kafka")], self.cache)["kafka"])
        for _ in range(5):
            self._choose_ports()
            config = self._configure(class_path)
            if self._launch(class_path, config):
                return
            self.port = 0
        raise PlatformError("no free port for Kafka in five tries: see which programs take them all")

    def stop(self) -> None:
        """End the broker cleanly (about half a second); kill it when that takes more than 15 s."""
        self.server.stop()

    def kill(self) -> None:
        """SIGKILL: what a crash of the broker is."""
        self.server.kill()

    def restart(self) -> None:
        """Stop cleanly, unless it is dead already, and start on the same port and data."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """End it; the data stays where it is."""
        self.stop()

    def pause(self) -> None:
        """SIGSTOP: a broker that hangs."""
        self.server.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT after `pause`."""
        self.server.signal(signal.SIGCONT)

    def _choose_ports(self) -> None:
        if self.port == 0:
            self.port = ports.free_port()
        elif not ports.is_free(self.port):
            raise PlatformError(
                f"port {self.port} is in use{ports.holder(self.port)}: end that program, choose another port "
                f"(--port), or, if it is a Kafka broker, set COMMONLINE_KAFKA={self.bootstrap}"
            )
        self.controller_port = ports.free_port()

    def _configure(self, class_path: str) -> Path:
        """Write the configuration; format the data directory when it has never been."""
        config = self.home / "kafka" / "server.properties"
        self.data.mkdir(parents=True, exist_ok=True)
        config.write_text(broker_properties(self.port, self.controller_port, self.data), "ascii")
        if not (self.data / "meta.properties").exists():
            tool = ["kafka.tools.StorageTool", "format", "--ignore-formatted"]
            tool += ["--cluster-id", _cluster_id(), "--config", str(config)]
            argv = command(["-cp", class_path, *tool], heap="128m", options=[_LOG4J])
            done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=START_S)
            if done.returncode != 0:
                raise PlatformError(f"cannot format {self.data}: {(done.stderr or done.stdout).strip()[-300:]}")
        return config

    def _launch(self, class_path: str, config: Path) -> bool:
        """Start Java and wait. False: a port was taken in between, and another may be tried."""
        main = ["-cp", class_path, "kafka.Kafka", str(config)]
        argv = command(main, heap=_HEAP[self.profile], profile=self.profile, options=[_LOG4J])
        try:
            self.server.start(argv, self._ready, START_S)
        except PlatformError:
            if self.any_port and _IN_USE in self.server.tail.text():
                return False
            raise
        return True

    def _ready(self) -> bool:
        return ports.answers(self.port) and brokers(self.settings, 5.0) > 0


def brokers(settings: KafkaSettings, timeout_s: float) -> int:
    """How many brokers the cluster's metadata names; 0 when there is no answer in time."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    quiet = logging.getLogger("commonline.local.probe")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    with suppress(KafkaException):
        return len(AdminClient(settings.librdkafka(), logger=quiet).list_topics(timeout=timeout_s).brokers)
    return 0


def _cluster_id() -> str:
    """16 random bytes in base64url, like Kafka's own; the first bit is 0, so that no dash comes first."""
    number = bytearray(os.urandom(16))
    number[0] &= 0x7F
    return base64.urlsafe_b64encode(number).rstrip(b"=").decode()


def _class_path(jars: list[Path]) -> str:
    for jar in jars:
        if os.pathsep in str(jar):
            raise PlatformError(f"Java cannot load {jar}: choose a COMMONLINE_CACHE without {os.pathsep!r}")
    return os.pathsep.join(map(str, jars))


def _check_place(home: Path) -> None:
    """Refuse a `home` that Kafka could not use."""
    if "," in str(home):
        raise PlatformError(f"Kafka cannot keep data in {home}: choose a --home without a comma")
    try:
        home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise PlatformError(f"cannot use {home}: {error.strerror or error}") from error
    if free < MIN_FREE_BYTES:
        raise PlatformError(
            f"{home} has only {free // 2**20} MiB left, Kafka needs {MIN_FREE_BYTES // 2**20}: free some"
        )
