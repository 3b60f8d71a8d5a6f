"""Durations as people write them: ``90s``, ``15m``, ``48h``, ``7d``, or ``0``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_FORM = re.compile(r"(\d{1,9})(s|m|h|d)\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: str) -> int:
    """Seconds of a duration text. Raises ValueError with the forms that are understood."""
    if text == "0":
        return 0
    found = _FORM.match(text)
    if not found:
        raise ValueError(f"{text!r} is no duration; write 90s, 15m, 48h, 7d or 0")
    return int(found[1]) * _SECONDS[found[2]]


def _checked(text: str) -> str:
    seconds(text)
    return text


Duration = Annotated[str, AfterValidator(_checked)]
"""A checked duration text."""
