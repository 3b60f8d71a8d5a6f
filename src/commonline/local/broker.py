"""A real Apache Kafka on this machine: one KRaft node, from jars, on the loopback interface."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from commonline.errors import PlatformError
from commonline.local import ports
from commonline.local.artifacts import load_lock
from commonline.local.fetch import fetch
from commonline.local.java import Profile, command
from commonline.local.logs import LogTail
from commonline.local.process import PidFile, end, spawn, stop
from commonline.local.properties import broker_properties
from commonline.settings import KafkaSettings

START_S = 60.0
STOP_S = 15.0
MIN_FREE_BYTES = 512 * 1024 * 1024
_HEAP: dict[Profile, str] = {"quick": "512m", "throughput": "1g"}
_LOG4J = Path(__file__).with_name("log4j2.xml")
_IN_USE = "Address already in use"


class Broker:
    """One broker with its data below `home`. Not thread-safe.

    `port` 0 takes a free one at the first start and keeps it over restarts; another start on the same
    data may have other ports.
    """

    def __init__(self, home: Path, cache: Path, *, port: int = 0, profile: Profile = "quick") -> None:
        self.home, self.cache, self.profile = home.absolute(), cache.absolute(), profile
        self.any_port = port == 0
        self.port = port
        self.controller_port = 0
        self.log = self.home / "logs" / "kafka.log"
        self.pid_file = self.home / "run" / "kafka.json"
        self.data = self.home / "kafka" / "data"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """``host:port`` for clients. Known after the first `start`."""
        return f"{ports.HOST}:{self.port}"

    @property
    def settings(self) -> KafkaSettings:
        """Settings for clients. Known after the first `start`."""
        return KafkaSettings(bootstrap=self.bootstrap)

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(self) -> None:
        """Fetch what is missing, start, and return when the broker answers clients.

        Raises `PlatformError` in one sentence: port in use, no disk, no network, a broker that ends or is silent.
        """
        if self.pid is not None:
            return
        end_stale(self.pid_file)
        class_path = _class_path(fetch([load_lock("kafka")], self.cache)["kafka"])
        _check_place(self.home)
        for _ in range(5):
            self._choose_ports()
            config = self._configure(class_path)
            if self._launch(class_path, config):
                return
            self.port = 0
        raise PlatformError("no free port for Kafka in five tries")

    def stop(self) -> None:
        """End the broker cleanly (about half a second); kill it when that takes more than 15 s."""
        if self._child is not None:
            stop(self._child, STOP_S)
        self._gone()

    def kill(self) -> None:
        """SIGKILL: what a crash of the broker is."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._gone()

    def restart(self) -> None:
        """Stop cleanly, unless it is dead already, and start on the same port and data."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """SIGSTOP: a broker that hangs."""
        if self._child is not None:
            self._child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT after `pause`."""
        if self._child is not None:
            self._child.send_signal(signal.SIGCONT)

    def _gone(self) -> None:
        self._child = None
        self.pid_file.unlink(missing_ok=True)

    def _choose_ports(self) -> None:
        if self.port == 0:
            self.port = ports.free_port()
        elif not ports.is_free(self.port):
            raise PlatformError(
                f"port {self.port} is in use: end the program that has it, choose another port (--port), "
                f"or, if it is a Kafka broker, set COMMONLINE_KAFKA={self.bootstrap}"
            )
        self.controller_port = ports.free_port()

    def _configure(self, class_path: str) -> Path:
        """Write the configuration; format the data directory when it has never been."""
        config = self.home / "kafka" / "server.properties"
        self.data.mkdir(parents=True, exist_ok=True)
        config.write_text(broker_properties(self.port, self.controller_port, self.data), "ascii")
        if not (self.data / "meta.properties").exists():
            cluster = base64.urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode()
            tool = [
                "kafka.tools.StorageTool",
                "format",
                "--ignore-formatted",
                "-t",
                cluster,
                "-c",
                str(config),
            ]
            argv = command(
                ["-cp", class_path, *tool], heap="128m", options=[f"-Dlog4j2.configurationFile={_LOG4J}"]
            )
            done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=START_S)
            if done.returncode != 0:
                raise PlatformError(
                    f"cannot format {self.data}: {(done.stderr or done.stdout).strip()[-300:]}"
                )
        return config

    def _launch(self, class_path: str, config: Path) -> bool:
        """Start Java and wait. False: a port was taken in between, and another may be tried."""
        tail = LogTail(self.log)
        argv = command(
            ["-cp", class_path, "kafka.Kafka", str(config)],
            heap=_HEAP[self.profile],
            profile=self.profile,
            options=[f"-Dlog4j2.configurationFile={_LOG4J}"],
        )
        self._child = spawn(argv, self.log)
        PidFile.write(self.pid_file, self._child.pid)
        try:
            self._wait(tail)
        except BaseException:
            self.kill()
            if self.any_port and _IN_USE in tail.text():
                return False
            raise
        return True

    def _wait(self, tail: LogTail) -> None:
        assert self._child is not None
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                raise PlatformError(
                    f"Kafka ended at its start with code {self._child.returncode}: {tail.reason()}"
                )
            if ports.answers(self.port) and brokers(self.settings, 5.0):
                return
            time.sleep(0.02)
        raise PlatformError(
            f"Kafka did not answer on port {self.port} within {START_S:.0f} s: {tail.reason()}"
        )


def brokers(settings: KafkaSettings, timeout_s: float) -> int:
    """How many brokers the cluster's metadata names; 0 when there is no answer in time."""
    import logging

    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    quiet = logging.getLogger("commonline.local.probe")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    with suppress(KafkaException):
        return len(AdminClient(settings.librdkafka(), logger=quiet).list_topics(timeout=timeout_s).brokers)
    return 0


def end_stale(pid_file: Path) -> bool:
    """End the process that an earlier start left behind. True when there was one.

    Raises `PlatformError` when the program that started it still runs: then it is in use.
    """
    record = PidFile.read(pid_file)
    process = record.process() if record else None
    if record is None or process is None:
        pid_file.unlink(missing_ok=True)
        return False
    if record.has_owner() and record.owner != os.getpid():
        raise PlatformError(
            f"{record.name} already runs for {pid_file.parent.parent} (process {record.pid}): "
            "use it, run `commonline down`, or choose another --home"
        )
    end(process, STOP_S)
    pid_file.unlink(missing_ok=True)
    return True


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
