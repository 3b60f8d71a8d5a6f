"""Replays after a mapping was mended: repeats where facts are the same, one quiet update where they are not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonline.schemas.records import Activity
from tests.streams.unify.world import World, activity, configuration, party

ANA = party("page:1/ana", "Ana Silva")
LEO = party("page:1/leo", "Leo", us=True)


def replayed(one: Activity, offset: int, **facts: Any) -> Activity:
    """The same delivery, mapped once more: `facts` of the activity or its object are told otherwise."""
    origin = msgspec.structs.replace(one.origin, mode="replay", offset=offset)
    obj = {name: facts.pop(name) for name in list(facts) if name in one.object.__struct_fields__}
    told = msgspec.structs.replace(one.object, **obj)
    return msgspec.structs.replace(one, origin=origin, object=told, **facts)


def state(world: World) -> str:
    """A hash over all rows."""
    world.commit()
    rows = b"".join(key + hashlib.sha256(row).digest() for key, row in sorted(world.store.items()))
    return hashlib.sha256(rows).hexdigest()


def started(*activities: Activity) -> World:
    return World().take(configuration(), *activities)


def since(world: World, count: int) -> list[tuple[str, bool, str | None, str | None]]:
    """What the public relations feed got after its first `count` records: verb, quiet or not, text, title."""
    records = [record for record in world.feed("pr") if record.item is not None]
    return [
        (r.item.type, r.catch_up, r.item.object.text, r.item.object.title)
        for r in records[count:]
        if r.item is not None
    ]


def test_the_same_facts_are_a_repeat_and_change_no_row() -> None:
    one = activity("page:1/post/1", actor=ANA)
    world = started(one)
    before, written = state(world), len(world.outputs)
    world.take(replayed(one, 50), replayed(one, 51))
    assert world.outcomes[-2:] == ["repeat", "repeat"]
    assert (state(world), len(world.outputs)) == (before, written)


def test_other_facts_are_one_quiet_update_however_often_they_are_replayed() -> None:
    one = activity("page:1/post/1", actor=ANA, text="broken &amp; torn", tags=["x"])
    world = started(one)
    world.take(replayed(one, 50, text="broken & torn", tags=["y"]))
    after = state(world)
    world.take(replayed(one, 60, text="broken & torn", tags=["y"]))
    assert world.outcomes[-2:] == ["corrected", "repeat"]
    assert state(world) == after
    assert since(world, 1) == [("Update", True, "broken & torn", None)]
    first, second = [record for record in world.feed("pr") if record.item is not None]
    assert first.item is not None
    assert second.item is not None
    assert (first.object, first.conversation) == (second.object, second.conversation)
    assert (first.item.id != second.item.id, second.item.tags) == (True, ["y"])
    assert second.item.object.author is not None


def test_a_fact_that_the_mapping_no_longer_tells_is_gone() -> None:
    one = activity("page:1/post/1", actor=ANA, title="undefined", tags=["wrong"])
    world = started(one).take(replayed(one, 50, title=None, tags=[]))
    assert since(world, 1) == [("Update", True, "hello", None)]
    assert world.feed("pr")[-1].item is not None


def test_live_deliveries_and_other_deliveries_correct_nothing() -> None:
    one = activity("page:1/post/1", actor=ANA)
    world = started(one)
    other = msgspec.structs.replace(one.origin, delivery="00000000-0000-5000-8000-000000000000", mode="replay")
    polled = msgspec.structs.replace(one, origin=other, object=msgspec.structs.replace(one.object, text="other words"))
    live = msgspec.structs.replace(polled, origin=one.origin)
    another_entry = replayed(one, 50, text="other words")
    another_entry.origin.entry = 7
    world.take(polled, live, another_entry)
    assert world.outcomes[-3:] == ["repeat"] * 3


def test_an_earlier_version_is_corrected_where_nothing_later_stands_above_it() -> None:
    created = activity("page:1/post/1", actor=ANA, text="one", title="Tilte", at=1)
    edited = activity("page:1/post/1", kind="Update", actor=ANA, text="two", version="7", revision="7", at=2)
    world = started(created, edited)
    before = state(world)
    world.take(replayed(created, 50), replayed(edited, 51))
    assert state(world) == before
    world.take(replayed(created, 60, text="uno", title="Title"), replayed(created, 61, text="uno", title="Title"))
    assert world.outcomes[-2:] == ["corrected", "repeat"]
    assert since(world, 2) == [("Update", True, "two", "Title")]
    world.take(replayed(edited, 70, text="zwei"))
    assert since(world, 3) == [("Update", True, "zwei", "Title")]


def test_a_tightened_mapping_takes_the_object_back_and_a_loosened_one_does_not_bring_it() -> None:
    one = activity("page:1/post/1", actor=ANA, visibility="public")
    world = started(one).take(replayed(one, 50, visibility="restricted"))
    assert [record.event for record in world.feed("pr")][-1] == "tombstone"
    again = len(world.feed("pr"))
    world.take(replayed(one, 60, visibility="public"))
    assert len(world.feed("pr")) == again


def test_a_correction_may_move_an_object_and_know_its_author_better() -> None:
    one = activity("page:1/post/2", actor=ANA, thread="page:1/post/2")
    root = activity("page:1/post/1", actor=LEO)
    known = party("page:1/ana", "Ana Silva", claims=["mailto:ana@example.org"])
    world = started(root, one).take(replayed(one, 50, thread=root.thread, actor=known))
    records = [record for record in world.feed("pr") if record.item is not None]
    assert records[-1].conversation == records[0].conversation
    assert any(output.where == "links" for output in world.outputs)


def test_deletes_stay_deletes() -> None:
    created = activity("page:1/post/1", actor=ANA)
    gone = activity("page:1/post/1", kind="Delete", text=None, at=3)
    world = started(created, gone)
    shown = len(world.feed("pr"))
    world.take(replayed(gone, 50, title="x"), replayed(created, 51, text="other"))
    assert world.outcomes[-2:] == ["repeat", "corrected"]
    assert (len(world.feed("pr")), world.present("pr")) == (shown, {})


def test_a_relation_is_corrected_under_its_own_verb() -> None:
    post = activity("page:1/post/1", actor=LEO)
    like = activity("page:1/post/1", kind="Like", actor=ANA, edge="page:1/post/1/like/ana", text=None, at=2)
    world = started(post, like).take(replayed(like, 50, actor=party("page:1/ana", "Ana de Silva")))
    assert world.outcomes[-1] == "corrected"
    assert since(world, 2)[0][:2] == ("Like", True)


def test_what_died_before_is_news_when_it_is_replayed() -> None:
    world = started().take(replayed(activity("page:1/post/1", actor=ANA), 50))
    assert since(world, 0) == [("Create", False, "hello", None)]


def test_history_alarms_nobody() -> None:
    one = activity("page:1/post/1", actor=ANA)
    one.origin.mode = "backfill"
    assert since(started(one), 0) == [("Create", True, "hello", None)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_any_order_the_latest_replay_counts(order: tuple[int, ...]) -> None:
    one = activity("page:1/post/1", actor=ANA, text="first")
    told = [one, replayed(one, 50), replayed(one, 60, text="second"), replayed(one, 70, text="third")]
    assert started(*(told[index] for index in order)).texts("pr") == ["third"]


TEXTS = st.sampled_from([None, "a", "b"])
FACTS = st.fixed_dictionaries({"text": TEXTS, "title": TEXTS, "language": st.sampled_from([None, "de"])})


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Activity], list[Activity]]:
    """Versions of a few objects as they came, and each of them as another mapping tells it."""
    live, again = [], []
    for number in range(draw(st.integers(1, 3))):
        for version in range(draw(st.integers(1, 3))):
            said = draw(FACTS)
            one = activity(
                f"page:1/post/{number}",
                kind="Create" if version == 0 else "Update",
                actor=ANA,
                version=str(version) if version else None,
                revision=str(version),
                text=said["text"],
                title=said["title"],
                at=version,
            )
            one.object.language = said["language"]
            live.append(one)
            again.append(replayed(one, 0, **draw(st.one_of(st.just(said), FACTS))))
    return draw(st.permutations(live)), again


def more(one: Activity, other: Activity) -> Activity:
    """`other`, with the facts of `one` where it tells none."""
    told = {name: getattr(other.object, name) or getattr(one.object, name) for name in ("text", "title", "language")}
    return msgspec.structs.replace(other, object=msgspec.structs.replace(other.object, **told))


def at(told: Sequence[Activity], offset: int) -> list[Activity]:
    return [replayed(one, offset + index) for index, one in enumerate(told)]


@settings(max_examples=150, deadline=None)
@given(histories())
def test_replayed_twice_the_state_is_the_same_and_feeds_hold_no_more(
    told: tuple[list[Activity], list[Activity]],
) -> None:
    live, again = told
    world = started(*live)
    world.take(*at(again, 100))
    once, written = state(world), len(world.outputs)
    world.restart().take(*at(again, 200))
    assert (state(world), len(world.outputs)) == (once, written)
    assert set(world.outcomes[-len(again) :]) == {"repeat"}


@settings(max_examples=150, deadline=None)
@given(histories())
def test_replayed_facts_are_what_that_mapping_would_have_told_at_first(
    told: tuple[list[Activity], list[Activity]],
) -> None:
    live, other = told
    lived = {one.id: one for one in live}
    again = [more(lived[one.id], one) for one in other]
    ids = {one.id: one for one in again}
    anew = started(*(replayed(ids[one.id], 0) for one in live))
    world = started(*live).take(*at(again, 100))
    assert sorted(map(str, shown(world))) == sorted(map(str, shown(anew)))
    quiet = [r for r in world.feed("pr") if r.item is not None][len([o for o in world.outcomes if o == "accepted"]) :]
    assert all(record.catch_up for record in quiet)


def shown(world: World) -> list[tuple[Any, ...]]:
    """Objects of the feed as they are now."""
    items = [record.item for record in world.present("pr").values() if record.item is not None]
    return [(item.object.id, item.object.text, item.object.title, item.object.language) for item in items]
