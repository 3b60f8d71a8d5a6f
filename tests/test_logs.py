from __future__ import annotations

import logging
import time

import pytest

from commonline import logs
from commonline.logs import Throttle, client_log


def test_the_same_thing_is_said_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    throttle = Throttle(10.0)
    assert [throttle.allows("a"), throttle.allows("a"), throttle.allows("b")] == [True, False, True]
    now = 110.0
    assert [throttle.allows("a"), throttle.allows("a")] == [True, False]


def test_what_is_remembered_is_bounded() -> None:
    throttle = Throttle(1000.0)
    for number in range(logs.MAX_KEYS * 2):
        throttle.allows(number)
    assert len(throttle._last) <= logs.MAX_KEYS


def test_a_client_that_repeats_itself_is_heard_once_and_not_as_an_error(caplog: pytest.LogCaptureFixture) -> None:
    logger = client_log("commonline.test.kafka")
    assert client_log("commonline.test.kafka") is logger
    assert len(logger.filters) == 1
    for port in range(5):
        logger.error("FAIL [p#producer-1] [thrd:x]: connect to %d failed", port)
    logger.error("FAIL [p#producer-2] [thrd:x]: another client")
    assert [(record.levelno, record.getMessage()[:20]) for record in caplog.records] == [
        (logging.WARNING, "FAIL [p#producer-1] "),
        (logging.WARNING, "FAIL [p#producer-2] "),
    ]
