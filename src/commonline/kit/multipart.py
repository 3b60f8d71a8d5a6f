"""Forms with files (RFC 7578) taken apart: names, file names, and the bytes of every part as they were sent."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32

import msgspec

from commonline.errors import MalformedPayloadError

MOST_PARTS = 1000
LONGEST_HEAD = 16 * 1024
_HEAD_END = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_PARSER = BytesHeaderParser(policy=compat32)


class Part(msgspec.Struct, frozen=True, gc=False):
    """One field. `filename` is None where it is no file; `charset` what its own content type names."""

    name: str
    filename: str | None
    media_type: str
    charset: str | None
    data: bytes
    content_id: str | None = None


def parse(content_type: str, body: bytes) -> list[Part]:
    """The fields in their order; those without a name, and beyond `MOST_PARTS`, are left out.

    Lines may end in a bare ``\\n``, and the end may be missing: captured forms are like that. Raises
    `MalformedPayloadError` where the boundary that the content type names does not occur.
    """
    boundary = _boundary(content_type)
    mark = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    found = mark.search(body) if boundary else None
    if found is None:
        raise MalformedPayloadError("a multipart form without the boundary that its content type names")
    parts: list[Part] = []
    while found is not None and found[1] is None and len(parts) < MOST_PARTS:
        # The line end of a delimiter may be the blank line of a part without a head.
        following = mark.search(body, found.end())
        part = _part(body[found.end() : following.start() if following else len(body)])
        if part is not None:
            parts.append(part)
        found = following
    return parts


def _boundary(content_type: str) -> bytes:
    head = Message()
    head["content-type"] = content_type.encode("ascii", "replace").decode().replace("\r", " ").replace("\n", " ")
    boundary = head.get_boundary()
    return boundary.encode() if boundary else b""


def _part(raw: bytes) -> Part | None:
    end = _HEAD_END.search(raw, 0, LONGEST_HEAD)
    if end is None:
        return None
    head = _PARSER.parsebytes(raw[: end.end()])
    name, filename = (_parameter(head, key) for key in ("name", "filename"))
    if name is None:
        return None
    content_id = str(head.get("content-id", "")).strip().strip("<>").strip() or None
    return Part(name, filename, head.get_content_type(), head.get_content_charset(), raw[end.end() :], content_id)


def _parameter(head: Message, key: str) -> str | None:
    value = head.get_param(key, header="content-disposition")
    if isinstance(value, tuple):
        charset, _, text = value
        try:
            return text.encode("latin-1").decode(charset or "utf-8", "replace")
        except (LookupError, UnicodeError):
            return text
    return None if value is None else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
