"""How RocksDB is set up for state (docs/adr/0009): bounded memory whatever lies on disk, and restores that only write.

A process has one cache for all its partitions. It holds blocks, indexes and filters, so that memory does not grow with
the rows. Compaction never makes a writer wait: RocksDB would hold Python's lock, and with it every other partition.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from rocksdict import (
    BlockBasedIndexType,
    BlockBasedOptions,
    Cache,
    DBCompressionType,
    MemtableFactory,
    Options,
    WriteOptions,
)

MIB = 1024 * 1024
Purpose = Literal["serve", "restore", "look"]
"""serve: a worker's. restore: rows come in bulk, nobody reads. look: read-only, beside a worker that serves."""
CACHE_BYTES = 192 * MIB
MEMTABLE_BYTES = 16 * MIB
MEMTABLE_BLOOM = 0.02
"""Of a memory table, for its filter: 10 bits for each of a quarter of a million rows."""
RESTORE_MEMTABLE_BYTES = 96 * MIB
RESTORE_MEMTABLES = 3
RESTORE_FILES = 96
"""Files that a restore may leave uncompacted (about thirty million rows); above, it compacts while it goes on."""
BLOCK_BYTES = 16 * 1024
BLOOM_BITS = 10
COMPACTION_BYTES_S = 96 * MIB
"""What compaction may write a second: after a restore it works for a while, and must not take the disk from others."""
NEVER = 1 << 30


@cache
def _cache() -> Cache:
    return Cache(CACHE_BYTES)


def write_options(purpose: Purpose) -> WriteOptions:
    """A restore needs no log of its own: the changelog is one. Files hold a prefix of what was written, position
    included, so that a restore that was killed goes on from there."""
    options = WriteOptions()
    options.disable_wal = purpose == "restore"  # type: ignore[method-assign, assignment]  # the stub says method
    return options


def store_options(purpose: Purpose) -> Options:
    """Options to open a store with."""
    options = Options(raw_mode=True)
    options.create_if_missing(purpose != "look")
    options.set_compression_type(DBCompressionType.lz4())
    options.set_block_based_table_factory(_table())
    options.set_level_zero_slowdown_writes_trigger(NEVER)
    options.set_level_zero_stop_writes_trigger(NEVER)
    options.set_soft_pending_compaction_bytes_limit(0)
    options.set_hard_pending_compaction_bytes_limit(0)
    options.set_max_background_jobs(2)
    options.set_keep_log_file_num(4)
    if purpose == "restore":
        options.set_memtable_factory(MemtableFactory.vector())
        options.set_allow_concurrent_memtable_write(False)
        options.set_write_buffer_size(RESTORE_MEMTABLE_BYTES)
        options.set_max_write_buffer_number(RESTORE_MEMTABLES)
        options.set_level_zero_file_num_compaction_trigger(RESTORE_FILES)
    else:
        options.set_memtable_whole_key_filtering(True)  # most keys that are asked for are new, and in no table
        options.set_memtable_prefix_bloom_ratio(MEMTABLE_BLOOM)
        options.set_write_buffer_size(MEMTABLE_BYTES)
        options.set_ratelimiter(COMPACTION_BYTES_S, 100_000, 10)
    return options


def _table() -> BlockBasedOptions:
    table = BlockBasedOptions()
    table.set_block_size(BLOCK_BYTES)
    table.set_block_cache(_cache())
    table.set_bloom_filter(BLOOM_BITS, False)
    table.set_index_type(BlockBasedIndexType.two_level_index_search())
    table.set_partition_filters(True)
    table.set_cache_index_and_filter_blocks(True)
    table.set_pin_top_level_index_and_filter(True)
    return table
