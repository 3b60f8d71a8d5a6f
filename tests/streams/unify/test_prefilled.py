"""The log on a state that was filled beforehand touches what is in it, and does the same work whatever its size."""

from __future__ import annotations

from collections import Counter

import pytest
from bench.prefilled import OLD, Touch, planned, rendered
from bench.state_rows import KEY, World

from commonline.schemas.codec import decode_activity
from commonline.schemas.records import Activity
from commonline.streams.unify.keys import ACCOUNT, OBJECT, THREAD
from commonline.streams.unify.service import unifier
from commonline.streams.unify.view import View

COUNT = 400
WORLDS = {"few": World(10, 10, 200, exact=1), "many": World(50, 50, 1000, exact=10)}


@pytest.fixture(scope="module")
def block() -> list[bytes | Touch]:
    return next(planned(COUNT, ["old"]))


def test_a_fifth_is_about_old_things(block: list[bytes | Touch]) -> None:
    kinds = Counter(one.kind for one in block if isinstance(one, Touch))
    assert set(kinds) == set(OLD)
    assert not any(isinstance(one, Touch) for one in next(planned(COUNT, ["plain"])))
    assert 0.5 < kinds.total() / COUNT / (sum(OLD.values()) / 100) < 1.5


@pytest.mark.parametrize("name", WORLDS)
def test_touches_find_what_they_are_about(name: str, block: list[bytes | Touch]) -> None:
    world = WORLDS[name]
    rows = dict(world.rows())
    for touch in (one for one in block if isinstance(one, Touch)):
        made = decode_activity(rendered(world, touch))
        assert made.actor is not None
        assert made.thread is not None
        assert world.key(THREAD, made.thread.id) in rows
        assert world.key(ACCOUNT, made.actor.account or "") in rows
        assert (world.key(OBJECT, made.object.id) in rows) == (touch.kind != "comment")


def test_both_do_the_same(block: list[bytes | Touch]) -> None:
    told = {name: _decided(world, block) for name, world in WORLDS.items()}
    assert told["few"] == told["many"]
    assert told["few"]["accepted"] > COUNT * 0.9


def _decided(world: World, block: list[bytes | Touch]) -> Counter[str]:
    rows = dict(world.rows())
    decide, found = unifier(KEY), Counter[str]()
    view = View(rows.get, lambda _prefix, _after: iter(()))
    for one in block:
        raw = one if isinstance(one, bytes) else rendered(world, one)
        activity: Activity = decode_activity(raw)
        decision = decide.decide_activity(view, activity, raw)
        found[decision.outcome] += 1
        found.update(output.where for output in decision.outputs)
    return found
