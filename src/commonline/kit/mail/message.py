"""Bytes to a message: the standard library's parser behind limits that hostile mails would otherwise find.

The parser needs time of depth times lines, and of the square of a parameter list's length; it recurses with depth.
"""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32

from commonline.errors import MalformedPayloadError

DEEPEST = 20
"""Multiparts within multiparts."""
MOST_DELIMITERS = 10_000
LONGEST_FIELD = 256 * 1024
LONGEST_PARAMETERS = 8 * 1024
KNOWN = frozenset(
    {"from", "sender", "to", "cc", "subject", "date", "message-id", "received", "return-path", "reply-to"}
    | {"delivered-to", "mime-version", "content-type", "in-reply-to", "references"}
)
_DECLARED = re.compile(rb"""boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))""", re.IGNORECASE)
_DELIMITER = re.compile(rb"^--([^\r\n]{1,202})", re.MULTILINE)


class _Policy(Compat32):
    """Keeps fields as they are, up to a length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        most = LONGEST_PARAMETERS if name.lower().startswith("content-") else LONGEST_FIELD
        return name, value[:most]


_PARSER = BytesParser(policy=_Policy())


def parse(raw: bytes) -> Message:
    """The message. Raises `MalformedPayloadError` for what is none, or is nested or cut up beyond the limits."""
    _check(raw)
    try:
        message: Message = _PARSER.parsebytes(raw)
    except (RecursionError, ValueError, LookupError, AssertionError) as error:
        raise MalformedPayloadError(f"the message cannot be parsed: {type(error).__name__}", "message") from None
    if not any(name.lower() in KNOWN for name, _ in message.raw_items()):
        raise MalformedPayloadError("no header field of a mail is there", "headers")
    return message


def _check(raw: bytes) -> None:
    declared = {quoted or plain for quoted, plain in _DECLARED.findall(raw)}
    if not declared:
        return
    open_now: list[bytes] = []
    for count, found in enumerate(_DELIMITER.finditer(raw)):
        if count > MOST_DELIMITERS:
            raise MalformedPayloadError(f"more than {MOST_DELIMITERS} delimiter lines", "message")
        line = found[1].rstrip()
        name = line if line in declared else line.removesuffix(b"--")
        if name in open_now:
            del open_now[open_now.index(name) + (name == line) :]
        elif name in declared:
            open_now.append(name)
        if len(open_now) > DEEPEST:
            raise MalformedPayloadError(f"parts are nested deeper than {DEEPEST}", "message")
