"""Text is plain: NFC, ``\\n``, no control characters, no left-over markup; spans lie within it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from commonline.schemas.records import Activity
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TAG = re.compile(r"</?(?:p|br|div|span|a|b|i|strong|em|ul|ol|li|table|tr|td|blockquote)\b[^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d{2,6}|#x[0-9a-f]{2,6});", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    for fixture, activity in subject.activities():
        for path, text in _texts(activity):
            fault = control_fault(text) if fixture.meta.markup_meant else fault_of(text)
            if fault:
                yield Finding("text", fixture.file, f"{path} {fault}", "make it with commonline.kit.text")
        yield from _spans(fixture.file, activity)


def control_fault(text: str) -> str | None:
    """What makes a text unfit to be shown or compared, in words."""
    if _CONTROL.search(text):
        return "holds control characters or lone surrogates"
    if "\r" in text:
        return "holds carriage returns"
    return None if unicodedata.is_normalized("NFC", text) else "is not in normal form C"


def fault_of(text: str) -> str | None:
    """What is wrong with a text, in words."""
    if fault := control_fault(text):
        return fault
    found = _TAG.search(text) or _ENTITY.search(text)
    return f"holds markup: {found[0]}" if found else None


def _texts(activity: Activity) -> Iterator[tuple[str, str]]:
    named = [
        ("object.text", activity.object.text),
        ("object.title", activity.object.title),
        ("thread.title", activity.thread.title),
        ("actor.name", activity.actor.name if activity.actor else None),
    ]
    yield from ((path, text) for path, text in named if text is not None)


def _spans(file: str, activity: Activity) -> Iterator[Finding]:
    length = len(activity.object.text or "")
    for index, span in enumerate(activity.object.spans):
        if not 0 <= span.start <= span.end <= length:
            yield Finding(
                "text",
                file,
                f"object.spans[{index}] is {span.start}–{span.end}, the text has {length} characters",
                "count code points of the finished text",
            )
