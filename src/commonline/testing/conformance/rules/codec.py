"""Every activity can be encoded by the contract's codec, and decodes to itself."""

from __future__ import annotations

from collections.abc import Iterator

from commonline.schemas.codec import decode_activity, encode_activity
from commonline.schemas.records import Activity
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    for fixture, activity in subject.activities():
        fault = fault_of(activity)
        if fault:
            yield Finding("codec", fixture.file, fault, "draft only values of the types that the contract names")


def fault_of(activity: Activity) -> str | None:
    """Why an activity does not survive the codec, in words."""
    try:
        decoded = decode_activity(encode_activity(activity))
    except Exception as error:
        return f"cannot be encoded: {type(error).__name__}: {error}"
    return None if decoded == activity else "decodes to another activity"
