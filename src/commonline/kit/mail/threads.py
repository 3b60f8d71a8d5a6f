"""Which exchange a mail belongs to (contract §5.7): the first of References, else In-Reply-To, else itself."""

from __future__ import annotations

from commonline.kit.mail.headers import Headers, mid
from commonline.schemas.records import Reference

MOST = 20
"""References kept: the root and the latest ones."""
_PREFIXES = ("re:", "fw:", "fwd:", "aw:", "wg:", "sv:", "vs:", "vb:", "antw:", "tr:", "rv:", "res:", "enc:", "rif:")
_PREFIXES_WIDE = ("回复:", "回复：", "答复:", "答复：", "转发:", "转发：", "re：", "fw：")
_LONGEST_COUNT = 4


def root_of(headers: Headers, own: str | None) -> str | None:
    """Message id of the first mail of the exchange, as far as this one tells."""
    told = headers.ids("references") or headers.ids("in-reply-to")
    return told[0] if told else own


def references_of(headers: Headers, own: str | None) -> list[Reference]:
    """The mail that this one answers (`reply`), then the others of the exchange (`thread`), root first."""
    chain = headers.ids("references")
    answered = headers.ids("in-reply-to")
    parent = answered[0] if answered else (chain[-1] if chain else None)
    found: list[Reference] = []
    if parent and parent != own:
        found.append(Reference(kind="reply", id=mid(parent)))
    others = [one for one in dict.fromkeys([*chain, *answered[1:]]) if one not in (parent, own)]
    if len(others) > MOST:
        others = [others[0], *others[-MOST + 1 :]]
    return found + [Reference(kind="thread", id=mid(one)) for one in others]


def title_of(subject: str | None) -> str | None:
    """The subject without ``Re:``, ``Fwd: AW:``, ``Re[2]:`` and their like."""
    if subject is None:
        return None
    rest = subject.strip()
    while True:
        shorter = _without_prefix(rest)
        if shorter == rest:
            return rest
        rest = shorter


def _without_prefix(text: str) -> str:
    low = text.lower()
    for prefix in (*_PREFIXES, *_PREFIXES_WIDE):
        if low.startswith(prefix):
            return text[len(prefix) :].lstrip()
        word = prefix[:-1]
        if low.startswith(f"{word}["):
            count, closed, rest = low[len(word) + 1 :].partition("]:")
            if closed and count.isdecimal() and len(count) <= _LONGEST_COUNT:
                return text[len(text) - len(rest) :].lstrip()
    return text
