"""How far a stream has been told, sealed into the event ids that listeners send back.

A plain offset or `seq` would let a listener count what it may not see: gaps in the numbers are records that were not
sent. So an id is encrypted and authenticated (AES-SIV, RFC 5297), with a salt: two ids of the same position differ,
nobody can make one up, and an id says nothing but "go on from here". The key lies in the gateway's database, so that
ids stay good when the process is started anew, and for every process that shares the database.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from commonline.errors import MalformedPayloadError
from commonline.gateway.viewer import FeedName

KEY_BYTES = 32
SALT_BYTES = 6
MOST_CHARACTERS = 4096
_PURPOSE = [b"commonline position v1"]


@dataclass(frozen=True, slots=True)
class Position:
    """For each feed of a stream the offset that is looked at next.

    `conversation`: under which id a conversation went on, where that is no longer the one that was asked for.
    """

    offsets: Mapping[FeedName, int] = field(default_factory=dict)
    conversation: str | None = None


class Seal:
    """Positions to event ids and back. `key` is 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def close(self, position: Position) -> str:
        """An event id: URL-safe text without padding."""
        plain = {f"{feed.workspace}/{feed.department}": offset for feed, offset in position.offsets.items()}
        packed = msgspec.msgpack.encode((plain, position.conversation))
        sealed = self._cipher.encrypt(os.urandom(SALT_BYTES) + packed, _PURPOSE)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, text: str) -> Position:
        """The position in an event id. Raises `MalformedPayloadError` where it is none of this gateway."""
        try:
            if len(text) > MOST_CHARACTERS:
                raise ValueError("too long")
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            packed = self._cipher.decrypt(sealed, _PURPOSE)[SALT_BYTES:]
            plain, conversation = msgspec.msgpack.decode(packed, type=tuple[dict[str, int], str | None])
        except (InvalidTag, ValueError) as error:
            raise MalformedPayloadError(
                "this is no event id of this gateway: begin without one, or send back one that a stream gave",
                "Last-Event-ID",
            ) from error
        return Position({FeedName(*name.split("/", 1)): offset for name, offset in plain.items()}, conversation)
