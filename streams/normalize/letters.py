"""Dead letters of normalize: original bytes, failed step, typed cause, the path in the payload. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from commonline.ids import uuid5
from commonline.schemas.records import DeadLetter, Step

KILLS_WORKER = "kills-worker"
MESSAGE_LIMIT = 300
MOST_LETTERS = 100
"""Entries of one delivery that get a dead letter each; beyond, one letter stands for the rest."""
_INDEX = re.compile(r"\[\d+\]")


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a record lies, and its bytes as they lie there."""

    topic: str
    partition: int
    offset: int
    value: bytes


class Sender(msgspec.Struct, frozen=True, gc=False):
    """Whose delivery it is; empty where it cannot be read."""

    workspace: str = ""
    connector: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong. `cause` is an error class of errors.py; `message` holds no payload text."""

    step: Step
    cause: str
    message: str
    path: str | None = None
    entry: int | None = None
    attempts: int = 1


def fingerprint(connector: str, step: str, cause: str, path: str | None) -> str:
    """Groups equal failures: ``facebook:map:MalformedPayloadError:entry[].changes[].value.item``."""
    parts = [connector, step, cause]
    if path:
        parts.append(_INDEX.sub("[]", path))
    return ":".join(parts)


def letter(
    place: Place, sender: Sender, failure: Failure, *, software: str, at: int, with_value: bool = True
) -> DeadLetter:
    """A dead letter; the same failure of the same record always has the same id. `at` in microseconds.

    Of the letters of one record only the first carries the bytes: a large body is not stored a hundred times.
    """
    entry = "" if failure.entry is None else str(failure.entry)
    return DeadLetter(
        id=uuid5(place.topic, str(place.partition), str(place.offset), entry, failure.step),
        workspace=sender.workspace,
        connector=sender.connector,
        source=sender.source,
        step=failure.step,
        cause=failure.cause,
        message=failure.message[:MESSAGE_LIMIT],
        path=failure.path,
        entry=failure.entry,
        topic=place.topic,
        partition=place.partition,
        offset=place.offset,
        software=software,
        fingerprint=fingerprint(sender.connector, failure.step, failure.cause, failure.path),
        attempts=failure.attempts,
        failed=at,
        value=place.value if with_value else None,
    )


def letters(place: Place, sender: Sender, failures: list[Failure], *, software: str, at: int) -> list[DeadLetter]:
    """The dead letters of one record: one an entry, one for all that is too many."""
    seen: dict[tuple[int | None, str], Failure] = {}
    for failure in failures:
        seen.setdefault((failure.entry, failure.step), failure)
    told = list(seen.values())
    if len(told) > MOST_LETTERS:
        rest = len(told) - MOST_LETTERS + 1
        last = told[MOST_LETTERS - 1]
        more = Failure(last.step, last.cause, f"{rest} more entries failed, this one first", last.path)
        told = [*told[: MOST_LETTERS - 1], more]
    return [
        letter(place, sender, failure, software=software, at=at, with_value=number == 0)
        for number, failure in enumerate(told)
    ]
