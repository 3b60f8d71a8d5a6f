"""Times are microseconds in UTC between 1995 and 2100, and a begin is not after its end."""

from __future__ import annotations

from collections.abc import Iterator

from commonline.kit.times import EARLIEST, LATEST
from commonline.schemas.records import Activity
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    for fixture, activity in subject.activities():
        fault = fault_of(activity)
        if fault:
            yield Finding("times", fixture.file, fault, "read times with commonline.kit.times; None if unknown")


def fault_of(activity: Activity) -> str | None:
    """What is wrong with an activity's times, in words."""
    obj = activity.object
    told = {
        "published": activity.published,
        "object.created": obj.created,
        "object.start_time": obj.start_time,
        "object.end_time": obj.end_time,
    }
    for path, value in told.items():
        if value is not None and not EARLIEST <= value <= LATEST:
            return f"{path} is {value}, not microseconds between 1995 and 2100"
    if obj.start_time is not None and obj.end_time is not None and obj.start_time > obj.end_time:
        return "object.start_time is after object.end_time"
    return None
