"""Replays after a mapping was mended: the same activity, told otherwise (protocol F6, F16).

A replay gives an activity the id it had, so unify has seen it. Where the facts are the same it is a repeat. Where they
are not, and it is the same delivery that tells them anew, what it says now takes the place of what it said before in
the object's history: later versions still stand above it. Another delivery of the same version, a poll
beside a webhook say, never corrects: the two may tell a fact in different words for ever.

Of two replays the one whose delivery lies later in its partition counts, in whatever order they come.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from commonline.ids import corrected
from commonline.schemas.codec import decode_activity, encode_activity
from commonline.schemas.records import Activity, Object
from commonline.streams.unify import objects
from commonline.streams.unify.rows import ObjectRow
from commonline.streams.unify.shapes import DELIVERY_END, ID_END, Version

REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Correction:
    """`row` is the object corrected, `told` the correction as conversations.v1 has it, `shown` as feeds have it."""

    row: ObjectRow
    told: Activity
    told_raw: bytes
    shown: Activity
    shown_raw: bytes


def correct(row: ObjectRow, activity: Activity, version: Version) -> Correction | None:
    """What a known activity that was replayed changes; None if nothing. `row` stays as it is."""
    known = _known(row, version)
    if known is None or not row.activity or objects.is_delete(activity) or objects.is_restore(activity):
        return None
    fresh = (known[0], version[1])
    copy = row.copy()
    copy.versions = [fresh if one == known else one for one in row.versions]
    top = known == row.version
    stored = decode_activity(row.activity)
    if activity.edge is not None:
        if not top:
            return None
    elif top and stored.origin.entry != activity.origin.entry:
        return None
    alone = activity.edge is not None or _sole(row)
    now = _alone(copy, activity, fresh) if alone else _merged(copy, stored, activity, fresh)
    objects.mark(copy, activity)
    same = encode_activity(msgspec.structs.replace(now, origin=stored.origin)) == row.activity
    if same and copy.tightness == row.tightness:
        return None
    copy.activity = encode_activity(now)
    told = _told(activity)
    if top:
        shown = msgspec.structs.replace(told, object=_authored(now), tags=now.tags, participants=now.participants)
    else:
        shown = msgspec.structs.replace(told, object=now.object, tags=told.tags or now.tags)
    return Correction(copy, told, encode_activity(told), shown, encode_activity(shown))


def _known(row: ObjectRow, version: Version) -> Version | None:
    """The version as it was accepted, if this delivery may correct it."""
    told = version[1]
    for known in row.versions:
        held = known[1]
        if held[:ID_END] == told[:ID_END]:
            theirs = held[ID_END:DELIVERY_END]  # empty in rows of before deliveries were remembered
            if theirs and theirs != told[ID_END:DELIVERY_END]:
                return None
            return known if told[DELIVERY_END:] > held[DELIVERY_END:] else None
    return None


def _sole(row: ObjectRow) -> bool:
    return len(row.versions) == 1 and row.floor[0] < 0 and not row.told_by


def _alone(copy: ObjectRow, activity: Activity, fresh: Version) -> Activity:
    """Nothing else was ever told of it: it is what it is told to be."""
    copy.version = fresh
    return activity


def _merged(copy: ObjectRow, stored: Activity, activity: Activity, fresh: Version) -> Activity:
    """Let it tell its facts again. One that it told and tells no more stays: what an earlier version said of it is
    not kept, and nothing is better than a gap."""
    merged = objects.merge(copy, activity, fresh)
    return merged[0] if merged is not None else stored


def _told(activity: Activity) -> Activity:
    """The correction as an activity of its own: no second Create, and an id that no other correction has."""
    identifier = corrected(activity.id, activity.origin.offset, activity.origin.entry)
    if activity.type != "Create" or activity.edge is not None:
        return msgspec.structs.replace(activity, id=identifier)
    return msgspec.structs.replace(activity, id=identifier, type="Update", object=_authored(activity))


def _authored(activity: Activity) -> Object:
    """The object with its author, whom a Create need not name."""
    obj = activity.object
    if obj.author is None and activity.type == "Create" and activity.edge is None:
        return msgspec.structs.replace(obj, author=activity.actor)
    return obj
