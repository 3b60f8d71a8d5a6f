"""How people feel, by signs that they gave themselves: stars, reactions, emoji. Words are not judged.

Two word lists were tried on the demo's texts: one called "nearly burned my hand, I want my money back" glad, the other
called a question about a seal angry. A wrong mood on a wall is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from commonline.schemas.models import Activity

Mood = Literal["good", "bad", "mixed", "none"]
GOOD_SIGNS = frozenset("❤♥🧡💛💚💙💜😍🥰😊😀😃😄😁🙂🤩🥳👍👏🙌🎉🙏💯🔥😻🤗😂🤣")
BAD_SIGNS = frozenset("😡😠🤬👎😢😭😞😟😤💔😱🤮🤢😩😫😒🙄😔😣😖☹🙁💩🖕")
GOOD_WORDS = frozenset(
    {"like", "love", "care", "haha", "wow", "heart", "+1", "thumbsup", "hooray", "favourite", "tada"}
)
BAD_WORDS = frozenset({"angry", "sad", "anger", "-1", "thumbsdown", "confused", "dislike", "rage", "cry"})
"""Names that products give reactions instead of emoji."""
VARIATION = "\ufe0f"
GLAD, SORRY = 0.75, 0.4
"""Parts of the most stars from which a rating is a good one, and up to which it is a bad one."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """How many signs of each kind, and what they come to."""

    good: int = 0
    bad: int = 0

    @property
    def mood(self) -> Mood:
        """Mixed where a third or more of the signs contradict the others."""
        if not self.good and not self.bad:
            return "none"
        if 3 * min(self.good, self.bad) >= self.good + self.bad:
            return "mixed"
        return "good" if self.good > self.bad else "bad"


def feeling(activities: Iterable[Activity]) -> Feeling:
    """What those who are not us showed."""
    good = bad = 0
    for activity in activities:
        if activity.direction in ("outbound", "internal") or activity.type in ("Delete", "Undo"):
            continue
        for sign in _signs(activity):
            good += sign > 0
            bad += sign < 0
    return Feeling(good, bad)


def _signs(activity: Activity) -> Iterable[int]:
    rating, most = activity.metrics.get("rating"), activity.metrics.get("rating_max", 5.0)
    if rating is not None and most > 0:
        part = rating / most
        yield 1 if part >= GLAD else -1 if part <= SORRY else 0
    if activity.type == "Dislike":
        yield -1
    elif activity.type == "Like":
        yield _reaction(activity.reaction) if activity.reaction else 1
    elif activity.object.text:
        found = {letter for letter in activity.object.text if ord(letter) > 0x2000}
        yield (1 if found & GOOD_SIGNS else 0)
        yield (-1 if found & BAD_SIGNS else 0)


def _reaction(name: str) -> int:
    bare = name.strip(":").replace(VARIATION, "").lower()
    if bare in GOOD_WORDS or bare[:1] in GOOD_SIGNS:
        return 1
    return -1 if bare in BAD_WORDS or bare[:1] in BAD_SIGNS else 0
