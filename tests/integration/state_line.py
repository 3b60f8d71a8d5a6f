"""A line whose state is looked after: activities in it, its upkeep, its rows."""

from __future__ import annotations

import msgspec
from tests.integration.unify_line import Line
from tests.streams.unify.world import activity, party

from commonline.bus.store import LocalStore
from commonline.schemas.records import Activity
from commonline.streams.unify.upkeep import Upkeep


def some(first: int, end: int, workspace: str = "acme", later_us: int = 0) -> list[Activity]:
    """Comments of a few people in a few threads, received later than they were published."""
    made = [
        activity(f"test:c{n}", thread=f"test:t{n % 5}", actor=party(f"test:p{n % 7}", f"P{n % 7}"), text=f"line {n}")
        for n in range(first, end)
    ]
    return [msgspec.structs.replace(one, workspace=workspace, received=one.received + later_us) for one in made]


def upkeep(line: Line, home: str = "home") -> Upkeep:
    """Of worker 0 in a home."""
    return Upkeep(line.settings("0", home))


def quiet(_doing: str, _done: int, _total: int) -> None:
    """No progress bar."""


def filled(line: Line, count: int = 60, *, left: bool = True) -> None:
    """So many activities through a worker, which is stopped then, and with `left` has left its group."""
    line.write(some(0, count))
    line.worker()
    line.until(count)
    line.end()
    if left:
        line.left()


def some_row(line: Line, kind: bytes) -> tuple[bytes, bytes]:
    """The first row of a kind on the disk of worker 0."""
    store = LocalStore(upkeep(line).stage.state / "0")
    try:
        return next(store.scan(kind, b""))
    finally:
        store.close()
