"""The oracle finds what is wrong: a run without fault passes, and each way to break it is seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commonline import topics as table
from commonline.configuration.load import parse
from commonline.ids import uuid5
from commonline.kit import deliver
from commonline.kit.instance import instance
from commonline.schemas.records import DeadLetter
from commonline.topics import Topics
from tests.crash.evidence import SERDE, Evidence, Found, feed_name
from tests.crash.oracle import Verdict, judge
from tests.crash.replay import position_row, replay
from tests.crash.traffic import Delivery as Sent
from tests.streams.unify.world import activity, configuration, party

KEY = b"k" * 32
COMMENTS = 12
STATE, TOLD, LOG = (table.STATE.name, 0), (table.CONVERSATIONS.name, 0), (table.ACTIVITIES.name, 0)
CONFIGURATION = parse('[workspaces.acme]\n[sources.acme]\nconnector = "webhook"\nworkspace = "acme"\n')
PAGE = instance("acme", CONFIGURATION.sources["acme"], CONFIGURATION.workspaces["acme"], Path())
FEED = (feed_name("acme", "marketing"), 0)


class Message:
    """As much of a consumed record as deciding needs."""

    def __init__(self, offset: int, value: bytes) -> None:
        self._offset, self._value = offset, value

    def offset(self) -> int:
        return self._offset

    def value(self) -> bytes:
        return self._value

    def topic(self) -> str:
        return table.ACTIVITIES.name

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_790_000_000_000


def number(at: int) -> str:
    return f"7000000_{at * 10}"


def deliveries() -> list[Found]:
    """One for each comment."""
    found = []
    for at in range(COMMENTS):
        body = json.dumps({"x_number": at}).encode()
        record = deliver.delivery(PAGE, body, received=1, transport="webhook", authentication="none", content_type="")
        found.append(Found(at, b"", SERDE.encode(record), {}))
    return found


def a_good_run() -> tuple[Evidence, list[Sent]]:
    """Twelve comments on two posts, one of which came twice; and what unify writes of them."""
    records: list[Any] = [configuration()]
    for at in range(COMMENTS):
        told = activity(
            f"facebook:1/comment/{number(at)}",
            thread=f"facebook:1/post/{at % 2}",
            actor=party(f"facebook:1/user/{at}", f"Person {at}"),
            at=at,
        )
        records += [told, told] if at == 3 else [told]
    evidence = Evidence(Topics(), group={0: len(records)})
    values = [SERDE.encode(record) for record in records]
    log = [Found(at, b"", value, {}, Message(at, value)) for at, value in enumerate(values)]  # type: ignore[arg-type]
    evidence.records[LOG] = log
    evidence.records[table.DELIVERIES.name, 0] = deliveries()
    replayed = replay(evidence, KEY)
    evidence.records |= {place: list(found) for place, found in replayed.records.items()}
    rows = replayed.rows[0] | position_row(len(records))
    evidence.records[STATE] = [Found(at, key, row, {}) for at, (key, row) in enumerate(rows.items())]
    sent = [Sent(at, "acme", 0, b"", (("Create", number(at)),)) for at in range(COMMENTS)]
    return evidence, sent


def verdict_of(spoil: Callable[[Evidence], object] = lambda _: None) -> Verdict:
    evidence, sent = a_good_run()
    spoil(evidence)
    fresh = Evidence(evidence.names, evidence.records, evidence.group)
    return judge(fresh, sent, replay(fresh, KEY))


def test_a_run_without_fault_is_clean() -> None:
    verdict = verdict_of()
    assert verdict.clean, verdict.notes
    assert (verdict.deliveries, verdict.events) == (COMMENTS, COMMENTS)


def twice(evidence: Evidence) -> None:
    evidence.records[TOLD].append(evidence.records[TOLD][-1])


def swapped(evidence: Evidence) -> None:
    told = evidence.records[TOLD]
    told[2], told[4] = told[4], told[2]


def swapped_from_the_start(evidence: Evidence) -> None:
    """The log itself is in another order than the sender's: a replay agrees with it."""
    log = evidence.records[LOG]
    log[3], log[6] = log[6], log[3]
    replayed = replay(evidence, KEY)
    evidence.records |= {place: list(found) for place, found in replayed.records.items()}
    rows = replayed.rows[0] | position_row(len(log))
    evidence.records[STATE] = [Found(at, key, row, {}) for at, (key, row) in enumerate(rows.items())]


def letter(evidence: Evidence) -> None:
    record = DeadLetter(
        id=uuid5("letter"),
        workspace="acme",
        connector="facebook",
        source="acme",
        step="map",
        cause="X",
        message="",
        software="x",
        fingerprint=uuid5("fingerprint"),
        attempts=1,
        failed=1,
    )
    evidence.records[table.DEAD_LETTERS.name, 0] = [Found(0, b"", SERDE.encode(record), {})]


@pytest.mark.parametrize(
    ("spoil", "seen"),
    [
        (lambda e: e.records[table.DELIVERIES.name, 0].pop(5), {"lost"}),
        (lambda e: e.records[TOLD].pop(5), {"lost", "gaps", "diverged"}),
        (lambda e: e.records[TOLD].pop(), {"lost", "diverged"}),
        (lambda e: e.records[FEED].pop(), {"lost", "diverged"}),
        (twice, {"duplicated", "gaps", "diverged"}),
        (lambda e: e.records[FEED].append(e.records[FEED][-1]), {"duplicated", "gaps", "diverged"}),
        (swapped, {"reordered", "gaps", "diverged"}),
        (swapped_from_the_start, {"reordered"}),
        (lambda e: e.records[STATE].pop(), {"state"}),
        (lambda e: e.records[STATE].append(Found(99, b"oxx", b"y", {})), {"state"}),
        (letter, {"buried"}),
    ],
)
def test_each_way_to_break_it_is_seen(spoil: Callable[[Evidence], object], seen: set[str]) -> None:
    verdict = verdict_of(spoil)
    wrong = {name for name, value in verdict.plain().items() if name not in {"deliveries", "events", "dead"} and value}
    assert wrong - {"notes"} == seen, verdict.notes


def test_a_malformed_delivery_needs_its_dead_letter() -> None:
    evidence, sent = a_good_run()
    verdict = judge(evidence, [*sent[:-1], Sent(COMMENTS - 1, "acme", 0, b"", (), dead=True)], None)
    assert verdict.lost == 1
    assert "no dead letter" in verdict.notes[0]
