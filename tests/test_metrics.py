"""Metrics are made on first use, once, whichever thread comes first."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from commonline.metrics import Metrics

THREADS = 8


@pytest.fixture(autouse=True)
def _switch_often() -> object:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_that_come_at_once_get_the_same_metric() -> None:
    makers: list[Callable[[Metrics], object]] = [
        lambda metrics: metrics.gauge("commonline_durable"),
        lambda metrics: metrics.counter("commonline_requests_refused_total", {"source": "a", "reason": "b"}),
        lambda metrics: metrics.histogram("commonline_ingress_seconds", {"source": "a"}),
    ]
    with ThreadPoolExecutor(THREADS) as pool:
        for make in makers * 20:
            metrics, together = Metrics(), Barrier(THREADS)

            def first(metrics: Metrics = metrics, together: Barrier = together, make: object = make) -> object:
                together.wait()
                assert callable(make)
                return make(metrics)

            made = [one.result() for one in [pool.submit(first) for _ in range(THREADS)]]
            assert all(one is made[0] for one in made)
