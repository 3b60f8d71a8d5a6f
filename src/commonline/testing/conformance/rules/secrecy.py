"""Secrets that stand inside bodies (tokens, passwords, client states) are not copied into activities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.mutate import decoded
from commonline.testing.conformance.subject import Subject

_KEY = re.compile(
    r"token|secret|passw|pass(code|phrase)|api_?key|client_?state|session_?id|response_url|private_key", re.I
)
SHORTEST = 6


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    for run in subject.runs:
        told = msgspec.json.encode(run.activities).decode()
        for path, value in secrets(decoded(run.fixture.body)):
            if value in told:
                yield Finding(
                    "secrecy",
                    run.fixture.file,
                    f"the value of {path} stands in an activity",
                    "do not draft it; cut it from URLs",
                )


def secrets(value: Any, path: str = "", *, named: bool = False) -> Iterator[tuple[str, str]]:
    """Path and value of every text that stands below a key which speaks of a secret."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from secrets(inner, f"{path}.{key}" if path else key, named=named or bool(_KEY.search(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from secrets(inner, f"{path}[{index}]", named=named)
    elif named and isinstance(value, str) and len(value) >= SHORTEST:
        yield path, value
