"""Where a source stands that is asked for "all that changed since then": a time, and what was seen close to it.

Vendors' lists show a change seconds or minutes after it happened, and two changes may bear one time. So every round
asks a little further back than it stood, and leaves out what it has seen there. Times are the vendor's own, so that
no difference of clocks counts.
"""

from __future__ import annotations

from commonline.kit.source import Context, Cursor

MOST_SEEN = 5000
"""Records that are remembered; what is forgotten is read once more, which is harmless."""


class Changes:
    """The position of one list, made from its part of the source's cursor. Microseconds.

    `since` is where this round begins. Give `cursor` to pages only as far as the list comes in order of change; of a
    list in any other order, to the last page alone.
    """

    def __init__(self, context: Context, cursor: Cursor | None, overlap_us: int) -> None:
        held = cursor or {}
        begin = context.since_us if context.since_us is not None else context.clock()
        self._newest = int(held.get("changed", begin))
        self._overlap_us = overlap_us
        self._seen: dict[str, int] = dict(held.get("seen", {}))
        self.since = self._newest - overlap_us if "changed" in held else self._newest

    def is_news(self, name: str, changed: int | None) -> bool:
        """Whether this version of a record was not read before; it is remembered. Without a time it always is."""
        if changed is None:
            return True
        if changed < self.since or self._seen.get(name) == changed:
            return False
        self._seen[name] = changed
        self._newest = max(self._newest, changed)
        return True

    def reached(self, until: int) -> None:
        """All until then was listed, whether or not there was anything."""
        self._newest = max(self._newest, until)

    def cursor(self) -> Cursor:
        """The position behind what was asked so far."""
        horizon = self._newest - self._overlap_us
        near = sorted((changed, name) for name, changed in self._seen.items() if changed >= horizon)
        return {"changed": self._newest, "seen": {name: changed for changed, name in near[-MOST_SEEN:]}}
