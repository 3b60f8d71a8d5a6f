"""``commonline`` processes as an installation has them, each with its log, on topics of their own."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.deliveries import SECRET, SECRET_VARIABLE
from bench.machine import Ground

from commonline.bus.admin import ensure
from commonline.topics import Topics

END_S = 30.0


@dataclass
class Plant:
    """Topics under a prefix of their own, and the processes that work on them."""

    ground: Ground
    prefix: str = field(default_factory=lambda: f"bench-{secrets.token_hex(4)}-")
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    profile: bool = False
    """Run under cProfile: slower by half, but it tells where the time goes."""

    @property
    def topics(self) -> Topics:
        """Real topic names."""
        return Topics(self.prefix)

    @property
    def home(self) -> Path:
        """State and key."""
        return self.ground.home / self.prefix

    @property
    def file(self) -> Path:
        """The configuration."""
        return self.home / "commonline.toml"

    def create(self, *, partitions: int, configuration: str = "", feeds: list[tuple[str, str]] | None = None) -> None:
        """Topics and configuration."""
        self.home.mkdir(parents=True)
        self.file.write_text(configuration, "utf-8")
        ensure(self.ground.kafka, self.topics, partitions=partitions, feeds=feeds or [])

    def start(self, command: str, *options: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """One process: ``normalize``, ``unify``, ``connect``."""
        argv = [sys.executable]
        if self.profile:
            argv += ["-m", "cProfile", "-o", str(self.profile_of(command))]
        argv += [str(Path(sys.executable).with_name("commonline")), command]
        argv += ["--home", str(self.home), "--prefix", self.prefix, "--metrics", "127.0.0.1:0"]
        if command != "unify":
            argv += ["--config", str(self.file)]
        return self.launch(f"{command}-{len(self.processes)}", [*argv, *options], environ or {})

    def launch(self, name: str, argv: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Any program, with its log in `home`."""
        everything = {**os.environ, **self.ground.kafka.environ(), SECRET_VARIABLE: SECRET, **environ}
        with self.log(name).open("wb") as file:
            process = subprocess.Popen(argv, stdout=file, stderr=file, env=everything, start_new_session=True)
        self.processes.append(process)
        return process

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.home / f"{name}.log"

    def profile_of(self, command: str) -> Path:
        """Where cProfile writes."""
        return self.home / f"{command}.profile"

    def end(self) -> None:
        """Stop what runs, cleanly if it will."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()
