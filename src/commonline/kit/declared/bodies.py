"""A delivery's body as plain values: what expressions are read from, whatever the product sends.

JSON (also as ``…+json``, or sent as text or a form by mistake), one JSON value a line, forms (a lone field that holds
JSON is opened), multipart forms, XML (elements as keys, attributes as ``@name``), and text as ``{"text": …}``.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl
from xml.parsers.expat import ErrorString, ExpatError

import msgspec
import xmltodict

from commonline.errors import MalformedPayloadError
from commonline.kit import multipart
from commonline.kit.text import html_to_text
from commonline.schemas.records import Delivery

MAX_FIELDS = 1000
JSON_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-seq"})
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_decode = msgspec.json.Decoder().decode
_LAX = frozenset({"", "text/plain", "application/octet-stream", "application/text", FORM})
_WHITE = b" \t\r\n"
_DECLARATION = re.compile(rb"<\?xml[^>]{0,100}?encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")


class UnsupportedBody:
    """A content type that holds no values and no text."""

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type


class Damaged:
    """One line of several that is no JSON; the others are mapped."""

    def __init__(self, message: str) -> None:
        self.message = message


def media_type(delivery: Delivery) -> str:
    """The content type without parameters, lower case."""
    return delivery.content_type.partition(";")[0].strip().lower()


def decode(delivery: Delivery) -> Any:
    """The body as values, a list of `Damaged` and values for JSON lines, or `UnsupportedBody`.

    Raises `MalformedPayloadError` and msgspec's errors: the body is not what its content type says.
    """
    body = (delivery.body or b"").removeprefix(b"\xef\xbb\xbf")
    kind = media_type(delivery)
    if kind == "application/json" or kind.endswith("+json") or kind == "text/json":
        return _decode(body) if body.strip(_WHITE) else None
    if kind in JSON_LINES:
        return [_line(line) for line in body.split(b"\n") if line.strip(b"\x1e" + _WHITE)]
    if kind in _LAX and body.lstrip(_WHITE)[:1] in (b"{", b"["):
        try:
            return _decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            if kind != "text/plain":
                raise
    if not body.strip(_WHITE):
        return None
    if kind == FORM:
        return _form(body)
    if kind == MULTIPART:
        return _multipart(delivery.content_type, body)
    if kind.endswith(("/xml", "+xml")) and kind != "application/xhtml+xml":
        return _xml(body, _charset(delivery))
    return _text(kind, body, _charset(delivery))


def _line(line: bytes) -> Any:
    try:
        return _decode(line.strip(b"\x1e" + _WHITE))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Damaged(str(error))
    except RecursionError:
        return Damaged("nested too deeply")


def _form(body: bytes) -> Any:
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise MalformedPayloadError(f"a form of more than {MAX_FIELDS} fields") from None
    return _opened(_gathered(pairs))


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Fields by name; one that comes several times is a list."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        known = fields.get(name)
        if known is None:
            fields[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            fields[name] = [known, value]
    return fields


def _opened(fields: dict[str, Any]) -> Any:
    """A form whose only field is JSON (GitHub, Slack: ``payload=…``) is that JSON."""
    if len(fields) != 1:
        return fields
    value = next(iter(fields.values()))
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return fields
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeError):
        return fields


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for part in multipart.parse(content_type, body):
        fields.setdefault(part.name, _part(part))
    return fields


def _part(part: multipart.Part) -> Any:
    if part.filename is not None:
        return {"filename": part.filename, "type": part.media_type, "size": len(part.data)}
    return part.data.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")


def _xml(body: bytes, charset: str | None) -> Any:
    """Elements as keys; entities of a document's own are refused. The header's charset outweighs the declaration's."""
    declared = _DECLARATION.match(body)
    named = charset or (declared[1].decode("ascii") if declared else "utf-8")
    try:
        text = body if named.lower() in ("utf-8", "utf-16") else body.decode(named)
        return xmltodict.parse(text)
    except ExpatError as error:
        message = f"not well-formed XML: {ErrorString(error.code)}"
        raise MalformedPayloadError(message, path=f"line {error.lineno} column {error.offset}") from None
    except (ValueError, LookupError) as error:
        raise MalformedPayloadError(f"XML that is not read: {type(error).__name__}") from None


def _charset(delivery: Delivery) -> str | None:
    """The parameter ``charset`` of the content type."""
    for parameter in delivery.content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"') or None
    return None


def _text(kind: str, body: bytes, charset: str | None) -> Any:
    """Text of any type; without a content type, a body is text if it is UTF-8."""
    if not (kind.startswith(("text/", "message/")) or kind in _LAX or kind == "application/xhtml+xml"):
        return UnsupportedBody(kind)
    try:
        text = body.decode(charset or "utf-8")
    except (UnicodeDecodeError, LookupError):
        if not kind.startswith(("text/", "message/")):
            return UnsupportedBody(kind or "without content type")
        text = body.decode("latin-1")
    if kind in ("text/html", "application/xhtml+xml"):
        text = html_to_text(text)
    return {"text": text}
