"""ActivityStreams 2.0 (W3C): the conversation as an ordered collection of activities, in JSON-LD.

Verbs and most object types are the vocabulary's own. Ours go out as the nearest of the vocabulary with a type of ours
beside it: ``["Note", "cl:Ticket"]``. Roles to and cc become `to` and `cc`; public things are addressed to the special
collection Public, others carry their visibility as `audience`.
"""

from __future__ import annotations

from typing import Any, Final

from commonline.gateway.export.transcript import Said, Transcript, deleted, storable
from commonline.schemas.models import Activity, Attachment, Object, Party

MEDIA_TYPE = "application/activity+json"
VOCABULARY: Final = "https://www.w3.org/ns/activitystreams"
PUBLIC: Final = f"{VOCABULARY}#Public"
OURS: Final = "urn:commonline:v1:"
CONTEXT: Final = [
    VOCABULARY,
    {"cl": OURS, "channel": "cl:channel", "direction": "cl:direction", "visibility": "cl:visibility"},
]
_OWN = "Note Article Page Question Image Video Audio Document Event Profile Person Organization Group Application"
OWN: Final = frozenset(_OWN.split())
NEAREST: Final = {"Call": "Event", "Meeting": "Event", "Employment": "Event", "Form": "Document", "Record": "Document"}
ACTORS: Final = {
    "person": "Person",
    "organisation": "Organization",
    "application": "Application",
    "group": "Group",
}
MEDIA: Final = {"image": "Image", "video": "Video", "audio": "Audio", "recording": "Audio", "sticker": "Image"}


def collection(transcript: Transcript) -> dict[str, Any]:
    """The conversation as an OrderedCollection."""
    told = {
        "@context": CONTEXT,
        "id": f"urn:uuid:{transcript.id}",
        "type": "OrderedCollection",
        **_some("name", transcript.subject or None),
        "totalItems": len(transcript.said),
        "orderedItems": [activity(one) for one in transcript.said],
    }
    return storable(told)  # type: ignore[no-any-return]


def activity(one: Said) -> dict[str, Any]:
    """One entry."""
    item = one.item
    target = next((each.id for each in item.references if each.kind == "target"), None)
    return {
        "id": item.edge if item.edge and item.type != "Undo" else f"urn:uuid:{item.id}",
        "type": ["Activity", "cl:Other"] if item.type == "Other" else item.type,
        **_some("actor", actor(item.actor)),
        "object": _object_of(item),
        **_some("target", target),
        "published": one.at.isoformat(),
        **_addressing(item, one),
        "channel": item.channel,
        "direction": item.direction,
        "visibility": one.visibility,
    }


def actor(party: Party | None) -> dict[str, Any] | None:
    """A party; None stays None."""
    if party is None:
        return None
    return {
        "type": ACTORS.get(party.kind, "Person"),
        **_some("id", party.account),
        **_some("name", party.name or party.handle),
    }


def _addressing(item: Activity, one: Said) -> dict[str, Any]:
    to = [actor(party) for party in item.participants if party.role == "to"]
    cc = [actor(party) for party in item.participants if party.role == "cc"]
    if one.visibility == "public":
        return {"to": [PUBLIC, *to], **_some("cc", cc or None)}
    audience = {"type": "Group", "id": f"{OURS}{one.visibility}", "name": one.visibility}
    return {**_some("to", to or None), **_some("cc", cc or None), "audience": audience}


def _object_of(item: Activity) -> dict[str, Any]:
    if item.type == "Undo" and item.undoes:
        undone = {"type": item.undoes, **_some("id", item.edge)}
        return {**undone, "object": item.object.id}
    if deleted(item):
        return {
            "id": item.object.id,
            "type": "Tombstone",
            "formerType": object_type(item.object.type),
            "deleted": item.published.isoformat(),
        }
    return _object(item)


def _object(item: Activity) -> dict[str, Any]:
    thing: Object = item.object
    reply = next((each.id for each in item.references if each.kind == "reply"), None)
    return {
        "id": thing.id,
        "type": object_type(thing.type),
        **_some("name", thing.title),
        # Plain text of ours is never markup: readers take `content` as HTML unless a media type says otherwise.
        **({} if thing.text is None else {"content": thing.text, "mediaType": "text/plain"}),
        **_some("url", thing.url),
        **_some("attributedTo", actor(thing.author)),
        **_some("inReplyTo", reply),
        "context": item.thread.id,
        **_some("published", thing.created and thing.created.isoformat()),
        **_some("startTime", thing.start_time and thing.start_time.isoformat()),
        **_some("endTime", thing.end_time and thing.end_time.isoformat()),
        **_some("attachment", [_attachment(each) for each in thing.attachments] or None),
        **_some("tag", [{"type": "Object", "name": tag} for tag in item.tags] or None),
    }


def object_type(name: str) -> str | list[str]:
    """The vocabulary's type, or the nearest one with ours beside it."""
    if name in OWN:
        return name
    return "Object" if name == "Other" else [NEAREST.get(name, "Note"), f"cl:{name}"]


def _attachment(each: Attachment) -> dict[str, Any]:
    return {
        "type": MEDIA.get(each.kind, "Document"),
        **_some("url", each.url),
        **_some("name", each.name),
        **_some("mediaType", each.media_type),
    }


def _some(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None or value == "" else {name: value}
