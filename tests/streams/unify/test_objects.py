"""Versions of an object: repeats, snapshots, edits in any order, what is remembered."""

from __future__ import annotations

import itertools

from commonline.ids import uuid5
from commonline.streams.unify.objects import REMEMBERED
from tests.streams.unify.world import HOUR, START, World, activity, again, configuration, party


def edit(number: int, text: str | None, **more: object) -> object:
    version = str(START + number * HOUR)
    return activity("test:a", kind="Update", revision=str(number), version=version, text=text, at=number, **more)  # type: ignore[arg-type]


def snapshot(number: int, text: str | None, **more: object) -> object:
    made = edit(number, text, **more)
    made.event = "comment.snapshot"  # type: ignore[attr-defined]
    made.id = uuid5("snapshot", str(number), str(text))  # type: ignore[attr-defined]
    return made


def outcomes(*records: object) -> list[str]:
    return World().take(configuration(), *records).outcomes[1:]  # type: ignore[arg-type]


def test_repeats_are_known_however_many_versions_there_were() -> None:
    edits = [edit(0, f"text {n}") for n in range(REMEMBERED * 2)]
    for number, one in enumerate(edits):
        one.id = f"00000000-0000-5000-8000-{number:012x}"[:8].replace("00000000", f"{number:08x}") + one.id[8:]  # type: ignore[attr-defined]
    world = World().take(configuration(), *edits)  # type: ignore[arg-type]
    before = len(world.outputs)
    world.take(*(again(one) for one in edits))  # type: ignore[arg-type]
    assert set(world.outcomes[1 + len(edits) :]) == {"repeat"}
    assert len(world.outputs) == before


def test_a_snapshot_of_what_is_known_is_a_repeat() -> None:
    created = activity("test:a", text="words", actor=party("test:ana", "Ana"))
    later = edit(5, "other words")
    assert outcomes(created, later, snapshot(5, "other words")) == ["accepted", "accepted", "repeat"]
    assert outcomes(created, later, snapshot(5, "new words"))[-1] == "accepted"
    assert outcomes(created, snapshot(5, "words"))[-1] == "accepted"
    assert outcomes(created, later, snapshot(5, "other words", visibility="internal"))[-1] == "accepted"
    assert outcomes(activity("test:a", kind="Delete", text=None), snapshot(5, "words"))[-1] == "after-delete"


def test_equal_edits_in_any_order_end_in_the_newest() -> None:
    undo = activity("test:a", kind="Undo", undoes="Delete", text=None, at=9)
    for order in itertools.permutations([edit(1, "see"), edit(2, "hello"), edit(3, "see"), undo]):
        world = World().take(configuration(), *order)  # type: ignore[arg-type]
        assert world.texts("service") == ["see"]


def test_after_a_delete_that_came_first_edits_settle() -> None:
    gone = activity("test:a", kind="Delete", text=None, at=5)
    back = activity("test:a", kind="Undo", undoes="Delete", text=None, at=6)
    for order in itertools.permutations([gone, back, edit(1, "one"), edit(2, "two")]):
        assert World().take(configuration(), *order).texts("service") == ["two"]  # type: ignore[arg-type]


def test_a_like_and_its_undo_settle() -> None:
    post = activity("test:a", text="post")
    like = activity("test:a", kind="Like", edge="test:a/like/ana", text=None, at=1)
    undo = activity("test:a", kind="Undo", undoes="Like", edge="test:a/like/ana", text=None, at=2)
    present = set()
    for order in itertools.permutations([post, like, undo]):
        held = World().take(configuration(), *order).present("service").values()
        present.add(frozenset((record.item.type, record.item.object.text) for record in held if record.item))
    assert len(present) == 1
