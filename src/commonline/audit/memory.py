"""Remembers very many ids in little room: a Bloom filter (B. H. Bloom, CACM 13(7), 1970). Pure."""

from __future__ import annotations

BITS = 16
"""A remembered id: with seven bits set for each, one of 1,500 unknown ids is taken for a known one when full."""
HASHES = 7
_HALF = (1 << 64) - 1


class Memory:
    """Room for `capacity` ids, each a uniformly distributed number of 128 bits; two bytes an id.

    `complete`: every id of the log was remembered and none forgotten, so that one that is not here was never written.
    """

    def __init__(self, capacity: int = 4_000_000, *, complete: bool = True) -> None:
        self._capacity = capacity
        self._size = capacity * BITS
        self._bits = bytearray(self._size // 8)
        self._count = 0
        self.complete = complete

    def add(self, number: int) -> None:
        """Remember. When it is full, everything is forgotten and remembering begins anew."""
        if self._count >= self._capacity:
            self._bits = bytearray(len(self._bits))
            self._count, self.complete = 0, False
        self._count += 1
        bits, size = self._bits, self._size
        position, step = number >> 64, (number & _HALF) | 1
        for _ in range(HASHES):
            place = position % size
            bits[place >> 3] |= 1 << (place & 7)
            position += step

    def __contains__(self, number: int) -> bool:
        bits, size = self._bits, self._size
        position, step = number >> 64, (number & _HALF) | 1
        for _ in range(HASHES):
            place = position % size
            if not bits[place >> 3] & (1 << (place & 7)):
                return False
            position += step
        return True
