"""/metrics, /healthz and /readyz of a process."""

from __future__ import annotations

import socket

import httpx
import pytest

from commonline.bus.serve import MetricsServer
from commonline.errors import PlatformError
from commonline.metrics import Metrics


def get(server: MetricsServer, path: str) -> tuple[int, str]:
    answer = httpx.get(server.url + path, timeout=5, trust_env=False)
    return answer.status_code, answer.text


def test_metrics_of_this_process_alone() -> None:
    metrics = Metrics()
    metrics.counter("commonline_stage_batches_total", {"stage": "normalize"}).inc(3)
    with MetricsServer(metrics) as server:
        status, text = get(server, "/metrics")
    assert status == 200
    assert 'commonline_stage_batches_total{stage="normalize"} 3.0' in text
    assert "python_info" not in text


def test_checks_say_what_is_wrong() -> None:
    told: dict[str, str | None] = {"healthy": None, "ready": "waiting for partitions"}
    with MetricsServer(Metrics(), healthy=lambda: told["healthy"], ready=lambda: told["ready"]) as server:
        assert get(server, "/healthz")[0] == 200
        assert get(server, "/readyz") == (503, "waiting for partitions\n")
        told["ready"] = None
        assert get(server, "/readyz")[0] == 200
        told["healthy"] = "the loop stands still"
        assert get(server, "/healthz") == (503, "the loop stands still\n")
        assert get(server, "/")[0] == 404


def test_a_check_that_fails_is_a_fault() -> None:
    def broken() -> str | None:
        raise ZeroDivisionError("broken")

    with MetricsServer(Metrics(), ready=broken) as server:
        status, text = get(server, "/readyz")
    assert status == 503
    assert "broken" in text


def test_a_port_in_use_is_told_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PlatformError, match="metrics cannot be served at 127"):
            MetricsServer(Metrics(), port=taken.getsockname()[1]).start()


def test_it_ends_and_gives_its_port_back() -> None:
    server = MetricsServer(Metrics())
    server.start()
    port = server.port
    server.stop()
    server.stop()
    with MetricsServer(Metrics(), port=port) as again:
        assert get(again, "/healthz")[0] == 200
