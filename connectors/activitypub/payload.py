"""Activities and objects as they are found: every property may be an address, an object, a list of both, or missing.

https://www.w3.org/TR/activitystreams-core/
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from msgspec import Struct

from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import native

PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
MOST = 100
_FORBIDDEN = frozenset('<>"{}|\\^`')


class Thing(Struct, gc=False):
    """An activity, object or actor."""

    id: Any = None
    type: Any = None
    actor: Any = None
    attributed_to: Any = msgspec.field(default=None, name="attributedTo")
    object: Any = None
    target: Any = None
    origin: Any = None
    to: Any = None
    cc: Any = None
    audience: Any = None
    tag: Any = None
    attachment: Any = None
    url: Any = None
    href: Any = None
    name: Any = None
    summary: Any = None
    content: Any = None
    content_map: Any = msgspec.field(default=None, name="contentMap")
    name_map: Any = msgspec.field(default=None, name="nameMap")
    media_type: Any = msgspec.field(default=None, name="mediaType")
    sensitive: Any = None
    in_reply_to: Any = msgspec.field(default=None, name="inReplyTo")
    context: Any = None
    conversation: Any = None
    quote: Any = None
    quote_uri: Any = msgspec.field(default=None, name="quoteUri")
    quote_url: Any = msgspec.field(default=None, name="quoteUrl")
    published: Any = None
    updated: Any = None
    deleted: Any = None
    start_time: Any = msgspec.field(default=None, name="startTime")
    end_time: Any = msgspec.field(default=None, name="endTime")
    duration: Any = None
    language: Any = None
    former_type: Any = msgspec.field(default=None, name="formerType")
    one_of: Any = msgspec.field(default=None, name="oneOf")
    any_of: Any = msgspec.field(default=None, name="anyOf")
    generator: Any = None
    preferred_username: Any = msgspec.field(default=None, name="preferredUsername")
    replies: Any = None
    ordered_items: Any = msgspec.field(default=None, name="orderedItems")
    items: Any = None
    subject: Any = None
    links: Any = None


THING = msgspec.json.Decoder(Thing)
LIST = msgspec.json.Decoder(list[Any])


def thing(value: Any) -> Thing | None:
    """An embedded object; of a list the first; None for an address or nothing."""
    for one in listed(value):
        if isinstance(one, dict):
            try:
                return msgspec.convert(one, Thing)
            except msgspec.ValidationError:
                return None
    return None


def listed(value: Any) -> list[Any]:
    """A property as a list, whatever it was; at most `MOST`."""
    if value is None:
        return []
    return value[:MOST] if isinstance(value, list) else [value]


def iri(value: Any) -> str | None:
    """The address of what a property names: itself, its `id`, or its `href`; of a list the first."""
    for one in listed(value):
        found = one
        if isinstance(one, dict):
            found = one.get("id") or one.get("@id") or one.get("href")
        if isinstance(found, str) and found.strip():
            return found.strip()
    return None


def uri(address: str | None) -> str | None:
    """An address as an id of ours: itself where it can be one, else percent-encoded. None for none."""
    if address is None:
        return None
    if len(address) > 1500:
        return native("activitypub", "digest", hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest())
    plain = address.isascii() and address.isprintable() and " " not in address and not _FORBIDDEN & set(address)
    if plain and address.startswith(("https://", "http://")) and len(address) > 8:
        return address
    return native("activitypub", "id", address.encode("utf-8", "replace").decode())


def web(value: Any) -> str | None:
    """An address that people can open."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) and " " not in value else None


def word(value: Any) -> str | None:
    """The type of a thing, without its vocabulary; of several the first."""
    for one in listed(value):
        if isinstance(one, str) and one:
            return one.rpartition("#")[2].rpartition(":")[2] or None
    return None


def text(value: Any) -> str | None:
    """A text; of a list the first."""
    return next((one for one in listed(value) if isinstance(one, str)), None)


def required(value: Any, path: str) -> str:
    """The id that a fact cannot do without. Raises `MalformedPayloadError`."""
    found = uri(iri(value))
    if found is None:
        raise MalformedPayloadError("the address is missing", path)
    return found
