"""How people feel, by signs that they gave themselves: stars, reactions, emoji. Words are not judged.

Two word lists were tried on the demo's texts: one called "nearly burned my hand, I want my money back" glad, the other
called a question about a seal angry. A wrong mood on a wall is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from commonline.schemas.records import Activity

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


def mood(glad: int, sorry: int) -> Mood:
    """What signs come to; mixed where a third or more of them contradict the others."""
    if not glad and not sorry:
        return "none"
    if 3 * min(glad, sorry) >= glad + sorry:
        return "mixed"
    return "good" if glad > sorry else "bad"


def signs(activity: Activity) -> tuple[int, int]:
    """How many signs of a good and of a bad mood somebody gave who is not us."""
    if activity.direction in ("outbound", "internal") or activity.type in ("Delete", "Undo"):
        return 0, 0
    given = list(_signs(activity))
    return sum(sign > 0 for sign in given), sum(sign < 0 for sign in given)


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
