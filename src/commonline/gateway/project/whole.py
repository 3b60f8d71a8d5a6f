"""Records of conversations.v1 to changes of the whole, which administrators see. Pure.

An edit tells what changed, a deletion nothing: what an object is now is put together as unify does, by its functions.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from commonline.gateway.project.change import Change, Move, Place, Version
from commonline.schemas.codec import encode_activity
from commonline.schemas.records import Activity, ConversationActivity
from commonline.streams.unify import objects
from commonline.streams.unify.rows import ObjectRow

_encode = msgspec.json.Encoder().encode


class Joined(NamedTuple):
    """A change, and what is known of its object from here on (None: nothing new)."""

    change: Change | None
    row: ObjectRow | None = None


def change_of(record: ConversationActivity, feed: int, key: str, row: ObjectRow | None) -> Joined:
    """What a record changes. `key` is the record's key in hex, as feeds have it in `object`; `row`: what is known."""
    place = Place(feed, record.seq, record.known)
    if record.event == "merged" and record.other:
        return Joined(Move(place, record.other, record.conversation, merged=True))
    if record.event == "split" and record.other:
        return Joined(Move(place, record.conversation, record.other, tuple(record.threads)))
    activity = record.activity
    if record.event != "activity" or activity is None:
        return Joined(None)
    row, now = _now(row, activity)
    if now is None:
        return Joined(None, row)
    gone = row.deleted > row.restored or (activity.edge is not None and now.type == "Undo")
    return Joined(
        Version(
            place,
            key,
            record.conversation,
            record.visibility,
            removed=gone,
            activity=now,
            record=_encode(msgspec.structs.replace(record, activity=now)).decode(),
            persons=tuple(record.persons),
        ),
        row,
    )


def _now(row: ObjectRow | None, activity: Activity) -> tuple[ObjectRow, Activity | None]:
    """The object with this activity brought in, and the activity with the whole object; None: a reaction that was
    taken back since."""
    raw, version = encode_activity(activity), objects.version_of(activity)
    if row is None:
        return objects.new_row(activity, raw, version, b"", 0), activity
    objects.mark(row, activity)
    row.created = row.created or activity.type == "Create"
    if activity.edge is not None:
        if version < row.version:
            return row, None
        row.version, row.activity = version, raw
        return row, activity
    if objects.is_delete(activity):
        return row, activity
    return row, objects.present(row, activity, raw, version)[0]
