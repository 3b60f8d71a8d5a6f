"""Rules: what one activity must be, what its conversation must be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from commonline.schemas.records import Activity
from commonline.streams.unify.rules import compile_configuration
from commonline.streams.unify.specs import DepartmentSpec, RuleSpec, UnifyConfiguration
from tests.streams.unify.world import activity, party

NOTE = activity("test:a", text="The Kettle leaks: job offer, press!", tags=["Urgent"], actor=party("test:ana", "Ana"))
GERMAN = msgspec.structs.replace(NOTE, object=msgspec.structs.replace(NOTE.object, language="de_AT"))


def holds(about: Activity, **rule: Any) -> bool:
    body = UnifyConfiguration(
        {"d": DepartmentSpec("public", [RuleSpec("r", **rule), RuleSpec("other", words=["zzz"])])}
    )
    return bool(compile_configuration(body, 1, []).matched(about) & 1)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"channels": ["comment", "post"]},
        {"directions": ["inbound"], "visibilities": ["public"], "sources": ["page"], "connectors": ["test"]},
        {"sides": ["customer"]},
        {"object_types": ["Note"]},
        {"tags": ["urgent"]},
        {"words": ["KETTLE"]},
        {"words": ["press"]},
        {"words": ["job offer"]},
        {"words": ["nothing", "job offer"]},
        {"pattern": r"leaks?:\s+job"},
        {"words": ["press"], "pattern": "kettle"},
        {"words": [""]},
    ],
)
def test_a_rule_holds(rule: dict[str, Any]) -> None:
    assert holds(NOTE, **rule)


@pytest.mark.parametrize(
    "rule",
    [
        {"channels": ["email"]},
        {"channels": ["comment"], "directions": ["outbound"]},
        {"sides": ["us"]},
        {"object_types": ["Ticket"]},
        {"tags": ["urgency"]},
        {"words": ["kettl"]},
        {"words": ["ob offer"]},
        {"words": ["job off"]},
        {"pattern": "^kettle"},
        {"words": ["press"], "pattern": "nothing"},
        {"words": ["nothing"], "pattern": "kettle"},
        {"languages": ["de"]},
    ],
)
def test_a_rule_does_not_hold(rule: dict[str, Any]) -> None:
    assert not holds(NOTE, **rule)


def test_sides_of_an_activity_without_an_actor_are_unknown() -> None:
    assert holds(activity("test:a"), sides=["unknown"])


@pytest.mark.parametrize(("wanted", "expected"), [("de", True), ("DE-at", True), ("de-DE", False), ("d", False)])
def test_a_prefix_of_a_language_is_enough(wanted: str, expected: bool) -> None:
    assert holds(GERMAN, languages=[wanted]) is expected


def test_words_beyond_ascii_are_whole_words_too() -> None:
    note = activity("test:a", text="Überschwemmung in der Küche – Éclair")
    assert holds(note, words=["küche"])
    assert holds(note, words=["ÉCLAIR"])
    assert not holds(note, words=["schwemmung"])


def test_the_threads_title_is_read_where_the_object_has_none() -> None:
    note = activity("test:a", text=None)
    titled = msgspec.structs.replace(note, thread=msgspec.structs.replace(note.thread, title="Recall"))
    assert holds(titled, words=["recall"])


def test_departments_keep_their_bit_and_new_ones_are_appended() -> None:
    names = ["old", "b"]
    body = UnifyConfiguration({name: DepartmentSpec("public", [RuleSpec(f"all-{name}")]) for name in ("a", "b")})
    compiled = compile_configuration(body, 3, names)
    assert names == ["old", "b", "a"]
    assert {one.name: one.bit for one in compiled.departments} == {"a": 4, "b": 2}
    assert compiled.members(compiled.matched(NOTE), 1, 1) == 6
    assert compiled.departments[0].label == "a@3"
    assert compiled.departments[0].because(compiled.matched(NOTE)) == ["all-a"]


def test_conversational_rules_ask_for_channels_and_people() -> None:
    body = UnifyConfiguration({"d": DepartmentSpec("public", [RuleSpec("wide", min_channels=2, min_accounts=1)])})
    compiled = compile_configuration(body, 1, [])
    matched = compiled.matched(NOTE)
    assert [compiled.members(matched, *counts) for counts in ((1, 5), (2, 0), (2, 1))] == [0, 0, 1]
    assert compiled.departments[0].because(matched) == []
