"""Draft -> Activity: ids, clock, sides, direction, visibility floor, limits. Pure.

Identity (protocol F13, contract §5.1): the *object* is workspace, source system, account and native id, all of which
`object.id` carries (for relations: `edge`); the *version* is the vendor's revision with a digest of the changes.
"""

from __future__ import annotations

import hashlib
import unicodedata

import msgspec

from commonline.errors import ContractError
from commonline.ids import SEPARATOR, uuid5
from commonline.kit.draft import Draft
from commonline.kit.place import Placement, place
from commonline.schemas.records import Activity, Change, Delivery, Object, Origin

TEXT_LIMIT = 40_000
"""Longest text of an activity, in characters (protocol F14: rows stay below 64 KiB); the rest stays in the delivery."""
THIN = "thin"
CREATE = "Create"


def activity_id(workspace: str, draft: Draft) -> str:
    """The id that the same fact gets by every path: webhook, poll, redelivery, replay."""
    verb = f"{draft.type}:{draft.undoes}" if draft.undoes else draft.type
    revision = THIN if draft.thin else draft.revision
    if draft.changes and draft.type != CREATE:
        revision = f"{revision}/{changes_digest(draft.changes)}"
    return uuid5(workspace, draft.edge or draft.object.id, verb, revision)


def changes_digest(changes: list[Change]) -> str:
    """A short digest of what changed, whatever the order in which it is told."""
    told = sorted(SEPARATOR.join((c.field, c.before or "", c.after or "")) for c in changes)
    return hashlib.blake2b("\x1e".join(told).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def finish(draft: Draft, delivery: Delivery, origin: Origin, placement: Placement) -> Activity:
    """The activity that goes to the log."""
    told = place(draft, placement)
    fields = draft.fields
    obj = draft.object
    if obj.text is not None:
        obj, fields = _text(obj, fields)
    published = draft.published if draft.published is not None else delivery.received
    return Activity(
        activity_id(delivery.workspace, draft),
        delivery.workspace,
        delivery.connector,
        delivery.source,
        draft.event,
        draft.type,
        obj,
        draft.thread,
        draft.channel,
        told.direction,
        told.visibility,
        published,
        draft.clock if draft.published is not None else "received",
        delivery.received,
        origin,
        draft.undoes,
        draft.edge,
        told.actor,
        told.participants,
        told.our_account,
        draft.references,
        draft.automated,
        draft.generator,
        draft.client_ref,
        draft.changes,
        draft.reaction,
        draft.tags,
        draft.metrics,
        fields,
    )


# Twenty-nine keywords cost two microseconds an activity. A contract with another order must not go unnoticed.
_ORDER = (
    "id workspace connector source event type object thread channel direction visibility published clock received "
    "origin undoes edge actor participants our_account references automated generator client_ref changes reaction "
    "tags metrics fields"
)
if Activity.__struct_fields__ != tuple(_ORDER.split()):
    raise ContractError("the order of Activity's fields has changed: finish() gives them by position")


def _text(obj: Object, fields: dict[str, str]) -> tuple[Object, dict[str, str]]:
    """Text is NFC with ``\\n`` line ends and has a stated longest length."""
    text = obj.text or ""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > TEXT_LIMIT:
        fields = {**fields, "text.characters": str(len(text))}
        text = text[:TEXT_LIMIT]
        within = [span for span in obj.spans if span.start < TEXT_LIMIT]
        spans = [msgspec.structs.replace(span, end=min(span.end, TEXT_LIMIT)) for span in within]
        obj = msgspec.structs.replace(obj, spans=spans)
    if text is not obj.text:
        obj = msgspec.structs.replace(obj, text=text)
    return obj, fields
