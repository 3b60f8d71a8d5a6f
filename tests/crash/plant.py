"""A whole installation as processes, to be hurt: connect, normalize, unify on a real broker."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from commonline.bus.admin import ensure
from commonline.local import ports
from commonline.settings import KafkaSettings
from commonline.topics import Topics

WORKSPACE, SOURCE, PAGE = "acme", "page", "102938475610293"
SECRET, TOKEN = "crash-test-secret", "crash-test-token"
DEPARTMENTS = ("marketing", "pr", "service", "hr")
READY_S = 60.0
STOP_S = 20.0

CONFIGURATION = """\
[commonline]
listen = "{listen}"
durability = "process"

[workspaces.acme]
join_window = "0"

[sources.page]
connector = "facebook"
workspace = "acme"
app_secret = {{ env = "CRASH_SECRET" }}
verify_token = {{ env = "CRASH_TOKEN" }}
own_accounts = ["facebook:102938475610293"]
unknown_side = "customer"
"""


def comment(number: int, posts: int) -> bytes:
    """Body of the comment of this number; the post that it belongs to changes with the number."""
    post = f"{PAGE}_{700_000_000 + number % posts}"
    value = {
        "from": {"id": str(6_000_000_000 + number % 997), "name": f"Person {number % 997}"},
        "item": "comment",
        "verb": "add",
        "comment_id": f"{700_000_000 + number % posts}_{number}",
        "post_id": post,
        "parent_id": post,
        "created_time": 1_790_000_000 + number,
        "message": f"comment number {number} about a kettle",
    }
    change = {"field": "feed", "value": value}
    return json.dumps(
        {"object": "page", "entry": [{"id": PAGE, "time": 1_790_000_001 + number, "changes": [change]}]}
    ).encode()


def headers(body: bytes) -> dict[str, str]:
    """Facebook's signature."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}


class Plant:
    """The processes by name: ``connect``, ``normalize``, ``unify``, and further workers ``normalize-1`` …"""

    def __init__(self, kafka: KafkaSettings, prefix: str, folder: Path) -> None:
        self.kafka, self.prefix, self.folder = kafka, prefix, folder
        self.topics = Topics(prefix)
        self.listen = f"127.0.0.1:{ports.free_port()}"
        self.url = f"http://{self.listen}/in/{SOURCE}"
        self._metrics: dict[str, int] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        (folder / "commonline.toml").write_text(CONFIGURATION.format(listen=self.listen), "utf-8")
        ensure(kafka, self.topics, partitions=4, feeds=[(WORKSPACE, name) for name in DEPARTMENTS])

    def start(self, name: str, *, wait: bool = True) -> None:
        """Start a worker; with `wait`, until it is ready."""
        service, _, slot = name.partition("-")
        port = self._metrics.setdefault(name, ports.free_port())
        environ = {
            **os.environ,
            **self.kafka.environ(),
            "COMMONLINE_HOME": str(self.folder / "home"),
            "COMMONLINE_CONFIG": str(self.folder / "commonline.toml"),
            "COMMONLINE_PREFIX": self.prefix,
            "COMMONLINE_INSTANCE": slot or "0",
            "COMMONLINE_METRICS": f"127.0.0.1:{port}",
            "CRASH_SECRET": SECRET,
            "CRASH_TOKEN": TOKEN,
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "commonline", service], env=environ, stdout=log, stderr=log, cwd=self.folder
            )
        if wait:
            self.wait_ready(name)

    def wait_ready(self, name: str) -> None:
        """Until /readyz answers 200; a worker that ended with 75 is started anew, as the supervisor would."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            self.tend()
            try:
                if httpx.get(f"http://127.0.0.1:{self._metrics[name]}/readyz", timeout=1, trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{name} is not ready after {READY_S} s:\n{self.log(name)}")

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
