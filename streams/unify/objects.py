"""What an object is now: versions, edits in any order, deletes that stay (protocol F6, F13).

Every field has the value of the greatest version that told it. The greatest version's verb and actor are the object's
last activity. A delete beats all versions; only an Undo of Delete with a later time brings an object back.
"""

from __future__ import annotations

from typing import Literal, cast

import msgspec

from commonline.kit.place import TIGHTNESS
from commonline.schemas.codec import decode_activity, encode_activity
from commonline.schemas.records import Activity, Object
from commonline.streams.unify.rows import ObjectRow
from commonline.streams.unify.shapes import ID_END, Version

REMEMBERED = 32
"""Versions of one object that are remembered one by one; what is older than all of them counts as seen."""
NULLABLE = ("title", "text", "language", "url", "created", "start_time", "end_time", "author")
LISTS = ("spans", "attachments")
WITH_TEXT = ("markup", "spans")
LARGEST = 200 * 1024
UNTOLD: Version = (-1, b"")
"""The version of an object of which only a removal is known: whatever tells a fact is newer."""

Verdict = Literal["accepted", "repeat", "after-delete"]


def version_of(activity: Activity) -> Version:
    """Where an activity stands in its object's history.

    The vendor's revision if it is a number; a Create without one is first; else `published`.
    """
    order = -1
    if activity.edge is None:
        told = activity.object.version
        if told is not None and told.isascii() and told.isdigit() and len(told) < 19:
            order = int(told)
        elif activity.type == "Create":
            order = 0
    if order < 0:
        order = max(activity.published, 0)
    origin = activity.origin
    total = bytes.fromhex(activity.id[:18].replace("-", "") + origin.delivery[:8])
    return (order, total if origin.mode != "replay" else total + origin.offset.to_bytes(8, "big"))


def seen(row: ObjectRow, version: Version) -> bool:
    """Whether this very activity was accepted before, by whatever delivery."""
    told = version[1][:ID_END]
    return version <= row.floor or any(known.startswith(told) for _, known in row.versions)


def remember(row: ObjectRow, version: Version) -> None:
    """Keep the version as seen, within bounds."""
    row.versions.append(version)
    if len(row.versions) > REMEMBERED:
        oldest = min(row.versions)
        row.versions.remove(oldest)
        row.floor = max(row.floor, oldest)


def is_delete(activity: Activity) -> bool:
    """A removal of the object itself, not of a relation."""
    return activity.type == "Delete" and activity.edge is None


def is_restore(activity: Activity) -> bool:
    """An Undo of a removal."""
    return activity.type == "Undo" and activity.undoes == "Delete"


def tells_nothing(row: ObjectRow, activity: Activity, version: Version) -> bool:
    """A polled snapshot (its event ends so, contract §5.1) of what is known already, not above the version we hold."""
    if not activity.event.endswith("snapshot") or activity.type != "Update" or version[0] > row.version[0]:
        return False
    if activity.changes or activity.references or TIGHTNESS[activity.visibility] > row.tightness:
        return False
    if not row.activity:
        return False
    stored, told = _told(decode_activity(row.activity)), _told(activity)
    for name in (*NULLABLE, *LISTS):
        theirs = getattr(told, name)
        holder = row.told_by.get(name, row.version)
        if theirs is not None and theirs != [] and (theirs != getattr(stored, name) or holder[0] < version[0]):
            return False
    return True


def new_row(activity: Activity, raw: bytes, version: Version, thread: bytes, at: int) -> ObjectRow:
    """The row of an object that was never seen."""
    row = ObjectRow(
        thread, at, UNTOLD if is_delete(activity) else version, [version], created=activity.type == "Create"
    )
    row.tightness = TIGHTNESS[activity.visibility]
    mark(row, activity)
    row.activity = b"" if is_delete(activity) else raw
    return row


def mark(row: ObjectRow, activity: Activity) -> None:
    """Deletes, restores, visibility: facts that only ever grow."""
    if is_delete(activity):
        row.deleted = max(row.deleted, activity.published)
    elif is_restore(activity):
        row.restored = max(row.restored, activity.published)
    row.tightness = max(row.tightness, TIGHTNESS[activity.visibility])


def merge(row: ObjectRow, activity: Activity, version: Version) -> tuple[Activity, bytes] | None:
    """Bring a further version in: the object's activity as it is now, with its bytes, or None if nothing changed."""
    stored = decode_activity(row.activity)
    newer = version > row.version
    told_by = dict(row.told_by)
    obj, changed = _merge_object(_told(stored), row.version, told_by, _told(activity), version, newer=newer)
    row.told_by = told_by
    if not newer and not changed:
        return None
    top = activity if newer else stored
    if top.type == "Create" and obj.author == top.actor:
        obj = msgspec.structs.replace(obj, author=None)
    now = msgspec.structs.replace(
        top,
        object=msgspec.structs.replace(obj, version=top.object.version, type=top.object.type),
        tags=top.tags or (stored.tags if newer else activity.tags),
        participants=top.participants or (stored.participants if newer else activity.participants),
    )
    raw = encode_activity(now)
    if len(raw) > LARGEST:
        now, raw = top, encode_activity(top)
    if newer:
        row.version = version
    row.activity = raw
    return now, raw


def _told(activity: Activity) -> Object:
    """The object with its author: a Create's actor, unless the source names another."""
    obj = activity.object
    if obj.author is None and activity.type == "Create" and activity.actor is not None:
        return msgspec.structs.replace(obj, author=activity.actor)
    return obj


def _merge_object(
    stored: Object, held: Version, told_by: dict[str, Version], told: Object, version: Version, *, newer: bool
) -> tuple[Object, bool]:
    values: dict[str, object] = {}
    changed = False
    for name in (*NULLABLE, *LISTS):
        mine, theirs = getattr(stored, name), getattr(told, name)
        empty: object = [] if name in LISTS else None
        holder = told_by.get(name, held)
        if theirs == empty or (mine != empty and version < holder):
            values[name] = mine
            if newer and mine != empty and name not in told_by:
                told_by[name] = held
        else:
            values[name] = theirs
            changed = changed or theirs != mine
            if newer:
                told_by.pop(name, None)
            else:
                told_by[name] = version
        if name == "text" and values["text"] is theirs and theirs is not None:
            values["markup"] = told.markup
    return msgspec.structs.replace(stored, **values), changed


def present(row: ObjectRow, activity: Activity, raw: bytes, version: Version) -> tuple[Activity, bytes]:
    """What feeds are shown for this activity: its own verb, actor and changes, with the whole object as it is now."""
    if not row.activity:
        row.version = max(row.version, version)
        row.activity = raw
        return activity, raw
    merged = merge(row, activity, version)
    now = merged[0] if merged is not None and version >= row.version else None
    if now is not None:
        return now, cast("tuple[Activity, bytes]", merged)[1]
    stored = decode_activity(row.activity)
    shown = msgspec.structs.replace(activity, object=stored.object, tags=activity.tags or stored.tags)
    return shown, encode_activity(shown)
