from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from commonline.gateway.project.mood import mood, signs
from commonline.schemas.records import Activity
from tests.streams.unify.world import activity


def said(text: str | None = "It leaks.", **more: Any) -> Activity:
    """A comment of somebody outside."""
    return replace(activity("facebook:1/c1", text=text), **more)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"type": "Like"}, (1, 0)),
        ({"type": "Like", "reaction": "angry"}, (0, 1)),
        ({"type": "Like", "reaction": ":+1:"}, (1, 0)),
        ({"type": "Like", "reaction": "❤️"}, (1, 0)),
        ({"type": "Like", "reaction": "eyes"}, (0, 0)),
        ({"type": "Dislike"}, (0, 1)),
        ({"metrics": {"rating": 1.0, "rating_max": 5.0}}, (0, 1)),
        ({"metrics": {"rating": 4.0}}, (1, 0)),
        ({"metrics": {"rating": 3.0, "rating_max": 5.0}}, (0, 0)),
        ({"metrics": {"rating": 3.0, "rating_max": 0.0}}, (0, 0)),
        ({"type": "Delete", "metrics": {"rating": 1.0}}, (0, 0)),
        ({"direction": "outbound", "type": "Like"}, (0, 0)),
    ],
)
def test_signs_that_people_give(more: dict[str, Any], found: tuple[int, int]) -> None:
    assert signs(said(**more)) == found


def test_emoji_in_texts_are_signs_and_words_are_not() -> None:
    assert signs(said("Great. Terrible. Awful.")) == (0, 0)
    assert signs(said("still leaks 😡😡")) == (0, 1)
    assert signs(said(None)) == (0, 0)


@pytest.mark.parametrize(
    ("glad", "sorry", "found"),
    [(0, 0, "none"), (3, 0, "good"), (0, 1, "bad"), (1, 2, "mixed"), (1, 3, "bad"), (5, 2, "good")],
)
def test_what_signs_come_to(glad: int, sorry: int, found: str) -> None:
    assert mood(glad, sorry) == found
