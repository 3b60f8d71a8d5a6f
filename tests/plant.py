"""A whole installation as processes: connect, normalize, unify on a real broker; to be used, and to be hurt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import httpx

from commonline.bus.admin import ensure
from commonline.local import ports
from commonline.settings import KafkaSettings
from commonline.topics import Topics

WORKSPACE = "acme"
DEPARTMENTS = ("marketing", "pr", "service", "hr")
STOP_S = 20.0


class Plant:
    """The processes by name: ``connect``, ``normalize``, ``unify``, and further workers ``normalize-1`` …"""

    ready_s = 60.0

    def __init__(
        self,
        kafka: KafkaSettings,
        prefix: str,
        folder: Path,
        configuration: str,
        environ: Mapping[str, str],
        workspaces: Iterable[str] = (WORKSPACE,),
    ) -> None:
        self.kafka, self.prefix, self.folder, self.environ = kafka, prefix, folder, environ
        self.topics = Topics(prefix)
        self.listen = f"127.0.0.1:{ports.free_port()}"
        self._metrics: dict[str, int] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "commonline.toml").write_text(configuration.format(listen=self.listen), "utf-8")
        self.make_topics(workspaces)

    def make_topics(self, workspaces: Iterable[str]) -> None:
        """The topics of the installation."""
        feeds = [(workspace, name) for workspace in workspaces for name in DEPARTMENTS]
        ensure(self.kafka, self.topics, partitions=4, feeds=feeds)

    def url(self, source: str) -> str:
        """Where a vendor posts."""
        return f"http://{self.listen}/in/{source}"

    def start(self, name: str, *, wait: bool = True) -> None:
        """Start a worker; with `wait`, until it is ready."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.command(name), env=self.surroundings(name), stdout=log, stderr=log, cwd=self.folder
            )
        if wait:
            self.wait_ready(name)

    def command(self, name: str) -> list[str]:
        """The worker's command line."""
        return [sys.executable, "-m", "commonline", name.partition("-")[0]]

    def surroundings(self, name: str) -> dict[str, str]:
        """The worker's environment."""
        port = self._metrics.setdefault(name, ports.free_port())
        return {
            **os.environ,
            **self.kafka.environ(),
            "COMMONLINE_HOME": str(self.folder / "home"),
            "COMMONLINE_CONFIG": str(self.folder / "commonline.toml"),
            "COMMONLINE_PREFIX": self.prefix,
            "COMMONLINE_INSTANCE": name.partition("-")[2] or "0",
            "COMMONLINE_METRICS": f"127.0.0.1:{port}",
            **self.environ,
        }

    def wait_ready(self, name: str) -> None:
        """Until /readyz answers 200; a worker that ended with 75 is started anew, as the supervisor would."""
        deadline = time.monotonic() + self.ready_s
        while time.monotonic() < deadline:
            self.tend()
            try:
                if httpx.get(f"http://127.0.0.1:{self._metrics[name]}/readyz", timeout=1, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{name} is not ready after {self.ready_s:.0f} s:\n{self.log(name)}")

    def tend(self) -> None:
        """Start again what ended with code 75."""
        for name, process in list(self.processes.items()):
            code = process.poll()
            if code == 75:
                self.start(name, wait=False)
            elif code is not None and code != -signal.SIGKILL:
                raise AssertionError(f"{name} ended with {code}:\n{self.log(name)}")

    def kill(self, name: str) -> None:
        """SIGKILL, and start again at once."""
        self.processes[name].kill()
        self.processes[name].wait()
        self.start(name, wait=False)

    def leave(self, name: str) -> None:
        """A clean end of one worker."""
        process = self.processes.pop(name)
        process.terminate()
        assert process.wait(STOP_S) == 0, self.log(name)

    def stop(self) -> None:
        """End all."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def log(self, name: str) -> str:
        """The end of a worker's log."""
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")[-3000:]
