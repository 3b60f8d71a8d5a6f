"""What the client needs to be imported: little, and nothing that is compiled against librdkafka."""

from __future__ import annotations

import subprocess
import sys

import pytest

SHOW = "import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
HEAVY = {"aiohttp", "confluent_kafka", "fastapi", "fastavro", "faust", "httpx", "rocksdict", "sqlalchemy"}


@pytest.mark.parametrize(
    ("module", "driver", "other"),
    [("commonline.client", "kafka", "aiokafka"), ("commonline.client.asynchronous", "aiokafka", "faust")],
)
def test_importing_the_client_imports_little(module: str, driver: str, other: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", SHOW.format(module=module)], capture_output=True, text=True, check=True, timeout=60
    )
    imported = set(shown.stdout.split())
    assert driver in imported
    assert not imported & (HEAVY | {other})
