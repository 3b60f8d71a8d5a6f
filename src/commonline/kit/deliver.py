"""Making the Delivery record: ids, digest, what is kept of the call. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from commonline.ids import uuid5
from commonline.kit.clean import clean_target
from commonline.kit.instance import Instance
from commonline.kit.request import clean_text
from commonline.kit.source import Item
from commonline.schemas.records import Authentication, Delivery, Mode, Transport

VENDOR_ID_LIMIT = 512
"""Longer ids are no ids; the delivery then counts as one without."""


def delivery_id(source: str, vendor_id: str | None, digest: bytes, received: int) -> str:
    """The same for a redelivery where the vendor names its deliveries; else unique to this one."""
    if vendor_id is not None:
        return uuid5(source, vendor_id)
    return uuid5(source, digest.hex(), str(received))


def delivery(
    instance: Instance,
    body: bytes,
    *,
    received: int,
    transport: Transport,
    authentication: Authentication,
    content_type: str,
    request: str | None = None,
    headers: Mapping[str, str] | None = None,
    vendor_id: str | None = None,
    mode: Mode = "live",
    cursor: str | None = None,
    digest: bytes | None = None,
) -> Delivery:
    """A delivery. `received` in microseconds; `request` and `headers` are already clean (see `clean`); `digest` is the
    body's SHA-256, if somebody has made it already."""
    digest = hashlib.sha256(body).digest() if digest is None else digest
    if vendor_id is not None and not 0 < len(vendor_id) <= VENDOR_ID_LIMIT:
        vendor_id = None
    return Delivery(
        id=delivery_id(instance.name, vendor_id, digest, received),
        workspace=instance.workspace,
        connector=instance.manifest.name,
        source=instance.name,
        transport=transport,
        mode=mode,
        authentication=authentication,
        vendor_id=None if vendor_id is None else clean_text(vendor_id),
        cursor=cursor,
        received=received,
        content_type=clean_text(content_type),
        headers=dict(headers or {}),
        request=request,
        body=body,
        body_size=len(body),
        body_sha256=digest,
    )


def from_item(
    instance: Instance, item: Item, *, received: int, mode: Mode, cursor: str | None, secrets: Iterable[str]
) -> Delivery:
    """A delivery of a poll or stream item. Connectors leave secrets out; what they forgot is hidden here."""
    declared: Transport = "poll" if "poll" in instance.manifest.transports else "stream"
    return delivery(
        instance,
        item.body,
        received=received,
        transport=item.transport or declared,
        authentication="session",
        content_type=item.content_type,
        request=None if item.request is None else clean_target(item.request, secrets),
        headers={name.lower(): clean_text(value) for name, value in item.headers.items()},
        vendor_id=item.vendor_id,
        mode=mode,
        cursor=cursor,
    )


class VendorId:
    """Reads the vendor's delivery id from one top-level field of a JSON body."""

    def __init__(self, field: str) -> None:
        form = msgspec.defstruct("_Body", [("value", str | int | None, None)], rename={"value": field})
        self._decoder = msgspec.json.Decoder(form)

    def __call__(self, body: bytes) -> str | None:
        """The id, or None: no JSON object, no such field, or not a text or number. Never raises."""
        try:
            value = self._decoder.decode(body).value  # type: ignore[attr-defined]
        except (ValueError, RecursionError):
            return None
        return None if value is None else str(value)
