"""Attachments from what products say of theirs."""

from __future__ import annotations

from commonline.kit.text import one_line
from commonline.schemas.records import Attachment, AttachmentKind

KINDS: dict[str, AttachmentKind] = {"image": "image", "video": "video", "audio": "audio"}
LARGEST = 1 << 63


def attached(
    number: int | str | None = None,
    url: str | None = None,
    media_type: str | None = None,
    name: str | None = None,
    size: int | str | None = None,
    kind: AttachmentKind | None = None,
) -> Attachment:
    """An attachment. Its kind is that of its media type, unless it is given.

    Of an address the query is left out, because passes stand there, and so is any other than http and https. A size is
    a number or its digits; what is none, or not plausible, is not told.
    """
    media = (media_type or "").partition(";")[0].strip().lower() or None
    return Attachment(
        kind=kind or KINDS.get((media or "").partition("/")[0], "file"),
        id=str(number) if number not in (None, "") else None,
        url=url.partition("?")[0] if url and url.startswith(("https://", "http://")) else None,
        media_type=media,
        name=one_line(name),
        size=_size(size),
    )


def _size(told: int | str | None) -> int | None:
    if isinstance(told, str):
        told = int(told) if told.isascii() and told.isdigit() and len(told) < 20 else None
    return told if told is not None and not isinstance(told, bool) and 0 <= told < LARGEST else None
