"""A mail put together again of what a provider took apart, so that it is read like any other.

Where the texts are UTF-8 and the parts in their order, the facts are those of the original: the same ids as by IMAP.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from email.parser import BytesHeaderParser
from email.policy import compat32

import msgspec

CHECKED_BY = "provider.invalid"
"""Who stands in Authentication-Results for what the provider found; nobody else may."""
RESULTS = "authentication-results"
_BOUNDARY = "=_mail"
_ALTERNATIVE = "=_text"
_REPLACED = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})
_PARSER = BytesHeaderParser(policy=compat32)


class File(msgspec.Struct, frozen=True, gc=False):
    """An attachment."""

    name: str
    media_type: str
    data: bytes
    content_id: str | None = None


class Pieces(msgspec.Struct, gc=False):
    """What a provider gives. `headers` in their order; `results` is what it found out about the sender."""

    headers: list[tuple[str, str]]
    text: str = ""
    html: str = ""
    files: list[File] = []
    results: str = ""


def header_block(block: bytes) -> list[tuple[str, str]]:
    """The header fields of a mail as they were written."""
    return [(name, str(value)) for name, value in _PARSER.parsebytes(block.lstrip()).raw_items()]


def told(headers: Iterable[tuple[str, str]], name: str) -> bool:
    """Whether a field of that lower-case name is there."""
    return any(key.lower() == name for key, _ in headers)


def mail(pieces: Pieces) -> bytes:
    """The mail, RFC 5322."""
    lines = [_line(*one) for one in pieces.headers if _is_kept(*one)]
    if pieces.results:
        lines.insert(0, _line("Authentication-Results", f"{CHECKED_BY}; {pieces.results}"))
    lines += [_line("MIME-Version", "1.0"), _line("Content-Type", f'multipart/mixed; boundary="{_BOUNDARY}"'), b""]
    parts = [_texts(pieces), *(_file(one) for one in pieces.files)]
    for part in filter(None, parts):
        lines += [f"--{_BOUNDARY}".encode(), part]
    return b"\r\n".join([*lines, f"--{_BOUNDARY}--".encode(), b""])


def with_results(raw: bytes, results: str) -> tuple[bytes, bool]:
    """A raw mail with what the provider found out before it; without, where the sender claims to be the provider."""
    if not results or CHECKED_BY.encode() in raw.lower():
        return raw, False
    return _line("Authentication-Results", f"{CHECKED_BY}; {results}") + b"\r\n" + raw.lstrip(b"\r\n"), True


def _is_kept(name: str, value: str) -> bool:
    key = name.lower()
    return key not in _REPLACED and not (key == RESULTS and CHECKED_BY in value.lower())


def _line(name: str, value: str) -> bytes:
    """One field on one line: nothing that somebody wrote may begin another."""
    flat = " ".join(value.replace("\0", "").split())
    key = "".join(character for character in name if character.isalnum() or character in "-_")
    try:
        return f"{key}: {flat}".encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return f"{key}: {flat}".encode("utf-8", "replace")


def _texts(pieces: Pieces) -> bytes | None:
    texts = [("plain", pieces.text), ("html", pieces.html)]
    parts = [_part(f"text/{kind}; charset=utf-8", one.encode("utf-8", "replace")) for kind, one in texts if one]
    if len(parts) < 2:
        return parts[0] if parts else None
    lines = [f'Content-Type: multipart/alternative; boundary="{_ALTERNATIVE}"'.encode(), b""]
    for part in parts:
        lines += [f"--{_ALTERNATIVE}".encode(), part]
    return b"\r\n".join([*lines, f"--{_ALTERNATIVE}--".encode(), b""])


def _file(file: File) -> bytes:
    quoted = file.name.replace("\\", "").replace('"', "'")
    kind = file.media_type if file.media_type.count("/") == 1 and file.media_type.isascii() else ""
    head = [_line("Content-Disposition", f'attachment; filename="{quoted}"')]
    if file.content_id:
        head.append(_line("Content-ID", f"<{file.content_id.strip('<>')}>"))
    return b"\r\n".join([*head, _part(kind or "application/octet-stream", file.data)])


def _part(kind: str, data: bytes) -> bytes:
    encoded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    return b"\r\n".join([_line("Content-Type", kind), b"Content-Transfer-Encoding: base64", b"", encoded])
