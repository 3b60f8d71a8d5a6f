"""Avro's variable-length numbers and strings: tables and the slow cases of the generated codec.

Avro 1.12 specification, "Binary Encoding": int and long are zig-zag coded, then written in groups of seven
bits, least significant first. What generated code can do in one table look-up it does itself; it calls the
functions here for lengths of 64 bytes (reading) or 8,192 bytes (writing) and more, and for unusual numbers.
"""

from __future__ import annotations

import struct
from typing import Final

from commonline.schemas.errors import DecodeError, EncodeError

INT_MIN: Final = -(1 << 31)
INT_MAX: Final = (1 << 31) - 1
LONG_MIN: Final = -(1 << 63)
LONG_MAX: Final = (1 << 63) - 1
UUID_LENGTH: Final = 36
SMALL: Final = 8192
CACHED_STRINGS: Final = 4096

double_pack: Final = struct.Struct("<d").pack
double_unpack: Final = struct.Struct("<d").unpack_from
halves_unpack: Final = struct.Struct("<HHHH").unpack_from


def _varint(zigzag: int) -> bytes:
    out = bytearray()
    while zigzag > 127:
        out.append(zigzag & 127 | 128)
        zigzag >>= 7
    out.append(zigzag)
    return bytes(out)


# Encoding of 0 … 8191 by value: lengths, counts, offsets of spans.
LONGS: Final = [_varint(n << 1) for n in range(SMALL)]
# The same behind 0x02, the branch of a value that is not null.
OPTIONAL_LONGS: Final = [b"\x02" + encoded for encoded in LONGS]
# Fourteen bits as two groups: with more to come, and as the last two of a number.
PAIRS: Final = [bytes((n & 127 | 128, n >> 7 | 128)) for n in range(1 << 14)]
LAST_PAIRS: Final = [bytes((n & 127 | 128, n >> 7)) for n in range(1 << 14)]

# Bytes from the length byte of a string to its end, by length byte; 0: not a length below 64.
JUMPS: Final = tuple((n >> 1) + 1 if n < 128 and not n & 1 else 0 for n in range(256))

_NOT_PLAIN: Final = 1 << 60


def _groups(*, first: bool, last: bool) -> list[int]:
    """Two groups of seven bits by their two bytes read as a little-endian number.

    `first`: halved, which undoes the zig-zag of a number that is not negative.
    """
    table = [_NOT_PLAIN] * (1 << 16)
    for n in range(1 << 14):
        key = (n & 127 | 128) | (n >> 7 | (0 if last else 128)) << 8
        if not (first and n & 1):
            table[key] = n >> 1 if first else n
    return table


FIRST_GROUPS: Final = _groups(first=True, last=False)
MIDDLE_GROUPS: Final = _groups(first=False, last=False)
LAST_GROUPS: Final = _groups(first=False, last=True)
# A time whose encoding has eight bytes: between 1979 and 4253, in microseconds.
TIME_LIMIT: Final = 1 << 55
TIME_START: Final = 1 << 48

_strings: dict[str, bytes] = {}
cached_string: Final = _strings.get


def remember(text: str) -> bytes:
    """Encode a string of a field with few values (workspace, source, event) and keep the result."""
    if len(_strings) >= CACHED_STRINGS:
        _strings.clear()
    data = text.encode()
    encoded = encode_long(len(data)) + data
    if len(encoded) < UUID_LENGTH * 4:
        _strings[text] = encoded
    return encoded


def encode_int(value: int) -> bytes:
    """Encode a number of 32 bits."""
    if not INT_MIN <= value <= INT_MAX:
        raise EncodeError(f"{value} does not fit into 32 bits")
    return _varint(value << 1 ^ value >> 31)


def encode_long(value: int) -> bytes:
    """Encode a number of 64 bits."""
    if 0 <= value < SMALL:
        return LONGS[value]
    if 0 <= value < 1 << 27:
        zigzag = value << 1
        high = zigzag >> 14
        return PAIRS[zigzag & 16383] + (LAST_PAIRS[high] if high > 127 else bytes((high,)))
    if not LONG_MIN <= value <= LONG_MAX:
        raise EncodeError(f"{value} does not fit into 64 bits")
    return _varint((value << 1 ^ value >> 63) & 0xFFFF_FFFF_FFFF_FFFF)


def decode_long(data: bytes, position: int) -> tuple[int, int]:
    """The number at `position` and the position behind it.

    Raises:
        IndexError: the bytes end before the number does.
        DecodeError: more than 64 bits.
    """
    shift = result = 0
    while True:
        byte = data[position]
        position += 1
        result |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
        if shift > 63:
            raise DecodeError("long", "longer than 10 bytes")
    if result >> 64:
        raise DecodeError("long", "does not fit into 64 bits")
    return result >> 1 ^ -(result & 1), position


def decode_int(data: bytes, position: int) -> tuple[int, int]:
    """As `decode_long`, for 32 bits."""
    value, position = decode_long(data, position)
    if not INT_MIN <= value <= INT_MAX:
        raise DecodeError("int", f"{value} does not fit into 32 bits")
    return value, position


def decode_time(data: bytes, position: int) -> tuple[int, int]:
    """As `decode_long`, fast for times; used where fewer than eight bytes may follow."""
    if len(data) - position >= 8:
        a, b, c, d = halves_unpack(data, position)
        value = FIRST_GROUPS[a] | MIDDLE_GROUPS[b] << 13 | MIDDLE_GROUPS[c] << 27 | LAST_GROUPS[d] << 41
        if value < TIME_LIMIT:
            return value, position + 8
    return decode_long(data, position)


def decode_bytes(data: bytes, position: int) -> tuple[bytes, int]:
    """Length and bytes at `position`. A length beyond the end is refused before anything is copied."""
    length, position = decode_long(data, position)
    end = position + length
    if length < 0 or end > len(data):
        raise DecodeError("bytes", f"length {length} at byte {position}, {len(data) - position} bytes are left")
    return data[position:end], end


def decode_string(data: bytes, position: int) -> tuple[str, int]:
    """As `decode_bytes`, UTF-8."""
    first = data[position]
    if first > 127 and data[position + 1] < 128 and not first & 1:
        start = position + 2
        end = start + (first >> 1 & 63 | data[position + 1] << 6)
        return data[start:end].decode(), end
    content, position = decode_bytes(data, position)
    return content.decode(), position


def decode_count(data: bytes, position: int) -> tuple[int, int]:
    """Number of items of a block of an array or map.

    A negative count is followed by the block's size in bytes, which only readers that skip need.
    """
    count, position = decode_long(data, position)
    if count < 0:
        size, position = decode_long(data, position)
        if size < 0:
            raise DecodeError("block", f"size {size} at byte {position}")
        count = -count
    return count, position
