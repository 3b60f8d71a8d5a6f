"""Which client produces: ours where its C module is there, librdkafka's elsewhere. The one place that chooses.

Transactions are not chosen here: they are librdkafka's for now, compiled or not (the state of ADR 0015).
"""

from __future__ import annotations

from collections.abc import Callable

from commonline.bus.wire import records
from commonline.bus.wire.writer import WireWriter
from commonline.bus.writer import RecordWriter, Writer
from commonline.settings import KafkaSettings


def ours() -> bool:
    """Whether our own client produces in this process."""
    return records.form().name == "compiled"


def writer(
    kafka: KafkaSettings,
    *,
    client_id: str,
    give_up_s: float = 60.0,
    linger_ms: float = 20.0,
    beat: Callable[[], None] = lambda: None,
) -> RecordWriter:
    """An idempotent writer, for those who write much."""
    kind = WireWriter if ours() else Writer
    return kind(kafka, client_id=client_id, give_up_s=give_up_s, linger_ms=linger_ms, beat=beat)
