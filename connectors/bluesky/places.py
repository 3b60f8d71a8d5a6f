"""Addresses of records and accounts: ``at://<did>/<collection>/<key>``, and the people behind them.

https://atproto.com/specs/at-uri-scheme · https://atproto.com/specs/did · https://atproto.com/specs/record-key
"""

from __future__ import annotations

import re

from msgspec import Raw, Struct

from commonline.connectors.bluesky.payload import Author, View
from commonline.errors import MalformedPayloadError
from commonline.kit.text import one_line
from commonline.schemas.records import Party, Role

DID = re.compile(r"did:[a-z]{1,32}:[A-Za-z0-9._:-]{1,256}\Z")
_COLLECTION = re.compile(r"[A-Za-z0-9.-]{1,317}\Z")
_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}\Z")
_ADDRESS = re.compile(
    r"at://(did:[a-z]{1,32}:[A-Za-z0-9._:-]{1,256})/([A-Za-z0-9.-]{1,317})/([A-Za-z0-9._:~-]{1,512})\Z"
)
POST = "app.bsky.feed.post"


class Made(Struct, frozen=True, kw_only=True):
    """A record: what was done to it, where it stands, by whom, and when the service saw it (microseconds)."""

    operation: str
    collection: str
    uri: str
    author: Author
    record: Raw
    ours: str | None
    cid: str | None = None
    at: int | None = None
    view: View | None = None


def address(did: str, collection: str, key: str) -> str:
    """A record's address. Raises `MalformedPayloadError` for parts that cannot be one."""
    if not DID.match(did):
        raise MalformedPayloadError("is no DID", "did")
    if not _COLLECTION.match(collection) or not _KEY.match(key) or key in (".", ".."):
        raise MalformedPayloadError("is no record's key", "commit.rkey")
    return f"at://{did}/{collection}/{key}"


def parts(uri: str | None) -> tuple[str, str, str] | None:
    """DID, collection and key of an address; None if it is none."""
    found = _ADDRESS.match(uri or "")
    return (found[1], found[2], found[3]) if found else None


def did_of(uri: str | None) -> str | None:
    """Whose record it is."""
    found = parts(uri)
    return found[0] if found else None


def is_did(text: str | None) -> bool:
    """Whether this is somebody's DID."""
    return text is not None and DID.match(text) is not None


def person(ours: str | None, author: Author, role: Role) -> Party | None:
    """Somebody; None without a DID."""
    if not is_did(author.did):
        return None
    handle = one_line(author.handle)
    name = one_line(author.name) or handle
    found = Party(account=author.did, kind="person", role=role, name=name, handle=handle)
    if author.did == ours:
        found.side = "us"
    return found


def page(uri: str) -> str | None:
    """Where people read a post or see a profile."""
    found = parts(uri)
    if found is None:
        return None
    did, collection, key = found
    profile = f"https://bsky.app/profile/{did}"
    return f"{profile}/post/{key}" if collection == POST else profile
