"""Bytes to text where the label is missing, wrong or unknown.

Labels are read as browsers do (WHATWG Encoding Standard: ``iso-8859-1`` means windows-1252, ``gb2312`` means
GB 18030), because mail programs label by the same habits. What does not decode is read as UTF-8, else as what
charset-normalizer takes it for, else as windows-1252 with replacement characters.
"""

from __future__ import annotations

import codecs
from functools import lru_cache

from charset_normalizer import from_bytes

SAMPLE = 8 * 1024
"""Bytes that are looked at to guess an encoding."""
SHORTEST_GUESS = 12
"""Shorter texts fit too many encodings to be guessed."""
LATIN_SHARE = 5
"""Fewer than one byte in five beyond ASCII: a text in Latin letters with accents, thus windows-1252."""
_WIDER = {
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_LABELS = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "x-x-big5": "big5hkscs",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "iso-8859-8-i": "iso8859-8",
    "cp-850": "cp850",
    "ansi_x3.110-1983": "cp1252",
}
_UNLABELLED = frozenset({"", "none", "unknown", "unknown-8bit", "x-unknown", "default", "default_charset", "binary"})
ESCAPE = b"\x1b"


@lru_cache(maxsize=256)
def codec(label: str) -> str | None:
    """The Python codec that a charset label means, None if it means none."""
    name = label.strip().strip("\"'").lower()
    if name in _UNLABELLED:
        return None
    try:
        info = codecs.lookup(_LABELS.get(name, name))
    except (LookupError, ValueError, UnicodeError):
        return None
    if info.name in _REFUSED or not getattr(info, "_is_text_encoding", True):
        return None
    return _WIDER.get(info.name, info.name)


def decode(data: bytes, label: str | None = None, hint: str | None = None) -> str:
    """Text of bytes. `label` is what they are said to be, `hint` what stands near them. Never raises."""
    if not data:
        return ""
    if ESCAPE not in data and b"\0" not in data and data.isascii() and not _shifting(label):
        return data.decode("ascii")
    if ESCAPE in data and label is None and (text := _strict(data, "iso2022_jp_ext")) is not None:
        return text
    for name in _order(label, hint):
        text = _strict(data, name)
        if text is not None:
            return text
    return _guess(data, label)


def _order(label: str | None, hint: str | None) -> list[str | None]:
    """What is well-formed UTF-8 beyond ASCII is that, even where it is labelled as ASCII or Latin-1."""
    told = codec(label) if label else None
    beside = codec(hint) if hint else None
    return ["utf-8", told, beside] if told in {"ascii", "cp1252"} else [told, "utf-8", beside]


def _shifting(label: str | None) -> bool:
    """Encodings whose text is ASCII bytes and means something else."""
    name = codec(label) if label else None
    return name is not None and (name.startswith(("utf-7", "utf-16", "utf-32", "iso2022", "hz")) or name == "cp037")


def _strict(data: bytes, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def _guess(data: bytes, label: str | None) -> str:
    told = codec(label) if label else None
    if told is not None:
        # One bad byte does not make the label wrong: repair in place if that is rare.
        text = data.decode(told, "replace")
        if text.count("\ufffd") * 20 <= len(text):
            return text
    high = sum(byte > 0x7F for byte in data[:SAMPLE])
    if len(data) >= SHORTEST_GUESS and high * LATIN_SHARE > min(len(data), SAMPLE):
        best = from_bytes(data[:SAMPLE]).best()
        text_of_best = _strict(data, best.encoding) if best is not None else None
        if text_of_best is not None:
            return text_of_best
    return data.decode("cp1252", "replace")
