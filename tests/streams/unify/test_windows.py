"""The same person on two channels, and what rulings do to it."""

from __future__ import annotations

from typing import Any

import msgspec

from commonline.ids import uuid5
from commonline.schemas.records import Control, Reference
from commonline.streams.unify.controls import Ruling
from commonline.streams.unify.windows import MOST_TOUCHES
from tests.streams.unify.world import HOUR, START, WORKSPACE, World, activity, configuration, party

ADDRESS = "mailto:ana@example.org"
DESK = party("desk:ana", "Ana", claims=[ADDRESS])
CRM = party("crm:ana", "A. Silva", claims=[ADDRESS])


def control(kind: str, body: str) -> Control:
    return Control(id=uuid5(kind, body), workspace=WORKSPACE, kind=kind, at=START + 99 * HOUR, body=body)  # type: ignore[arg-type]


def ruling(**body: Any) -> Control:
    return control("ruling", msgspec.json.encode(Ruling(**body)).decode())


def led(name: str, channel: str, who: Any, at: int = 0, **more: Any) -> Any:
    return activity(name, actor=who, channel=channel, visibility="customer", at=at, **more)  # type: ignore[arg-type]


def test_within_the_window_on_another_channel() -> None:
    world = World().take(configuration(), led("desk:1", "ticket", DESK), led("crm:1", "form", CRM, 48))
    assert world.components() == {frozenset({"desk:1", "crm:1"})}


def test_not_beyond_the_window_nor_on_the_same_channel_nor_switched_off() -> None:
    apart = {frozenset({"desk:1"}), frozenset({"crm:1"})}
    late = World().take(configuration(), led("desk:1", "ticket", DESK), led("crm:1", "form", CRM, 49))
    same = World().take(configuration(), led("desk:1", "ticket", DESK), led("crm:1", "ticket", CRM))
    off = World().take(configuration(window_us=0), led("desk:1", "ticket", DESK), led("crm:1", "form", CRM))
    assert late.components() == same.components() == off.components() == apart


def test_a_touch_widens_and_only_then_is_compared_again() -> None:
    first, second = led("desk:1", "ticket", DESK), led("desk:2", "ticket", DESK, 50, thread="desk:1")
    world = World().take(configuration(), first, led("desk:3", "ticket", DESK, 1, thread="desk:1"))
    world.take(led("crm:1", "form", CRM, 90), second, led("desk:4", "ticket", DESK, 25, thread="desk:1"))
    assert world.components() == {frozenset({"desk:1", "crm:1"})}


def test_machines_ours_and_bystanders_lead_no_thread() -> None:
    machine = msgspec.structs.replace(led("crm:1", "form", CRM), automated=True)
    us = led("crm:2", "form", party("crm:sam", "Sam", us=True, claims=[ADDRESS]))
    watching = led("crm:3", "form", None, participants=[msgspec.structs.replace(CRM, role="follower")])
    asking = led("crm:4", "form", None, participants=[msgspec.structs.replace(CRM, role="requester")])
    world = World().take(configuration(), led("desk:1", "ticket", DESK), machine, us, watching, asking)
    assert frozenset({"desk:1", "crm:4"}) in world.components()


def test_threads_of_one_account_that_are_remembered_are_bounded() -> None:
    many = [led(f"desk:{n}", "ticket", DESK, n) for n in range(MOST_TOUCHES + 10)]
    world = World().take(configuration(), *many)
    view = world.restart().view
    touches = [len(view.get(key).touches) for key in world.store if key[:1] == b"a"]
    assert max(touches) == MOST_TOUCHES


def test_a_ruling_that_parts_persons_revokes_what_held_by_them_alone() -> None:
    chain = Reference("reply", "crm:1")
    world = World().take(
        configuration(),
        led("desk:1", "ticket", DESK),
        led("crm:1", "form", CRM, 1),
        led("crm:2", "form", CRM, 2, references=[chain]),
    )
    assert world.components() == {frozenset({"desk:1", "crm:1", "crm:2"})}
    world.take(ruling(kind="account", a="crm:ana", b=ADDRESS, verdict="different"))
    assert world.components() == {frozenset({"desk:1"}), frozenset({"crm:1", "crm:2"})}
    world.take(ruling(kind="account", a="crm:ana", b=ADDRESS, verdict="same"))
    assert world.components() == {frozenset({"desk:1", "crm:1", "crm:2"})}


def test_rulings_on_what_is_unknown_and_unknown_controls_change_nothing() -> None:
    world = World().take(configuration(), activity("test:a"))
    before = len(world.outputs)
    world.take(
        ruling(kind="thread", a="test:a", b="test:nobody"),
        ruling(kind="visibility", a="test:nobody"),
        control("other", "{}"),
        control("continue", '{"task":"show","department":"gone"}'),
        control("continue", '{"task":"sweep","version":7}'),
        configuration(),
    )
    assert len(world.outputs) == before


def test_a_part_of_a_chain_that_is_cut_leaves() -> None:
    chain = [
        activity("test:0"),
        *(activity(f"test:{n}", references=[Reference("reply", f"test:{n - 1}")]) for n in (1, 2, 3)),
    ]
    world = World().take(configuration(window_us=0), *chain)
    assert len(world.components()) == 1
    world.take(ruling(kind="thread", a="test:1", b="test:2", verdict="different"))
    assert world.components() == {frozenset({"test:0", "test:1"}), frozenset({"test:2", "test:3"})}
