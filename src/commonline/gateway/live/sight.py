"""What of a feed's record exists for whom, where the listener's visibility is below the department's clearance.

The stage behind the feed takes back what a *department* may no longer see. A listener below its clearance needs the
same towards itself: an object that was public and is internal now must leave its screen. So the loosest visibility in
which each object and conversation was ever seen in the log is remembered; it only ever loosens, which makes the answer
the same whether a record is told live or from the log later.

Records about conversations (`entered`, `left`, `merged`, `split`, tombstones) carry the department's clearance as their
visibility. They are told to a listener below it only where they are about something that existed for it, and without
`count` and `seq` (0 then), which would number what it may not see.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from commonline.kit.place import TIGHTNESS
from commonline.schemas.records import FeedActivity, Visibility

Outcome = Literal["whole", "lean", "withdrawn", "nothing"]
HIGHEST = max(TIGHTNESS.values())
UNSEEN = HIGHEST + 1
NIL = "00000000-0000-0000-0000-000000000000"


class Sight:
    """Memory of one feed: about 100 bytes an object (64 bits of hash tell them apart, and a level).

    `complete`: the log was read from its beginning; only then is anybody below the clearance told anything.
    """

    def __init__(self, *, complete: bool = False) -> None:
        self.complete = complete
        self.clearance = 0
        self._objects: dict[int, int] = {}
        self._conversations: dict[int, int] = {}

    def note(self, record: FeedActivity) -> None:
        """Remember a record of the log. Order and repetition do not matter."""
        tightness = TIGHTNESS[record.visibility]
        if record.event != "activity":
            self.clearance = max(self.clearance, tightness)
            if record.event == "merged" and record.other is not None:
                moved = self._conversations.get(hash(record.other), UNSEEN)
                self._loosen(self._conversations, hash(record.conversation), moved)
            return
        self._loosen(self._conversations, hash(record.conversation), tightness)
        if record.object is not None:
            self._loosen(self._objects, hash(record.object), tightness)

    def outcome(self, record: FeedActivity, rank: int) -> Outcome:
        """What a listener of visibility `rank` (0 public … 4 restricted) gets of a record."""
        tightness = TIGHTNESS[record.visibility]
        full = rank >= HIGHEST or (self.complete and rank >= self.clearance > 0)
        if record.event == "activity":
            if rank >= tightness:
                return "whole" if full else "lean"
            return "withdrawn" if self._object(record) <= rank else "nothing"
        if full:
            return "whole"
        return "lean" if self._subject(record) <= rank else "nothing"

    def tell(self, record: FeedActivity, rank: int) -> FeedActivity | None:
        """The record as a listener of this visibility gets it; None where it does not exist for it."""
        outcome = self.outcome(record, rank)
        if outcome == "nothing":
            return None
        if outcome == "whole":
            return record
        if outcome == "lean":
            other = None if record.event == "split" else record.other
            return msgspec.structs.replace(record, seq=0, count=None, other=other)
        known = self._conversations.get(hash(record.conversation), UNSEEN) <= rank
        return FeedActivity(
            event="tombstone",
            workspace=record.workspace,
            feed=record.feed,
            seq=0,
            conversation=record.conversation if known else NIL,
            policy=record.policy,
            visibility=_NAMES[rank],
            known=record.known,
            object=record.object,
        )

    def _object(self, record: FeedActivity) -> int:
        return UNSEEN if record.object is None else self._objects.get(hash(record.object), UNSEEN)

    def _subject(self, record: FeedActivity) -> int:
        """How loosely that was seen which a record about objects or conversations is about."""
        if record.event == "tombstone":
            return self._object(record)
        about = record.other if record.event == "merged" and record.other else record.conversation
        return self._conversations.get(hash(about), UNSEEN)

    @staticmethod
    def _loosen(memory: dict[int, int], key: int, tightness: int) -> None:
        if tightness < memory.get(key, UNSEEN):
            memory[key] = tightness


_NAMES: tuple[Visibility, ...] = get_args(Visibility)

assert tuple(TIGHTNESS) == _NAMES
