"""How far a reader is done, apart from how far it has read: what may be committed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Progress:
    """Offsets that reading would go on with: after what is worked off, and as committed. A feed has one partition."""

    done: int | None = None
    committed: int | None = None

    def finish(self, following: int) -> None:
        """Everything before offset `following` is done with. Never goes back."""
        self.done = max(following, self.done or 0)

    def pending(self) -> int | None:
        """What is done and not committed; None: nothing."""
        return None if self.done == self.committed else self.done

    def lose(self) -> None:
        """The feed belongs to another member of the group now, which begins at what was committed."""
        self.done = self.committed = None
