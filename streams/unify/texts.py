"""What stands in texts: words, and traces of personal data. One pass in C where that is compiled (ADR 0010).

The patterns here are the definition, for both forms. Linear time; too much rather than too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from commonline.compiled import extension

EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
DIGITS = re.compile(r"(?<![\w@./-])\+?\(?\d(?:[ \u00a0().\-/]{0,3}\d){6,18}(?![\w@])")
DIGIT = re.compile(r"\d")
WORD = re.compile(r"\w+")
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}:\d{2}")
CARD_LENGTHS = range(13, 20)
PHONE_LENGTHS = range(7, 16)
TICKET_TRACE = re.compile(r"(?:#|(?:\A|[tedgTEDG])\W{0,3})\d{3,12}(?!\d)")
"""Where `anchors.NUMBER` could find something, whatever text stands before: t, e, d or g ends its words."""
NAME, HANDLE, ACCOUNT, ADDRESS, PHONE, CARD, ACCOUNT_NUMBER, LINK, FILE, TICKET = (1 << bit for bit in range(10))
KINDS = {
    "name": NAME,
    "handle": HANDLE,
    "account": ACCOUNT,
    "email": ADDRESS,
    "phone": PHONE,
    "card": CARD,
    "iban": ACCOUNT_NUMBER,
    "url": LINK,
    "attachment": FILE,
}
"""Kinds of personal data, as bits: what a policy takes away, and what could stand in an activity."""
_BEYOND = re.compile(r"[^\w\x00-\x7f]")
_IN_WORDS = frozenset(b"_") | {code for code in range(128) if chr(code).isalnum()}
_PLAIN = bytes(ord(chr(code).lower()) if code in _IN_WORDS else code if code > 127 else 32 for code in range(256))


class Words(Protocol):
    """A set of words. Those of one form know those of the same form only."""

    def isdisjoint(self, other: Any, /) -> bool:
        """Whether no word is in both."""

    def update(self, other: Any, /) -> None:
        """Take in the words of another."""


def words_in_python(*texts: str) -> set[str]:
    """Words in small letters: what ``\\w+`` finds. By a table of bytes, which is four times as quick as a search."""
    text = "\n".join(texts)
    if not text.isascii():
        text = text.lower()
        if _BEYOND.search(text) is not None:
            return set(WORD.findall(text))
    return set(text.encode().translate(_PLAIN).decode().split())


def digits_of(text: str) -> str:
    """The digits in a number, as it is dialled or checked."""
    return "".join(char for char in text if char.isascii() and char.isdigit())


def number_kinds(number: str) -> int:
    """Whether a number may be a telephone's or a card's, by how many digits it has. A moment is nobody's."""
    count = len(digits_of(number))
    found = CARD if count in CARD_LENGTHS else 0
    return found | PHONE if count in PHONE_LENGTHS and not MOMENT.search(number) else found


def traces_in_python(*texts: str) -> int:
    """Kinds of personal data, and `TICKET`, that may stand in texts: never too few."""
    found = 0
    for text in texts:
        found |= _traces(text)
    return found


def _traces(text: str) -> int:
    found = LINK if "://" in text else 0
    if "@" in text and EMAIL.search(text):
        found |= ADDRESS
    if "mailto:" in text or "tel:" in text:
        found |= ACCOUNT | ADDRESS | PHONE
    if not DIGIT.search(text):
        return found
    if IBAN.search(text):
        found |= ACCOUNT_NUMBER
    for number in DIGITS.findall(text):
        found |= number_kinds(number)
    if TICKET_TRACE.search(text):
        found |= TICKET
    if found & (ADDRESS | ACCOUNT_NUMBER | CARD):  # the mask of one may be where a number that went on ends
        found |= PHONE | CARD | ACCOUNT_NUMBER
    return found


SOURCES = tuple(Path(__file__).with_name(name) for name in ("texts.c", "words.h"))
_compiled: Any = extension("commonline.streams.unify._texts", *SOURCES).module
words: Callable[..., Words] = words_in_python if _compiled is None else _compiled.words
traces: Callable[..., int] = traces_in_python if _compiled is None else _compiled.traces


@lru_cache(maxsize=1 << 15)
def name_words(name: str) -> Words:
    """Words of a name, kept: names come again."""
    return words(name)
