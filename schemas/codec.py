"""Avro encoders and decoders of the contract's records. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonline.schemas.errors import (
    DecodeError,
    EncodeError,
)
from commonline.schemas.generated.decoder import (
    decode_activity,
    decode_control,
    decode_conversation_activity,
    decode_conversation_activity_prefix,
    decode_cursor,
    decode_dead_letter,
    decode_delivery,
    decode_feed_activity,
    decode_feed_activity_prefix,
    decode_ledger,
    decode_link,
    decode_person,
    decode_pulse,
    decode_workspace,
)
from commonline.schemas.generated.encoder import (
    encode_activity,
    encode_control,
    encode_conversation_activity,
    encode_conversation_activity_prefix,
    encode_cursor,
    encode_dead_letter,
    encode_delivery,
    encode_feed_activity,
    encode_feed_activity_prefix,
    encode_ledger,
    encode_link,
    encode_person,
    encode_pulse,
    encode_workspace,
)

__all__ = [
    "DECODERS",
    "ENCODERS",
    "DecodeError",
    "EncodeError",
    "decode_activity",
    "decode_control",
    "decode_conversation_activity",
    "decode_conversation_activity_prefix",
    "decode_cursor",
    "decode_dead_letter",
    "decode_delivery",
    "decode_feed_activity",
    "decode_feed_activity_prefix",
    "decode_ledger",
    "decode_link",
    "decode_person",
    "decode_pulse",
    "decode_workspace",
    "encode_activity",
    "encode_control",
    "encode_conversation_activity",
    "encode_conversation_activity_prefix",
    "encode_cursor",
    "encode_dead_letter",
    "encode_delivery",
    "encode_feed_activity",
    "encode_feed_activity_prefix",
    "encode_ledger",
    "encode_link",
    "encode_person",
    "encode_pulse",
    "encode_workspace",
]

ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "Delivery": encode_delivery,
    "Activity": encode_activity,
    "Control": encode_control,
    "ConversationActivity": encode_conversation_activity,
    "FeedActivity": encode_feed_activity,
    "Link": encode_link,
    "Person": encode_person,
    "DeadLetter": encode_dead_letter,
    "Cursor": encode_cursor,
    "Workspace": encode_workspace,
    "Ledger": encode_ledger,
    "Pulse": encode_pulse,
}

DECODERS: dict[str, Callable[[bytes, int], Any]] = {
    "Delivery": decode_delivery,
    "Activity": decode_activity,
    "Control": decode_control,
    "ConversationActivity": decode_conversation_activity,
    "FeedActivity": decode_feed_activity,
    "Link": decode_link,
    "Person": decode_person,
    "DeadLetter": decode_dead_letter,
    "Cursor": decode_cursor,
    "Workspace": decode_workspace,
    "Ledger": decode_ledger,
    "Pulse": decode_pulse,
}
