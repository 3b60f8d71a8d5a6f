"""The same delivery has the same activities; the same fact delivered again has the same ids.

Redelivered means: received later, as a retry with another delivery id, with a header that was not there
before.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from commonline.schemas.records import Activity, Delivery
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.fixture import RECEIVED
from commonline.testing.conformance.subject import Run, Subject

MONTH_US = 30 * 86_400 * 1_000_000


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    for run in subject.runs:
        again = subject.run(run.fixture)
        if again.results != run.results:
            yield Finding(
                "deterministic",
                run.fixture.file,
                "mapped twice, two results",
                "use no clock, randomness, set order or state",
            )
            continue
        first, second = _ids(run.activities), _ids(_redelivered(subject, run))
        if first != second:
            yield Finding(
                "deterministic",
                run.fixture.file,
                "delivered again a month later, other ids",
                "keep received, delivery id and retry headers out of object.id, edge and revision",
            )


def _redelivered(subject: Subject, run: Run) -> list[Activity]:
    trial = run.fixture.trial(subject.connector)
    first = run.fixture.delivery(trial, received=RECEIVED + MONTH_US)
    second: Delivery = msgspec.structs.replace(
        first,
        id="00000000-0000-4000-8000-000000000000",
        vendor_id="another",
        headers=_headers(subject, first),
    )
    return [activity for result in trial.run(second) for activity in result.activities]


def _headers(subject: Subject, delivery: Delivery) -> dict[str, str]:
    headers = {**delivery.headers, "x-retry": "1"}
    webhook = subject.manifest.webhook
    name = webhook.vendor_id_header.lower() if webhook and webhook.vendor_id_header else None
    if name in headers:
        headers[name] = "another"
    return headers


def _ids(activities: list[Activity]) -> list[str]:
    return [activity.id for activity in activities]
