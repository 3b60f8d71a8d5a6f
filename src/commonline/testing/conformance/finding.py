"""What a rule found, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from commonline.testing.conformance.subject import Subject


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: where (a path below the connector's folder), what, and what to do."""

    rule: str
    file: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.file}: {self.what} — {self.fix}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name is its module's, `about` the first line of the module's doc."""

    name: str
    about: str
    check: Callable[[Subject], Iterator[Finding]]
    exemptible: bool = True
