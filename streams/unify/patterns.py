"""Personal data in free text, masked: addresses, telephone, card and account numbers, links.

What is looked for is in `texts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import phonenumbers

from commonline.streams.unify.texts import (
    ACCOUNT,
    ACCOUNT_NUMBER,
    ADDRESS,
    CARD,
    DIGITS,
    EMAIL,
    IBAN,
    KINDS,
    LINK,
    PHONE,
    digits_of,
    number_kinds,
    traces,
)

URL = re.compile(r"https?://[^\s<>\"']{1,2000}")
MASKS = {"email": "[e-mail]", "phone": "[phone]", "card": "[card]", "iban": "[iban]", "url": "[link]"}
MASKED = ADDRESS | PHONE | CARD | ACCOUNT_NUMBER | LINK
IN_ACCOUNTS = ACCOUNT | ADDRESS | PHONE
Found = Callable[[str], None]


def kinds_of(names: Iterable[str]) -> int:
    """The bits of kinds; names that this program does not know stand for nothing it could find."""
    return sum({KINDS.get(name, 0) for name in names})


def account_kind(uri: str) -> int:
    """What an account's scheme says that it is: an address, a telephone number, or neither (0)."""
    if uri.startswith("mailto:"):
        return ADDRESS
    return PHONE if uri.startswith("tel:") else 0


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
    stand = traces(text)
    if not kinds & stand:
        return text
    if kinds & stand & (LINK | ADDRESS):
        if kinds & LINK and "://" in text:
            text = _replace(URL, text, "url", found)
        if kinds & ADDRESS and "@" in text:
            text = _replace(EMAIL, text, "email", found)
        stand = traces(text)  # a mask may end a number that went on
    if kinds & stand & ACCOUNT_NUMBER:
        text = _replace(IBAN, text, "iban", found, is_iban)
        stand = traces(text)
    if kinds & stand & CARD:
        text = _replace(DIGITS, text, "card", found, _is_card)
    if kinds & stand & PHONE:
        text = _replace(DIGITS, text, "phone", found, lambda number: _is_phone(number, region))
    return text


def _replace(
    pattern: re.Pattern[str], text: str, kind: str, found: Found, sure: Callable[[str], bool] | None = None
) -> str:
    def put(match: re.Match[str]) -> str:
        if sure is not None and not sure(match[0]):
            return match[0]
        found(kind)
        return MASKS[kind]

    return pattern.sub(put, text)


def _is_card(text: str) -> bool:
    return number_kinds(text) & CARD != 0 and luhn(digits_of(text))


def _is_phone(text: str, region: str | None) -> bool:
    if not number_kinds(text) & PHONE:
        return False
    if text.lstrip("(").startswith(("+", "0")):
        return True
    try:
        parsed = phonenumbers.parse(text, region or "US")
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(parsed)) and any(char in text for char in " -/.()")
