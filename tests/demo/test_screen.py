"""What people see: one line a record, four columns, the day in numbers."""

from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console

from commonline.demo.screen import KEPT, Board, closing, line
from commonline.demo.seen import Arrival, Seen, Summary, summarize
from commonline.schemas.records import (
    Activity,
    Change,
    FeedActivity,
    FeedEvent,
    Object,
    Origin,
    Party,
    Redaction,
    Thread,
)

NOW = 1_777_888_800_000_000
ITEM = Activity(
    id="00000000-0000-4000-8000-000000000000",
    workspace="acme",
    connector="facebook",
    source="acme-facebook",
    event="feed.status",
    type="Create",
    object=Object(id="facebook:1", type="Note", text="My kettle\n leaks"),
    thread=Thread(id="facebook:1"),
    channel="post",
    direction="inbound",
    visibility="public",
    published=NOW,
    clock="source",
    received=NOW,
    origin=Origin(delivery="00000000-0000-4000-8000-000000000001", topic="deliveries.v1", partition=0, offset=0),
    actor=Party(account="facebook:1/ana", name="Ana Silva"),
)


def record(item: Activity | None = ITEM, event: FeedEvent = "activity", **changes: object) -> FeedActivity:
    made = FeedActivity(
        event=event,
        workspace="acme",
        feed="pr",
        seq=1,
        conversation="c1",
        policy="1",
        visibility="public",
        known=NOW,
        item=item,
    )
    return msgspec.structs.replace(made, **changes)


def text(one: FeedActivity) -> str:
    return line(one, NOW + 12_340).plain


def item(**changes: object) -> FeedActivity:
    return record(msgspec.structs.replace(ITEM, **changes))


def obj(**fields: object) -> Object:
    return msgspec.structs.replace(Object(id="facebook:1", type="Note"), **fields)


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (record(), "facebook Ana Silva: My kettle leaks  12 ms"),
        (record(catch_up=True), "facebook Ana Silva: My kettle leaks  catch-up"),
        (item(actor=Party(account="facebook:1/ana")), "facebook ana: My kettle leaks  12 ms"),
        (item(actor=None), "facebook somebody: My kettle leaks  12 ms"),
        (item(actor=Party()), "facebook somebody: My kettle leaks  12 ms"),
        (item(type="Delete", object=obj(title="Gone")), "facebook Ana Silva: delete Gone  12 ms"),
        (item(type="Update"), "facebook Ana Silva: edits: My kettle leaks  12 ms"),
        (
            item(type="Update", changes=[Change(field="status", before="OPEN", after="SOLVED")]),
            "facebook Ana Silva: changes: status → SOLVED  12 ms",
        ),
        (item(type="Update", changes=[Change(field="body")]), "facebook Ana Silva: edits: My kettle leaks  12 ms"),
        (item(object=obj()), "facebook Ana Silva: Note  12 ms"),
        (item(object=obj(text="x" * 141)), f"facebook Ana Silva: {'x' * 139}…  12 ms"),
        (item(object=obj(text="x" * 140)), f"facebook Ana Silva: {'x' * 140}  12 ms"),
        (item(visibility="internal"), "facebook Ana Silva: My kettle leaks [internal]  12 ms"),
        (
            record(
                redactions=[
                    Redaction(path="object.text", action="masked", rule=f"policy/{kind}")
                    for kind in ("phone", "name", "phone", "field")
                ]
            ),
            "facebook Ana Silva: My kettle leaks ⊘ name, phone  12 ms",
        ),
        (
            record(redactions=[Redaction(path="fields.x", action="removed", rule="policy/field")]),
            "facebook Ana Silva: My kettle leaks  12 ms",
        ),
        (record(None, "entered", count=3), "▸ conversation comes in, 3 earlier"),
        (record(None, "left"), "◂ conversation leaves"),
        (record(None, "tombstone"), "✗ taken back: deleted or no longer visible"),
        (record(None), "activity"),
    ],
)
def test_one_line(one: FeedActivity, shown: str) -> None:
    assert text(one) == shown


def shot(board: Board, console: Console) -> str:
    console.print(board.render())
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def console(width: int = 160, height: int = 30) -> Console:
    return Console(file=io.StringIO(), width=width, height=height, force_terminal=False)


def test_four_columns_with_what_each_department_sees() -> None:
    screen = console()
    board = Board(screen)
    for number in range(5):
        board.news(f"news {number}")
    redacted = record(redactions=[Redaction(path="actor", action="removed", rule="policy/name")])
    board.add(Arrival("marketing", NOW, redacted))
    board.add(Arrival("pr", NOW, record()))
    board.add(Arrival("pr", NOW, record(None, "entered", count=0)))
    seen = shot(board, screen)
    for words in ("Marketing public", "PR up to customer", "Service up to internal", "HR up to restricted"):
        assert words in seen
    assert "news 4" in seen
    assert "news 1" not in seen, "three lines of news"
    assert seen.count("1 shown, 1 redacted") == 1
    assert seen.count("1 shown, 0 redacted") == 1, "a conversation that comes in is not something shown"
    assert seen.count("0 shown, 0 redacted") == 2


def test_joins_that_follow_one_another_share_a_line() -> None:
    screen = console()
    board = Board(screen)
    events: tuple[FeedEvent, ...] = ("merged", "merged", "merged", "activity", "merged")
    for event in events:
        board.add(Arrival("pr", NOW, record(None, event) if event == "merged" else record()))
    seen = shot(board, screen)
    assert seen.count("joined with 3 other conversations") == 1
    assert seen.count("joined with another conversation") == 1


def test_the_newest_stay_on_a_small_screen() -> None:
    screen = console(width=80, height=14)
    board = Board(screen)
    for number in range(KEPT + 10):
        board.add(Arrival("hr", NOW, item(object=obj(text=f"no{number}."))))
    seen = shot(board, screen)
    assert f"no{KEPT + 9}." in seen
    assert "no0." not in seen
    assert "70 shown" in seen


def printed(summary: Summary) -> str:
    screen = console()
    screen.print(closing(summary))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_the_day_in_numbers() -> None:
    seen = Seen()
    seen.take("feeds", record(), NOW + 12_340, "pr")
    told = printed(summarize(seen, 0, 1))
    assert "shown to PR, 0 of them redacted" in told
    assert "nothing lost, nothing twice" in told
    assert "received to feed at the median, 12.3 ms at the 99th" in told
    assert "1 forged refused" in told


def test_a_day_that_does_not_add_up_says_so() -> None:
    told = printed(summarize(Seen(), 3, 0))
    assert "3 LOST, 0 TWICE" in told
    assert "✗" in told
    assert "None" not in told, "no latency where nothing arrived"
