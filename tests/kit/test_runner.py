"""One source at work: what is kept, when the cursor moves, and how long it waits after which failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from commonline.configuration.load import ResolvedSecret
from commonline.errors import (
    AuthenticationError,
    ConfigurationError,
    DisconnectedError,
    PlatformError,
    RetryLaterError,
    TooLargeError,
)
from commonline.kit import runner as module
from commonline.kit.backoff import Backoff
from commonline.kit.cursors import position
from commonline.kit.instance import Instance
from commonline.kit.manifest import Manifest
from commonline.kit.place import Placement
from commonline.kit.runner import Place, Runner
from commonline.kit.source import Context, Cursor, Item, Page, Reader
from commonline.metrics import Metrics
from commonline.schemas.records import Cursor as CursorRecord
from commonline.schemas.records import Delivery

NOW = 1_764_000_000_000_000


class Log:
    """A sink that remembers the order of what it kept, and fails as it is told."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.kept: list[Delivery] = []
        self.cursors: list[CursorRecord] = []
        self.failures: dict[str, list[Exception]] = {}

    def _fail(self, what: str) -> None:
        if self.failures.get(what):
            raise self.failures[what].pop(0)

    async def keep(self, delivery: Delivery) -> None:
        await asyncio.sleep(0)
        self._fail(str(delivery.vendor_id))
        self.kept.append(delivery)
        self.events.append(str(delivery.vendor_id))

    async def keep_cursor(self, cursor: CursorRecord) -> None:
        self._fail("cursor")
        self.cursors.append(cursor)
        self.events.append(f"cursor {position(cursor)}")

    async def bury(self, delivery: Delivery, limit: int) -> None:
        self.events.append(f"bury {delivery.vendor_id} {limit}")


def instance(transport: str = "poll", **poll: Any) -> Instance:
    manifest = Manifest.model_validate(
        {
            "name": "desk",
            "title": "Desk",
            "about": "",
            "transports": [transport],
            "visibility": "public",
            "tested_on": "",
            "events": {},
            "poll": {"interval_s": 60, **poll},
        }
    )
    return Instance("desk", "acme", manifest, {"password": ResolvedSecret(("t0psecret",))}, {}, Placement())


def page(number: int, *names: str) -> Page:
    return Page([Item(name.encode(), vendor_id=name) for name in names], {"page": number})


class Enough(Exception):
    """Ends a runner that would go on for ever."""


def waiting(waits: list[float], count: int) -> Callable[[float], Awaitable[None]]:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) >= count:
            raise Enough

    return sleep


async def run(read: Reader, sink: Log, place: Place, waits: int = 1, one: Instance | None = None) -> list[float]:
    slept: list[float] = []
    runner = Runner(
        one or instance(),
        read,
        sink,
        place,
        Metrics(),
        clock=lambda: NOW,
        sleep=waiting(slept, waits),
        backoff=Backoff(1, 300, lambda: 1.0),
    )
    with pytest.raises(Enough):
        await runner.run()
    return slept


async def test_items_first_then_the_cursor_then_the_next_page() -> None:
    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        assert cursor is None
        assert context.since_us == NOW
        yield page(1, "a", "b")
        yield Page([], {"page": 2})
        yield Page([Item(b"c", vendor_id="c")], None)

    sink, place = Log(), Place(4, None)
    assert await run(read, sink, place) == [60]
    assert sink.events == ["a", "b", "cursor {'page': 1}", "cursor {'page': 2}", "c"]
    assert place.cursor == {"page": 2}
    assert {cursor.generation for cursor in sink.cursors} == {4}
    assert [one.cursor for one in sink.kept] == [None, '{"page": 1}', None]


async def test_the_next_round_goes_on_at_the_cursor() -> None:
    seen: list[Cursor | None] = []

    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        seen.append(cursor)
        number = cursor["page"] + 1 if cursor else 1
        yield page(number, str(number))

    await run(read, Log(), Place(1, {"page": 7}), waits=3)
    assert seen == [{"page": 7}, {"page": 8}, {"page": 9}]


