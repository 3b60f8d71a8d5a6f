"""`commonline gateway` as it is run: its first token, its pages' examples, the end of what was revoked."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.gateway.live.feed import Writer, record, said

from commonline.bus.admin import ensure
from commonline.local.ports import free_port
from commonline.testing.kafka import KafkaUnderTest
from commonline.topics import Topics

pytestmark = pytest.mark.broker
ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Process:
    """The gateway, and its command line."""

    def __init__(self, kafka: KafkaUnderTest, prefix: str, home: Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        self._environ = os.environ | kafka.settings.environ()
        self._argv = [sys.executable, "-m", "commonline", "gateway", "--home", str(home), "--prefix", prefix]
        self.out = home / "out"
        with self.out.open("wb") as out:
            argv = [*self._argv, "--listen", self.address]
            self.child = subprocess.Popen(argv, env=self._environ, stdout=out)

    def until(self, url: str, status: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.child.poll() is None
            try:
                if httpx.get(url).status_code == status:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{url} does not answer {status}")

    def token(self, *argv: str) -> str:
        command = [*self._argv, "token", *argv]
        told: str = subprocess.check_output(command, env=self._environ, text=True)
        return told.strip()


@pytest.fixture
def gateway(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Process]:
    ensure(kafka.settings, Topics(prefix), partitions=1, feeds=[("acme", "service")])
    writer = Writer(kafka.settings, prefix, [])
    writer.write(record("entered", "kettle", 1), said("kettle", 2), said("secret", 3, visibility="internal"))
    found = Process(kafka, prefix, tmp_path)
    found.until(f"{found.url}/readyz", 200)
    yield found
    found.child.kill()
    found.child.wait()


def example(page: str, wanted: str) -> str:
    """A shell example of a page."""
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)
    return next(block for block in blocks if wanted in block)


def test_streams_and_tokens_are_as_their_pages_say(gateway: Process) -> None:
    first = re.search(r"shown this once: (cl_\S+)", gateway.out.read_text())
    assert first is not None
    assert httpx.get(f"{gateway.url}/v1/conversations").status_code == 401
    token = gateway.token("create", "wall", "--feed", "acme/service", "--visibility", "customer")
    environ = os.environ | {"GATEWAY": gateway.url, "TOKEN": token}
    asked = subprocess.run(
        example("gateway-access.md", "/v1/conversations"), shell=True, env=environ, capture_output=True, check=True
    )
    assert "items" in json.loads(asked.stdout)
    argv = ["/bin/sh", "-c", "exec " + example("gateway-live.md", "curl -N")]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=quiet, text=True) as curl:
        assert curl.stdout is not None
        told = []
        for line in curl.stdout:
            if line.startswith("data:"):
                told.append(json.loads(line.removeprefix("data:")))
            if len(told) == 2:
                break
        assert [(one["event"], one["visibility"], one["seq"]) for one in told] == [
            ("entered", "internal", 0),
            ("activity", "public", 0),
        ]
        gateway.token("revoke", "wall")
        rest = curl.stdout.read()
    assert "event: error" in rest
    assert "no longer valid" in rest
    gateway.until(f"{gateway.url}/v1/feeds/acme/service/stream", 401)


def test_streams_end_with_the_gateway(gateway: Process) -> None:
    token = gateway.token("create", "root", "--administrator")
    url, shown = f"{gateway.url}/v1/feeds/acme/service/stream", {"Authorization": f"Bearer {token}"}
    with httpx.stream("GET", url, headers=shown, params={"from": "beginning"}, timeout=PATIENCE_S) as stream:
        lines = stream.iter_lines()
        for line in lines:
            if '"seq":3' in line:
                break
        gateway.child.send_signal(signal.SIGTERM)
        assert "the gateway ends; connect again" in "\n".join(lines)
    assert gateway.child.wait(PATIENCE_S) == 0
