"""From an HTTP message to events: attributes and data, whichever of the three content modes carries them.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit.declared import bodies
from commonline.schemas.records import Delivery

PREFIX = "ce-"
BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
VERSIONS = ("1.", "0.3")
JSON = "application/json"
CORE = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "schemaurl", "data"}
    | {"data_base64", "datacontentencoding", "dataref"}
)
"""Attributes that are no extension."""
_decode = msgspec.json.Decoder().decode


class Event(msgspec.Struct, gc=False):
    """One event. `data` is opened as far as its content type is known; `raw` are its bytes where it is not."""

    id: str
    source: str
    type: str
    attributes: dict[str, Any]
    data: Any = None
    raw: bytes | None = None
    content_type: str = ""

    def text(self, name: str) -> str | None:
        """An attribute that is a text and not empty."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) and value else None

    def whole(self) -> dict[str, Any]:
        """Attributes with the data, as the JSON format has them."""
        return {**self.attributes, "data": self.data}


def is_event(told: Any) -> bool:
    """Whether a JSON value is an event at all."""
    return isinstance(told, dict) and "specversion" in told


def structured(told: Any, delivery: Delivery) -> Event:
    """An event of the JSON format. Raises `MalformedPayloadError`."""
    event = _event({name: value for name, value in told.items() if name not in ("data", "data_base64")})
    kind = event.text("datacontenttype") or JSON
    if told.get("data_base64") is not None:
        event.raw = _bytes(told["data_base64"], "data_base64")
    elif told.get("datacontentencoding") == "base64" and isinstance(told.get("data"), str):
        event.raw = _bytes(told["data"], "data")
    elif isinstance(told.get("data"), str) and not _is_json(kind):
        event.raw = told["data"].encode("utf-8", "replace")
    else:
        event.data, event.content_type = told.get("data"), kind
        return event
    return _opened(event, kind, delivery)


def binary(delivery: Delivery) -> Event:
    """An event whose attributes are headers and whose data is the body. Raises `MalformedPayloadError`."""
    named = {
        name.removeprefix(PREFIX): unquote(value) for name, value in delivery.headers.items() if name.startswith(PREFIX)
    }
    event = _event({**named, **({"datacontenttype": delivery.content_type} if delivery.content_type else {})})
    event.raw = delivery.body or None
    return _opened(event, delivery.content_type, delivery) if event.raw else event


def _event(told: dict[str, Any]) -> Event:
    version = told.get("specversion")
    if not isinstance(version, (str, float)) or not str(version).startswith(VERSIONS):
        raise MalformedPayloadError("is no version of CloudEvents that is known: 1.0, 0.3", "specversion")
    for name in ("id", "source", "type"):
        if not isinstance(told.get(name), str) or not told[name]:
            raise MalformedPayloadError("is missing, empty or no text", name)
    return Event(told["id"], told["source"], told["type"], told)


def _opened(event: Event, kind: str, delivery: Delivery) -> Event:
    """The data by its content type, as bodies of any webhook are read."""
    event.content_type = kind
    inner = msgspec.structs.replace(delivery, body=event.raw, content_type=kind, headers={})
    try:
        data = bodies.decode(inner)
    except (MalformedPayloadError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedPayloadError(f"is not what its content type {kind[:80]!r} says: {error}", "data") from None
    if not isinstance(data, bodies.UnsupportedBody):
        event.data, event.raw = data, None
    return event


def _bytes(text: Any, path: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise MalformedPayloadError("is no base64", path) from None


def _is_json(kind: str) -> bool:
    media = kind.partition(";")[0].strip().lower()
    return media.endswith(("/json", "+json"))


def values(body: bytes) -> Any:
    """The JSON of a body. Raises msgspec's errors."""
    return _decode(body)