async def test_a_failed_page_is_kept_before_the_cursor_moves() -> None:
    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        yield page(1, "a", "b", "c")

    sink = Log()
    sink.failures = {"b": [RetryLaterError("no"), PlatformError("disk full")], "cursor": [RetryLaterError("no")]}
    waits = await run(read, sink, Place(1, None), waits=4)
    assert sink.events == ["a", "c", "b", "cursor {'page': 1}"]
    assert waits[-1] == 60


async def test_items_that_are_too_large_are_buried_and_stop_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ITEM_LIMIT", 10)

    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        yield Page([Item(b"x" * 11, vendor_id="big"), Item(b"y", vendor_id="refused"), Item(b"z", vendor_id="z")], {})

    sink = Log()
    sink.failures = {"refused": [TooLargeError("record", 5)]}
    await run(read, sink, Place(1, None))
    assert sorted(sink.events[:3]) == ["bury big 10", "bury refused 5", "z"]
    assert sink.events[3] == "cursor {}"


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (RetryLaterError("slow down", 33.0), [33, 33, 33]),
        (RetryLaterError("slow down", 1.5), [1.5, 2, 4]),
        (DisconnectedError("gone"), [1, 2, 4]),
        (ConnectionResetError("gone"), [1, 2, 4]),
        (TimeoutError(), [1, 2, 4]),
        (AuthenticationError("401"), [300, 300, 300]),
        (KeyError("defect"), [1, 2, 4]),
    ],
)
async def test_how_long_it_waits(error: Exception, waits: list[float]) -> None:
    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        if cursor is None:
            raise error
        yield page(1)

    assert await run(read, Log(), Place(1, None), waits=3) == waits


async def test_work_done_makes_the_next_wait_short_again() -> None:
    rounds = iter([1, 1, 0, 1])

    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        if not next(rounds):
            yield page(1, "a")
        raise DisconnectedError("gone")

    assert await run(read, Log(), Place(1, None), waits=4) == [1, 2, 1, 2]


async def test_a_stream_that_ends_is_connected_again() -> None:
    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        for _ in range(0):
            yield page(1)

    assert await run(read, Log(), Place(1, None), waits=2, one=instance("stream")) == [1, 2]


async def test_a_wrong_setting_ends_it_until_the_configuration_changes() -> None:
    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        if cursor is None:
            raise ConfigurationError("mailbox: does not exist")
        yield page(1)

    metrics = Metrics()
    await asyncio.wait_for(Runner(instance(), read, Log(), Place(1, None), metrics).run(), 5)
    labels = {"source": "desk", "cause": "ConfigurationError"}
    assert metrics.registry.get_sample_value("commonline_source_errors_total", labels) == 1
    assert metrics.registry.get_sample_value("commonline_source_up", {"source": "desk"}) == 0


async def test_sweeps_read_the_look_back_and_leave_the_cursor_alone() -> None:
    seen: list[tuple[str, Cursor | None, int | None]] = []

    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        seen.append((context.mode, cursor, context.since_us))
        yield page(99 if context.mode == "sweep" else 8, context.mode)

    sink, place = Log(), Place(1, {"page": 7})
    await run(read, sink, place, waits=2, one=instance(look_back_s=1800))
    assert seen == [
        ("sweep", None, NOW - 1_800_000_000),
        ("live", {"page": 7}, None),
        ("live", {"page": 8}, None),
    ]
    assert [one.mode for one in sink.kept] == ["sweep", "live", "live"]
    assert place.cursor == {"page": 8}


async def test_the_first_reading_begins_a_look_back_before_now() -> None:
    seen: list[int | None] = []

    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        seen.append(context.since_us)
        yield page(1, "a")

    await run(read, Log(), Place(1, None), one=instance(look_back_s=1800))
    assert seen == [NOW - 1_800_000_000]


async def test_a_secret_in_a_request_line_is_not_kept() -> None:
    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        yield Page([Item(b"x", request="GET /a?login=t0psecret", vendor_id="a")], None)

    sink = Log()
    await run(read, sink, Place(1, None))
    assert sink.kept[0].request == "GET /a?login=***"


async def test_cancelling_closes_the_reader() -> None:
    closed = asyncio.Event()

    async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
        try:
            yield page(1, "a")
            await asyncio.sleep(3600)
        finally:
            closed.set()

    sink = Log()
    task = asyncio.create_task(Runner(instance("stream"), read, sink, Place(1, None), Metrics()).run())
    while not sink.cursors:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed.is_set()
