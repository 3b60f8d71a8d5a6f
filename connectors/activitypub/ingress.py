"""Every call is judged by the public key of whom it is from.

The key's document says whose it is; that somebody and the activity's actor must be of one server, for a server answers
for its own people and nobody else's. https://swicg.github.io/activitypub-http-signature/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urldefrag, urlsplit

import msgspec

from commonline.errors import AuthenticationError
from commonline.kit import http_signatures
from commonline.kit.documents import Document
from commonline.kit.hooks import Settings, Verified
from commonline.kit.request import Request


class _Key(msgspec.Struct):
    id: str | None = None
    owner: str | None = None
    pem: str | None = msgspec.field(default=None, name="publicKeyPem")


class _Holder(msgspec.Struct):
    id: str | None = None
    key: Any = msgspec.field(default=None, name="publicKey")
    owner: str | None = None
    pem: str | None = msgspec.field(default=None, name="publicKeyPem")


class _Activity(msgspec.Struct):
    id: Any = None
    actor: Any = None


_HOLDER = msgspec.json.Decoder(_Holder)
_ACTIVITY = msgspec.json.Decoder(_Activity)


def needs(request: Request, settings: Settings) -> list[str]:  # noqa: ARG001 - the hook's form
    """The document of the key that the call names. Raises `AuthenticationError` for a call without a signature."""
    return [urldefrag(http_signatures.read(request).key_id)[0]]


def verify_by(request: Request, settings: Settings, now_us: int, found: Mapping[str, Document]) -> Verified:  # noqa: ARG001
    """Accept or raise `AuthenticationError`."""
    signed = http_signatures.read(request)
    address = urldefrag(signed.key_id)[0]
    document = found.get(address)
    if document is None:
        raise AuthenticationError("key-address-refused")
    if document.body is None:
        raise AuthenticationError("key-gone")
    key = _key(document.body, signed.key_id)
    actor = _actor(request.body)
    if not key.pem or not key.owner:
        raise AuthenticationError("key-unusable")
    if _host(key.owner) != _host(address):
        raise AuthenticationError("key-of-another-server")
    if _host(actor) != _host(key.owner):
        raise AuthenticationError("actor-of-another-server")
    http_signatures.verify(signed, key.pem, now_us)
    return Verified("signature", _id(request.body))


def _key(body: bytes, key_id: str) -> _Key:
    """The key of that name: in its holder's document, or a document of its own."""
    try:
        holder = _HOLDER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AuthenticationError("key-unusable") from None
    keys = holder.key if isinstance(holder.key, list) else [holder.key]
    for one in keys:
        try:
            key = msgspec.convert(one, _Key)
        except msgspec.ValidationError:
            continue
        if key.id == key_id or (len(keys) == 1 and key.id is None):
            return _Key(key.id, key.owner or holder.id, key.pem)
    if holder.pem and holder.id == key_id:
        return _Key(holder.id, holder.owner, holder.pem)
    raise AuthenticationError("key-not-there")


def _actor(body: bytes) -> str:
    try:
        told = _ACTIVITY.decode(body).actor
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AuthenticationError("actor-missing") from None
    if isinstance(told, list) and len(told) == 1:
        told = told[0]
    found = told.get("id") if isinstance(told, dict) else told
    if not isinstance(found, str) or not found:
        raise AuthenticationError("actor-missing")
    return found


def _id(body: bytes) -> str | None:
    found = _ACTIVITY.decode(body).id
    return found if isinstance(found, str) and found else None


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        return ""
