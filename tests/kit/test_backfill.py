"""History by the same ``read``: paced, kept beside the live position, resumed where it was."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.kit.test_runner import Log

from commonline.configuration.load import parse
from commonline.errors import ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit import backfill as module
from commonline.kit.backfill import Backfill, Told, able, begun
from commonline.kit.instance import Instance, instance
from commonline.kit.source import Context, Cursor, Item, Page
from commonline.schemas.records import Cursor as CursorRecord

SINCE = 1_700_000_000_000_000
FILE = """
[workspaces.acme]
[sources.desk]
connector = "webhook"
workspace = "acme"
[sources.desk.mapping]
id = "id"
published = "at"
"""


def desk(**changes: Any) -> Instance:
    """A webhook source that stands for one with a history: its mapping is real, its `read` is the test's."""
    known = parse(FILE)
    made = instance("desk", known.sources["desk"], known.workspaces["acme"], Path(), secrets=False)
    manifest = made.manifest.model_copy(update={"backfill": True, "transports": ["poll"], **changes})
    return Instance(made.name, made.workspace, manifest, made.settings, made.mapping_settings, made.placement)


def item(number: int) -> Item:
    return Item(json.dumps({"id": str(number), "at": 1_700_000_000 + number * 3600}).encode(), vendor_id=str(number))


class Desk:
    """Ten pages of two, oldest first; fails once behind some page."""

    def __init__(self, failure: Exception | None = None, behind: int = -1) -> None:
        self.failure, self.behind = failure, behind
        self.asked: list[tuple[str, int | None, Cursor | None]] = []

    async def read(self, context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        self.asked.append((context.mode, context.since_us, cursor))
        for number in range(cursor["page"] if cursor else 0, 10):
            yield Page([item(2 * number), item(2 * number + 1)], {"page": number + 1})
            if number == self.behind and self.failure is not None:
                failure, self.failure = self.failure, None
                raise failure


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Backfill]:
    """A back-fill of a desk into a log."""

    def make(desk_: Desk, log: Log | None, **options: Any) -> Backfill:
        async def turn(most: int) -> int:
            return min(most, 3)

        async def sleep(_seconds: float) -> None:
            """At once."""

        monkeypatch.setattr(module, "reader", lambda _name: desk_.read)
        return Backfill(desk(), log, SINCE, turn=turn, sleep=sleep, **options)

    return make


def positions(log: Log) -> list[tuple[str, int, dict[str, Any]]]:
    return [(one.source, one.generation, json.loads(one.position)) for one in log.cursors]


async def test_all_of_it_is_kept_then_the_position_beside_the_live_one(work: Callable[..., Backfill]) -> None:
    log, source = Log(), Desk()
    told = await work(source, log).run()
    assert source.asked == [("backfill", SINCE, None)]
    assert [one.vendor_id for one in log.kept] == [str(n) for n in range(20)]
    assert {(one.mode, one.transport) for one in log.kept} == {("backfill", "poll")}
    assert log.events[:3] == ["0", "1", log.events[2]]
    assert positions(log)[0] == ("desk/backfill", 1, {"since_us": SINCE, "position": {"page": 1}, "done": False})
    assert positions(log)[-1] == ("desk/backfill", 1, {"since_us": SINCE, "position": None, "done": True})
    assert (told.deliveries, sum(told.activities.values())) == (20, 20)
    assert (told.oldest, told.newest) == (SINCE, SINCE + 19 * 3_600_000_000)


@pytest.mark.parametrize("failure", [RetryLaterError("busy", 3.0), DisconnectedError("gone"), TimeoutError()])
async def test_after_a_failure_that_passes_it_goes_on_behind_the_last_page(
    work: Callable[..., Backfill], failure: Exception
) -> None:
    log, source = Log(), Desk(failure, behind=3)
    await work(source, log).run()
    assert source.asked[1] == ("backfill", SINCE, {"page": 4})
    assert [one.vendor_id for one in log.kept] == [str(n) for n in range(20)]


async def test_what_only_a_person_can_mend_ends_it_and_the_next_goes_on(work: Callable[..., Backfill]) -> None:
    log, source = Log(), Desk(ConfigurationError("no right"), behind=5)
    with pytest.raises(ConfigurationError, match="no right"):
        await work(source, log).run()
    left = begun(log.cursors[-1])
    assert left == (SINCE, 1, {"page": 6})
    await work(source, log, generation=2, position=left[2]).run()
    assert source.asked[-1] == ("backfill", SINCE, {"page": 6})
    assert [one.vendor_id for one in log.kept] == [str(n) for n in range(20)]
    assert begun(log.cursors[-1]) is None


async def test_a_dry_run_keeps_nothing(work: Callable[..., Backfill]) -> None:
    seen: list[int] = []
    told = await work(Desk(), None, on_delivery=lambda told: seen.append(told.deliveries)).run()
    assert (told.deliveries, seen) == (20, list(range(1, 21)))


@pytest.mark.parametrize(
    ("oldest", "newest", "share"),
    [(None, None, 0.0), (100, 150, 0.5), (150, 200, 0.5), (90, 200, 1.0), (100, 260, 1.0), (250, 300, 0.5)],
)
def test_the_bar_knows_no_direction(oldest: int | None, newest: int | None, share: float) -> None:
    assert Told(oldest=oldest, newest=newest).share(100, 200) == share


def test_a_source_without_a_history_says_why() -> None:
    with pytest.raises(
        ConfigurationError, match="source 'desk' cannot be back-filled: Any webhook gives no history: no"
    ):
        able(desk(backfill=False))
    with pytest.raises(ConfigurationError, match="cannot be asked for its history"):
        able(desk())


def test_what_was_never_begun_has_no_position() -> None:
    assert begun(None) is None
    assert begun(CursorRecord(source="desk", workspace="acme", generation=1, position="null", at=1)) is None
