"""A member of a consumer group, read from what librdkafka gives out about it."""

from __future__ import annotations

import struct
from typing import NamedTuple

from commonline.errors import ContractError

_MAGIC = b"CGMDv2:"
_GENERATION = struct.Struct("=i")
_HAS_INSTANCE, _HAS_NONE = 0, 1


class Member(NamedTuple):
    """By which the broker fences who no longer owns a partition (KIP-447)."""

    group: str
    generation: int
    member: str
    instance: str | None


def member(written: bytes) -> Member:
    """Of the bytes of ``Consumer.consumer_group_metadata()``, librdkafka 2.x: ``CGMDv2:``, the generation (32 bits, the
    machine's byte order), group id and member id, each ended by a zero, then a one, or a zero and the instance id,
    ended by a zero.

    Raises `ContractError` for anything else: a member that is guessed would fence nobody.
    """
    try:
        return _member(written)
    except (ValueError, IndexError, struct.error) as error:
        raise ContractError(
            f"group metadata {written!r}: this form is not known; it must be that of librdkafka 2.x ({_MAGIC!r})"
        ) from error


def _member(written: bytes) -> Member:
    if not written.startswith(_MAGIC):
        raise ValueError("another form")
    (generation,) = _GENERATION.unpack_from(written, len(_MAGIC))
    group, ended, rest = written[len(_MAGIC) + _GENERATION.size :].partition(b"\0")
    name, also_ended, rest = rest.partition(b"\0")
    if not group or not ended or not also_ended:
        raise ValueError("a name is missing")
    if rest[0] == _HAS_NONE and len(rest) == 1:
        return Member(group.decode(), generation, name.decode(), None)
    instance, ended, left = rest[1:].partition(b"\0")
    if rest[0] != _HAS_INSTANCE or not instance or not ended or left:
        raise ValueError("the instance is not as it should be")
    return Member(group.decode(), generation, name.decode(), instance.decode())
