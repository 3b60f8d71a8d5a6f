"""Personal data in free text: addresses, telephone, card and account numbers.

Linear time; too much rather than too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import phonenumbers

EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
DIGITS = re.compile(r"(?<![\w@./-])\+?\(?\d(?:[ \u00a0().\-/]{0,3}\d){6,18}(?![\w@])")
DIGIT = re.compile(r"\d")
WORD = re.compile(r"\w+")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}:\d{2}")
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
CARD_LENGTHS = range(13, 20)
PHONE_LENGTHS = range(7, 16)
URL = re.compile(r"https?://[^\s<>\"']{1,2000}")
MASKS = {"email": "[e-mail]", "phone": "[phone]", "card": "[card]", "iban": "[iban]", "url": "[link]"}
NAME, HANDLE, ACCOUNT, ADDRESS, PHONE, CARD, ACCOUNT_NUMBER, LINK, FILE = (1 << bit for bit in range(9))
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
MASKED = ADDRESS | PHONE | CARD | ACCOUNT_NUMBER | LINK
IN_ACCOUNTS = ACCOUNT | ADDRESS | PHONE
Found = Callable[[str], None]
_BEYOND = re.compile(r"[^\w\x00-\x7f]")
_IN_WORDS = frozenset(b"_") | {code for code in range(128) if chr(code).isalnum()}
_PLAIN = bytes(ord(chr(code).lower()) if code in _IN_WORDS else code if code > 127 else 32 for code in range(256))
_DULL = bytes(code for code in range(256) if chr(code) not in "0123456789@:")
_IN_ADDRESSES = b"abcdefghijklmnopqrstuvwxyz0123456789_./-"


def kinds_of(names: Iterable[str]) -> int:
    """The bits of kinds; names that this program does not know stand for nothing it could find."""
    return sum({KINDS.get(name, 0) for name in names})


def words(text: str) -> set[str]:
    """Words in small letters: what ``\\w+`` finds. By a table of bytes, which is four times as quick as a search."""
    if not text.isascii():
        text = text.lower()
        if _BEYOND.search(text) is not None:
            return set(WORD.findall(text))
    return set(text.encode().translate(_PLAIN).decode().split())


def telling(text: str) -> bool:
    """Whether anything in a text could belong to an address, a number or a link: false of most texts."""
    if text.encode().translate(None, _DULL):
        return True
    return not text.isascii() and DIGIT.search(text) is not None


@lru_cache(maxsize=1 << 15)
def name_words(name: str) -> frozenset[str]:
    """Words of a name, kept: names come again."""
    return frozenset(words(name))


@lru_cache(maxsize=1 << 15)
def name_traces(name: str) -> int:
    """As `traces`, kept."""
    return traces(name)


def account_kind(uri: str) -> int:
    """What an account's scheme says that it is: an address, a telephone number, or neither (0)."""
    if uri.startswith("mailto:"):
        return ADDRESS
    return PHONE if uri.startswith("tel:") else 0


def plain_address(url: str) -> bool:
    """Whether a web address is of the simplest kind, in which nothing else can hide."""
    return url.startswith("http") and "://" in url and url.encode().translate(None, _IN_ADDRESSES) == b":"


def luhn(digits: str) -> bool:
    """Check digit of payment cards (ISO/IEC 7812-1)."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char)
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Check digits of ISO 13616."""
    compact = text.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def mask(text: str, kinds: int, region: str | None, found: Found) -> str:
    """`text` with what is of `kinds` replaced by its mask; `found` is told each kind that was there."""
    if kinds & LINK and "://" in text:
        text = _replace(URL, text, "url", found)
    if kinds & ADDRESS and "@" in text:
        text = _replace(EMAIL, text, "email", found)
    if not DIGIT.search(text):
        return text
    if kinds & ACCOUNT_NUMBER:
        text = _replace(IBAN, text, "iban", found, is_iban)
    if DIGITS.search(text):
        if kinds & CARD:
            text = _replace(DIGITS, text, "card", found, _is_card)
        if kinds & PHONE:
            text = _replace(DIGITS, text, "phone", found, lambda number: _is_phone(number, region))
    return text


def traces(text: str) -> int:
    """Kinds of personal data that may stand in a text: never too few."""
    found = 0
    if "@" in text and EMAIL.search(text):
        found |= ADDRESS
    if "mailto:" in text or "tel:" in text:
        found |= ACCOUNT | ADDRESS | PHONE
    if "://" in text:
        found |= LINK
    if DIGIT.search(text):
        if IBAN.search(text):
            found |= ACCOUNT_NUMBER
        if DIGITS.search(text):
            found |= PHONE | CARD
    return found


def _replace(
    pattern: re.Pattern[str], text: str, kind: str, found: Found, sure: Callable[[str], bool] | None = None
) -> str:
    def put(match: re.Match[str]) -> str:
        if sure is not None and not sure(match[0]):
            return match[0]
        found(kind)
        return MASKS[kind]

    return pattern.sub(put, text)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isdigit())


def _is_card(text: str) -> bool:
    digits = _digits(text)
    return len(digits) in CARD_LENGTHS and luhn(digits)


def _is_phone(text: str, region: str | None) -> bool:
    digits = _digits(text)
    if len(digits) not in PHONE_LENGTHS or MOMENT.search(text):
        return False
    if text.lstrip("(").startswith(("+", "0")):
        return True
    try:
        parsed = phonenumbers.parse(text, region or "US")
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(parsed)) and any(char in text for char in " -/.()")
