"""Header fields as people wrote them: encoded words, raw 8-bit text, addresses, message ids, times.

The rules are RFC 5322 and RFC 2047, read leniently: text is decoded before it is taken apart only where it is not
ASCII, so that a comma inside an encoded name parts no addresses.
"""

from __future__ import annotations

import binascii
import inspect
import quopri
import re
from email.message import Message
from email.utils import getaddresses
from typing import Any
from urllib.parse import quote

import msgspec

from commonline.kit import times
from commonline.kit.mail import charsets
from commonline.kit.text import tidy

LONGEST = 256 * 1024
"""Characters of one header field that are read."""
LONGEST_LIST = 64 * 1024
"""Characters of all fields of one name that are read as addresses."""
LONGEST_ID = 998
_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_FOLD = re.compile(r"\r?\n[ \t]?|\r")
_IN_BRACKETS = re.compile(r"<([^<>]{1,1998})>")
_STRICT: dict[str, Any] = {"strict": False} if "strict" in inspect.signature(getaddresses).parameters else {}


class Address(msgspec.Struct, frozen=True, gc=False):
    """A mailbox: display name (None if there is none) and address as written."""

    name: str | None
    address: str


class Headers:
    """All header fields of one message or part, by lower-case name. `hint` is the charset that the body names."""

    def __init__(self, message: Message, hint: str | None = None) -> None:
        self._raw: dict[str, list[str]] = {}
        self._hint = hint
        self._addresses: dict[str, list[Address]] = {}
        for name, value in message.raw_items():
            self._raw.setdefault(name.lower(), []).append(str(value)[:LONGEST])

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def __bool__(self) -> bool:
        return bool(self._raw)

    def raw(self, name: str) -> str | None:
        """The first field of that name, unfolded, not decoded; 8-bit text repaired."""
        values = self._raw.get(name)
        return self._repaired(values[0]) if values else None

    def all(self, name: str) -> list[str]:
        """All fields of that name, unfolded, not decoded."""
        return [self._repaired(value) for value in self._raw.get(name, ())]

    def text(self, name: str) -> str | None:
        """The first field of that name as people read it."""
        value = self.raw(name)
        return None if value is None else words(value, self._hint)

    def word(self, name: str) -> str:
        """The first field of that name as one token: lower case, comments and parameters left out."""
        value = self.raw(name) or ""
        return value.partition(";")[0].partition("(")[0].strip().lower()

    def addresses(self, name: str) -> list[Address]:
        """The mailboxes of all fields of that name, in order, without repeats."""
        if name not in self._addresses:
            self._addresses[name] = self._parsed(name)
        return self._addresses[name]

    def _parsed(self, name: str) -> list[Address]:
        found: dict[str, Address] = {}
        try:
            pairs = getaddresses(self._within(name, LONGEST_LIST), **_STRICT)
        except (RecursionError, IndexError):
            return []
        for name_text, address in pairs:
            plain = words(address, self._hint).strip().strip("<>")
            if "@" not in plain:
                continue
            shown = words(name_text, self._hint).strip("'\" ")
            same = not shown or shown.lower() == plain.lower()
            found.setdefault(plain.lower(), Address(None if same else shown, plain))
        return list(found.values())

    def ids(self, name: str) -> list[str]:
        """The message ids in ``<>`` of all fields of that name, without repeats. A fold inside one is healed."""
        return list(dict.fromkeys(one for value in self.all(name) for one in message_ids(value)))

    def own_id(self) -> str | None:
        """The Message-ID, even without brackets."""
        value = self.raw("message-id") or ""
        found = message_ids(value) or value.replace("<", " ").replace(">", " ").split()
        return found[0] if found else None

    def _within(self, name: str, most: int) -> list[str]:
        values: list[str] = []
        for value in self.all(name):
            values.append(value[:most])
            most -= len(value)
            if most <= 0:
                break
        return values

    def _repaired(self, value: str) -> str:
        flat = _FOLD.sub(" ", value)
        if flat.isascii() and "\x1b" not in flat:
            return flat
        return charsets.decode(flat.encode("utf-8", "surrogateescape"), None, self._hint)


def words(value: str, hint: str | None = None) -> str:
    """Encoded words decoded, white space collapsed, control characters gone."""
    if "=?" in value:
        value = _decoded(value, hint)
    return " ".join(tidy(value.replace("\0", ""), []).text.split())


def _decoded(value: str, hint: str | None) -> str:
    parts: list[str] = []
    run: list[bytes] = []
    run_charset = ""
    at = 0
    for found in _WORD.finditer(value):
        between = value[at : found.start()]
        data = _word_bytes(found[2], found[3])
        charset = found[1].partition("*")[0].lower()
        joins = bool(run) and not between.strip() and charset == run_charset and data is not None
        if not joins and run:
            parts.append(charsets.decode(b"".join(run), run_charset, hint))
            run = []
            between = "" if not between.strip() and data is not None else between
        elif joins:
            between = ""
        parts.append(between)
        if data is None:
            parts.append(found[0])
        else:
            run.append(data)
            run_charset = charset
        at = found.end()
    if run:
        parts.append(charsets.decode(b"".join(run), run_charset, hint))
    return "".join([*parts, value[at:]])


def _word_bytes(encoding: str, text: str) -> bytes | None:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return quopri.decodestring(data.replace(b" ", b"_"), header=True)
    stripped = data.rstrip(b"=")
    try:
        decoded = binascii.a2b_base64(stripped + b"=" * (-len(stripped) % 4))
    except binascii.Error:
        return None
    return decoded if decoded or not stripped else None


def message_ids(value: str) -> list[str]:
    """The ids of a field. Bare words are none: programs write addresses there, which many mails share."""
    found = ("".join(one.split()) for one in _IN_BRACKETS.findall(value))
    return [one for one in found if one]


def mid(message_id: str) -> str:
    """The ``mid:`` URL of a message id (RFC 2392)."""
    return "mid:" + quote(message_id[:LONGEST_ID], safe="@!$&'*+-/=?_~.,;:()")


def when(value: str | None) -> int | None:
    """Microseconds of a Date field, or of the end of a Received field."""
    if not value:
        return None
    return times.from_text(value.rpartition(";")[2])
