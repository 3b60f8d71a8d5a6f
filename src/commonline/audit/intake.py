"""Records of the log to the comparison: which topic tells what. Nothing is skipped: what cannot be read is counted."""

from __future__ import annotations

from collections.abc import Callable

from commonline import topics as table
from commonline.audit.comparison import Comparison
from commonline.audit.counts import Counts
from commonline.audit.lean import Raw, header
from commonline.audit.reader import Place
from commonline.audit.sums import Source
from commonline.schemas.codec import decode_activity, decode_delivery
from commonline.schemas.errors import SchemaError
from commonline.schemas.framing import HEADER_SIZE
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, Control, DeadLetter, Delivery, Ledger
from commonline.schemas.serde import Serde
from commonline.streams.normalize.outbox import ORIGIN
from commonline.topics import Topics

READ = (
    table.DELIVERIES,
    table.ACTIVITIES,
    table.CONVERSATIONS,
    table.DEAD_LETTERS,
    table.PARKED,
    table.LEDGER,
    table.UNIFY_LEDGER,
)
"""Every topic that is compared."""
ACTIVITY_EVENT = 0
"""First byte of a ConversationActivity whose event is `activity`: the enumeration's first symbol."""


class Intake:
    """Give it every record of `READ`. `seen_before`: offsets of conversations.v1 that an earlier run compared. `counts`
    are fed beside it."""

    def __init__(
        self,
        names: Topics,
        ids: SchemaIds,
        comparison: Comparison,
        seen_before: dict[Place, int] | None = None,
        counts: Counts | None = None,
    ) -> None:
        self._serde = Serde(ids)
        self._to = comparison
        self._before = seen_before or {}
        self._counts = counts
        self._deliveries = names.name(table.DELIVERIES)
        self._delivery_frame = self._serde.header("Delivery")
        self._activity_frame = self._serde.header("Activity")
        self.written: dict[tuple[str, str], int] = {}
        """By workspace and department: the last number that unify wrote to the feed."""
        self.strange = 0
        """Records of internal topics that cannot be read."""
        self._take: dict[str, Callable[[Raw], None]] = {
            self._deliveries: self._delivery,
            names.name(table.ACTIVITIES): self._activity,
            names.name(table.CONVERSATIONS): self._conversation,
            names.name(table.PARKED): self._park,
            names.name(table.DEAD_LETTERS): self._record,
            names.name(table.LEDGER): self._record,
            names.name(table.UNIFY_LEDGER): self._record,
        }

    def take(self, portion: list[Raw]) -> None:
        """Some records, in the order of each partition."""
        take = self._take
        for raw in portion:
            take[raw.topic](raw)

    def _delivery(self, raw: Raw) -> None:
        value = raw.value or b""
        try:
            if value.startswith(self._delivery_frame):
                delivery = decode_delivery(value, HEADER_SIZE)
            else:
                delivery = self._serde.decode_as(Delivery, value)
        except SchemaError:
            self._to.delivery(raw.partition, raw.offset, sender(raw), raw.timestamp * 1000, None)
            if self._counts is not None:
                self._counts.delivery(sender(raw), None)
            return
        source = (delivery.workspace, delivery.source)
        if self._counts is not None:
            self._counts.delivery(source, delivery)
        self._to.delivery(raw.partition, raw.offset, source, delivery.received, delivery.id)

    def _activity(self, raw: Raw) -> None:
        value = raw.value or b""
        if value.startswith(self._activity_frame):
            try:
                self._to.activity(raw.partition, raw.offset, decode_activity(value, HEADER_SIZE))
                return
            except SchemaError:
                pass
        try:
            record = self._serde.decode(value)
        except SchemaError:
            record = None
        if isinstance(record, Activity):
            self._to.activity(raw.partition, raw.offset, record)
        elif isinstance(record, Control):
            self._to.other(raw.partition, raw.offset, (record.workspace, ""), record.at)
        else:
            self._to.other(raw.partition, raw.offset, ("", ""), raw.timestamp * 1000)

    def _conversation(self, raw: Raw) -> None:
        value = raw.value
        if value is None or len(value) <= HEADER_SIZE or value[HEADER_SIZE] != ACTIVITY_EVENT:
            return
        identifier = header(raw, b"ce_id")
        if identifier is None:
            self.strange += 1
            return
        before = raw.offset < self._before.get((raw.topic, raw.partition), 0)
        self._to.conversation(raw.partition, identifier.decode("ascii", "replace"), before=before)

    def _record(self, raw: Raw) -> None:
        if raw.value is None:
            return  # a mark that a letter was replayed
        try:
            record = self._serde.decode(raw.value)
        except SchemaError:
            self.strange += 1
            return
        if isinstance(record, DeadLetter):
            self._to.letter(record)
            if self._counts is not None:
                self._counts.letter(record)
        elif isinstance(record, Ledger):
            self._to.ledger(record)
            for department, number in record.feeds.items():
                self.written[record.workspace, department] = number
            if self._counts is not None and record.topic == self._deliveries:
                self._counts.line(record)

    def _park(self, raw: Raw) -> None:
        origin = (header(raw, ORIGIN.encode()) or b"").decode("utf-8", "replace")
        topic, _, place = origin.partition("/")
        partition, _, offset = place.partition("/")
        if raw.value is not None and topic == self._deliveries and partition.isdigit() and offset.isdigit():
            self._to.parked(int(partition), int(offset))


def sender(raw: Raw) -> Source:
    """What headers (``ce_source`` is /<workspace>/<source>) and key say of a delivery that cannot be read."""
    named = (header(raw, b"ce_source") or b"").decode("utf-8", "replace")
    workspace, _, source = named.removeprefix("/").partition("/")
    return (workspace, source or (raw.key or b"").decode("utf-8", "replace"))
