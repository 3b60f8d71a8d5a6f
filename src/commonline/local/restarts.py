"""Whether and when a service that ended is started again. Pure: times come in, decisions go out."""

from __future__ import annotations

from dataclasses import dataclass, field

from commonline.errors import EXIT_RESTART, EXIT_STATE, EXIT_USAGE

HEALTHY_S = 30.0
"""A service that lived so long has started well: what happened before is forgotten."""
MAX_QUICK = 5
MAX_AT_ONCE = 20
FIRST_WAIT_S = 0.5
MAX_WAIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Again:
    """Start it in `after_s` seconds."""

    after_s: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Do not start it again."""

    why: str


@dataclass(slots=True)
class History:
    """The short lives of one service in a row: `quick` ended by a fault, `asked` by exit code 75."""

    quick: int = field(default=0)
    asked: int = field(default=0)

    def ended(self, code: int, lived_s: float) -> Again | GiveUp:
        """Decide. `code` is as `subprocess` gives it: negative for a signal.

        75 asks for a new start (a transaction of unknown outcome): at once. 76 and 2 need a person: never.
        Anything else waits twice as long each time and ends after five short lives in a row.
        """
        if lived_s >= HEALTHY_S:
            self.quick = self.asked = 0
        if code == EXIT_STATE:
            return GiveUp("state and log disagree: a person must look before anything is skipped or done twice")
        if code == EXIT_USAGE:
            return GiveUp("its configuration is wrong")
        if code == EXIT_RESTART:
            self.asked += 1
            if self.asked <= MAX_AT_ONCE:
                return Again(0.0)
        self.quick += 1
        if self.quick >= MAX_QUICK:
            return GiveUp(f"it ended {self.quick} times in a row within {HEALTHY_S:.0f} s of its start")
        return Again(min(FIRST_WAIT_S * 2 ** (self.quick - 1), MAX_WAIT_S))
