"""Small parts of generated Python text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager


def snake(name: str) -> str:
    """ConversationActivity → conversation_activity."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def constant(name: str) -> str:
    """ActivityType → _ACTIVITY_TYPE."""
    return "_" + snake(name).upper()


class Lines:
    """Lines of code with indentation by ``with lines.block("if x:")``."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self._depth = 0

    def add(self, *lines: str) -> None:
        """Append lines at the present depth; an empty line stays empty."""
        self.text += [f"{'    ' * self._depth}{line}" if line else "" for line in lines]

    @contextmanager
    def block(self, opening: str) -> Iterator[None]:
        """Append `opening`, and what follows one level deeper."""
        self.add(opening)
        self._depth += 1
        yield
        self._depth -= 1
