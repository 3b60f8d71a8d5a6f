"""A posted form: fields in the charsets that the provider names for each, and files."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit import multipart
from commonline.kit.mail.charsets import decode

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MOST_FIELDS = 1000
_JSON = msgspec.json.Decoder()


class Form:
    """Fields by name, the first of each; files in their order."""

    def __init__(self, parts: list[multipart.Part]) -> None:
        self._fields: dict[str, multipart.Part] = {}
        for part in parts:
            if part.filename is None:
                self._fields.setdefault(part.name, part)
        self.files = [part for part in parts if part.filename is not None]
        self._charsets = self.json("charsets")

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def bytes(self, name: str) -> bytes:
        """A field as it was sent, the line end before the next delimiter left out; empty where there is none."""
        return self._fields[name].data if name in self._fields else b""

    def text(self, name: str) -> str:
        """A field as text. SendGrid names the charset of each in the field ``charsets``."""
        if name not in self._fields:
            return ""
        part = self._fields[name]
        named = self._charsets.get(name) if isinstance(self._charsets, dict) else None
        return decode(part.data, named if isinstance(named, str) else part.charset)

    def json(self, name: str) -> Any:
        """A field that holds JSON; None where there is none, or something else."""
        if name not in self._fields:
            return None
        try:
            return _JSON.decode(self._fields[name].data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


def read(content_type: str, body: bytes) -> Form:
    """The form of a body. Raises `MalformedPayloadError`."""
    if content_type.partition(";")[0].strip().lower() == MULTIPART:
        return Form(multipart.parse(content_type, body))
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedPayloadError(f"a form of more than {MOST_FIELDS} fields") from None
    return Form([multipart.Part(name.decode("utf-8", "replace"), None, "text/plain", None, v) for name, v in pairs])
