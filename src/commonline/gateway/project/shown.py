"""Records of a department's feed to changes. Pure."""

from __future__ import annotations

import msgspec

from commonline.gateway.project.change import Change, Move, Place, Version
from commonline.schemas.records import FeedActivity

_encode = msgspec.json.Encoder().encode


def change_of(record: FeedActivity, feed: int) -> Change | None:
    """What a record of feed number `feed` changes.

    `entered` and `left` change nothing: every object that a feed shows or takes back has a record of its own. A `split`
    sends its objects again, under their new conversation.
    """
    place = Place(feed, record.seq, record.known)
    if record.event == "merged" and record.other:
        return Move(place, record.other, record.conversation, merged=True)
    if record.object is None or record.event not in ("activity", "tombstone"):
        return None
    if record.event == "tombstone" or record.item is None:
        return Version(place, record.object, record.conversation, record.visibility, removed=True)
    item = record.item
    return Version(
        place,
        record.object,
        record.conversation,
        record.visibility,
        removed=item.edge is not None and item.type == "Undo",
        activity=item,
        record=_encode(record).decode(),
        persons=tuple(record.persons),
        fact=record.fact.hex() if record.fact else None,
        redactions=len(record.redactions),
    )
