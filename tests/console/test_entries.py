from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.console.said import NOON, said

from commonline.console.view.entries import Entry, entry
from commonline.console.view.texts import Part
from commonline.schemas.models import Activity


def shown(activity: Activity, **more: Any) -> Entry:
    """An entry with nothing hidden and no past, unless a test says so."""
    return entry("e1", activity, **{"visibility": "public", "hidden": [], "earlier": [], "deleted": False, **more})


@pytest.mark.parametrize(
    ("activity", "verb"),
    [
        ({}, ""),
        ({"object": {"type": "Ticket"}}, "new ticket"),
        ({"type": "Update"}, "edited"),
        ({"type": "Update", "object": {"type": "Deal", "text": None}}, "edited deal"),
        ({"type": "Like", "reaction": "❤"}, "reacted ❤"),
        ({"type": "Undo", "undoes": "Like"}, "took back: reacted"),
        ({"type": "Join", "object": {"type": "Group", "text": None}}, "joined group"),
    ],
)
def test_what_was_done_is_said_in_a_word(activity: dict[str, Any], verb: str) -> None:
    assert shown(said(**activity)).verb == verb


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        (None, "Someone"),
        ({"handle": "ana"}, "ana"),
        ({"account": "mailto:a@example.org"}, "a@example.org"),
        ({"account": "slack:T0ACME01/U0SAM0001"}, "U0SAM0001 on slack"),
        ({}, "Someone"),
    ],
)
def test_somebody_without_a_name_is_called_what_is_known(actor: dict[str, Any] | None, name: str) -> None:
    assert shown(said(actor=actor)).who == name


def test_what_an_edit_changed_is_told_and_when() -> None:
    earlier = [(NOON, said("order 4711")), (NOON + timedelta(minutes=5), said("order 4712"))]
    past = shown(said("order 4712, call me", type="Update"), earlier=earlier).past
    assert [version.until for version in past] == [one for one, _ in earlier]
    assert Part("removed", "4711") in past[0].changed


def test_a_version_with_the_same_text_is_no_edit() -> None:
    assert shown(said("same", type="Update"), earlier=[(NOON, said("same"))]).past == []


def test_a_link_of_a_source_or_a_file_that_is_none_is_not_followed() -> None:
    files = [
        {"kind": "image", "url": "javascript:alert(1)", "name": "a.png"},
        {"kind": "file", "url": "https://example.org/a"},
    ]
    told = shown(said(object={"url": "javascript:alert(1)", "attachments": files}))
    assert told.url is None
    assert [(one.name, one.url) for one in told.files] == [("a.png", None), ("file", "https://example.org/a")]


def test_changes_are_told_with_what_was_before() -> None:
    changes = [
        {"field": "state", "before": "open", "after": "closed"},
        {"field": "x.merged_into", "after": "12"},
        {"field": "assignee", "before": "Sam"},
    ]
    assert shown(said(changes=changes)).changes == ["state: open → closed", "merged into: 12", "assignee taken away"]


def test_a_title_that_is_the_text_is_not_shown_twice() -> None:
    assert shown(said("It leaks.", object={"title": "It leaks."})).title is None
    assert shown(said("It leaks.", object={"title": "Kettle"})).title == "Kettle"
