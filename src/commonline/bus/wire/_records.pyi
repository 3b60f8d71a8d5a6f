from typing import Final, final

from commonline.bus.batch import Record
from commonline.bus.wire.records import Headers

SOURCE_DIGEST: Final[str]
api: Final[object]
"""The capsule for other C modules: records.h."""

def crc32c(data: bytes, *, by_table: bool = False) -> int: ...
def murmur2(key: bytes) -> int: ...

@final
class Batch:
    """The records of one batch of one partition.

    Raises `BufferError` where it is appended to or cleared while another thread seals it, `OverflowError` beyond 2 GiB.
    """

    @property
    def count(self) -> int: ...
    @property
    def size(self) -> int:
        """Bytes of the records, not compressed."""
    @property
    def first_timestamp(self) -> int:
        """Of the first record, in milliseconds; -1: none."""
    @property
    def max_timestamp(self) -> int:
        """The latest, in milliseconds; -1: none."""
    def append(self, value: bytes | None, key: bytes | None, headers: Headers, timestamp_ms: int, /) -> int:
        """One record; returns the bytes held. Time 0: now."""
    def seal(self, producer_id: int, epoch: int, sequence: int, *, transactional: bool) -> bytes:
        """The whole batch as it is sent; the next begins at ``sequence + count``. Raises `ValueError` if empty."""
    def clear(self) -> None:
        """Forget all records, keep the room."""

@final
class Accumulator:
    """Batches by topic and partition. What appends returns the bytes that are held then, not compressed.

    Partition -1: by the key's hash as ``murmur2_random`` (protocol F12); without a key all of a batch go to one, by
    chance. Raises `KeyError` where the number of partitions is not known; nothing was appended then, of a list either.
    After another error drop what it holds: a part may have been appended.
    """

    def __new__(cls, batch_bytes: int) -> Accumulator: ...
    @property
    def count(self) -> int:
        """Records held."""
    @property
    def size(self) -> int:
        """Bytes held, not compressed."""
    def partitions(self, topic: str, count: int, /) -> None:
        """What keys are spread over."""
    def append(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        key: bytes | None,
        headers: Headers,
        timestamp_ms: int,
        /,
    ) -> int:
        """One record. Time 0: now."""
    def append_many(self, records: list[Record], /) -> int:
        """Records in order. Time 0: now."""
    def append_rows(self, topic: str, partition: int, rows: dict[bytes, bytes] | dict[bytes, bytes | None], /) -> int:
        """Rows of a changelog, all at the time of now."""
    def take(self, min_bytes: int, /) -> list[tuple[str, int, Batch]]:
        """Those that are full, in order, then those with so many bytes (0: all). They are forgotten here."""
    def clear(self) -> None:
        """Forget all records."""
