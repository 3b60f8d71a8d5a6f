from __future__ import annotations

from typing import Any

import pytest
from tests.console.said import said

from commonline.console.view.mood import Feeling, feeling


@pytest.mark.parametrize(
    ("activity", "good", "bad"),
    [
        ({"type": "Like"}, 1, 0),
        ({"type": "Like", "reaction": "angry"}, 0, 1),
        ({"type": "Like", "reaction": ":+1:"}, 1, 0),
        ({"type": "Like", "reaction": "❤️"}, 1, 0),
        ({"type": "Like", "reaction": "eyes"}, 0, 0),
        ({"type": "Dislike"}, 0, 1),
        ({"metrics": {"rating": 1.0, "rating_max": 5.0}}, 0, 1),
        ({"metrics": {"rating": 4.0}}, 1, 0),
        ({"metrics": {"rating": 3.0, "rating_max": 5.0}}, 0, 0),
        ({"metrics": {"rating": 3.0, "rating_max": 0.0}}, 0, 0),
        ({"type": "Delete", "metrics": {"rating": 1.0}}, 0, 0),
        ({"direction": "outbound", "type": "Like"}, 0, 0),
    ],
)
def test_signs_that_people_give(activity: dict[str, Any], good: int, bad: int) -> None:
    found = feeling([said("It leaks.", **activity)])
    assert (found.good, found.bad) == (good, bad)


def test_emoji_in_texts_are_signs_and_words_are_not() -> None:
    assert feeling([said("Great. Terrible. Awful.")]) == Feeling()
    assert feeling([said("Third one 😡"), said("still leaks 😡😡")]) == Feeling(0, 2)
    assert feeling([said(None)]) == Feeling()


@pytest.mark.parametrize(
    ("good", "bad", "mood"),
    [(0, 0, "none"), (3, 0, "good"), (0, 1, "bad"), (1, 2, "mixed"), (1, 3, "bad"), (5, 2, "good")],
)
def test_what_signs_come_to(good: int, bad: int, mood: str) -> None:
    assert Feeling(good, bad).mood == mood
