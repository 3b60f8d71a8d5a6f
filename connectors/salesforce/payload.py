"""What Salesforce tells: change events, records, outbound messages.

https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field
from msgspec.json import Decoder

Values = dict[str, Any]


class Header(Struct, gc=False):
    """What changed, when, by whom."""

    entity: str = field(name="entityName")
    change: str = field(name="changeType")
    records: list[str] = field(name="recordIds")
    origin: str = field(name="changeOrigin", default="")
    transaction: str = field(name="transactionKey", default="")
    sequence: int = field(name="sequenceNumber", default=0)
    at: int | str | None = field(name="commitTimestamp", default=None)
    user: str | None = field(name="commitUser", default=None)
    changed: list[str] = field(name="changedFields", default_factory=list)
    nulled: list[str] = field(name="nulledFields", default_factory=list)


class Change(Struct, gc=False):
    """The data of a message on a channel of change events."""

    payload: Values
    schema: str | None = None


class Record(Struct, gc=False):
    """One record, whichever way it came. `fields` hold what is known of it."""

    entity: str
    id: str
    fields: Values
    header: Header | None = None
    message: str | None = None
    """The id of the outbound message in which it stood."""


CHANGE = Decoder(Change)
VALUES = Decoder(Values)
HEADER = "ChangeEventHeader"
"""Field of a change event's payload."""
