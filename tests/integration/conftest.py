"""Tools of the tests of ``commonline connect``: signed calls, an installation of its own for each test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commonline.bus.admin import ensure
from commonline.kit import signature
from commonline.kit.manifest import Signature
from commonline.kit.request import Request
from commonline.testing.connect import Installation
from commonline.testing.kafka import KafkaUnderTest
from commonline.topics import Topics

PROBES = Path(__file__).parents[1] / "probes"
SECRET = "kettle-on-the-stove"
SCHEME = Signature(
    header="X-Signature",
    secret="signing_secret",
    prefix="v0=",
    content="v0:{timestamp}:{body}",
    timestamp_header="X-Timestamp",
)


@pytest.fixture(scope="session")
def sign() -> Callable[..., dict[str, str]]:
    """Headers of a genuine call to a source of the connector ``signed``: ``sign(body, off_s=…, secret=…)``."""

    def headers(body: bytes, *, off_s: float = 0, secret: str = SECRET) -> dict[str, str]:
        now_us = int((time.time() + off_s) * 1e6)
        made = signature.sign(SCHEME, secret, Request("POST", "", "", {}, body), now_us)
        return {"Content-Type": "application/json", **made}

    return headers


@pytest.fixture
def installation(
    kafka: KafkaUnderTest, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """Topics of its own, connectors of ``tests/probes``; every process that was started is ended."""
    monkeypatch.setenv("SIGNING_SECRET", SECRET)
    made = Installation(kafka, Topics(prefix), tmp_path, PROBES)
    ensure(kafka.settings, made.topics, partitions=2)
    yield made
    made.end()
