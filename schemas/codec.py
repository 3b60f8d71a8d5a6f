"""Avro encoders and decoders of the contract's records. Generated; do not edit.

Compiled where that form is installed, else in Python: the same bytes, the same records, the same errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonline.schemas.compiled import chosen
from commonline.schemas.errors import DecodeError, EncodeError
from commonline.schemas.generated import decoder, encoder

__all__ = [
    "DECODERS",
    "ENCODERS",
    "DecodeError",
    "EncodeError",
    "decode_activity",
    "decode_completeness",
    "decode_control",
    "decode_conversation_activity",
    "decode_conversation_activity_prefix",
    "decode_cursor",
    "decode_dead_letter",
    "decode_delivery",
    "decode_feed_activity",
    "decode_feed_activity_prefix",
    "decode_finding",
    "decode_ledger",
    "decode_link",
    "decode_person",
    "decode_pulse",
    "decode_workspace",
    "encode_activity",
    "encode_completeness",
    "encode_control",
    "encode_conversation_activity",
    "encode_conversation_activity_prefix",
    "encode_cursor",
    "encode_dead_letter",
    "encode_delivery",
    "encode_feed_activity",
    "encode_feed_activity_prefix",
    "encode_finding",
    "encode_ledger",
    "encode_link",
    "encode_person",
    "encode_pulse",
    "encode_workspace",
]

decode_activity = chosen("Activity", "decode", decoder.decode_activity)
decode_completeness = chosen("Completeness", "decode", decoder.decode_completeness)
decode_control = chosen("Control", "decode", decoder.decode_control)
decode_conversation_activity = chosen("ConversationActivity", "decode", decoder.decode_conversation_activity)
decode_conversation_activity_prefix = chosen(
    "ConversationActivity", "decode_prefix", decoder.decode_conversation_activity_prefix
)
decode_cursor = chosen("Cursor", "decode", decoder.decode_cursor)
decode_dead_letter = chosen("DeadLetter", "decode", decoder.decode_dead_letter)
decode_delivery = chosen("Delivery", "decode", decoder.decode_delivery)
decode_feed_activity = chosen("FeedActivity", "decode", decoder.decode_feed_activity)
decode_feed_activity_prefix = chosen("FeedActivity", "decode_prefix", decoder.decode_feed_activity_prefix)
decode_finding = chosen("Finding", "decode", decoder.decode_finding)
decode_ledger = chosen("Ledger", "decode", decoder.decode_ledger)
decode_link = chosen("Link", "decode", decoder.decode_link)
decode_person = chosen("Person", "decode", decoder.decode_person)
decode_pulse = chosen("Pulse", "decode", decoder.decode_pulse)
decode_workspace = chosen("Workspace", "decode", decoder.decode_workspace)
encode_activity = chosen("Activity", "encode", encoder.encode_activity)
encode_completeness = chosen("Completeness", "encode", encoder.encode_completeness)
encode_control = chosen("Control", "encode", encoder.encode_control)
encode_conversation_activity = chosen("ConversationActivity", "encode", encoder.encode_conversation_activity)
encode_conversation_activity_prefix = chosen(
    "ConversationActivity", "encode_prefix", encoder.encode_conversation_activity_prefix
)
encode_cursor = chosen("Cursor", "encode", encoder.encode_cursor)
encode_dead_letter = chosen("DeadLetter", "encode", encoder.encode_dead_letter)
encode_delivery = chosen("Delivery", "encode", encoder.encode_delivery)
encode_feed_activity = chosen("FeedActivity", "encode", encoder.encode_feed_activity)
encode_feed_activity_prefix = chosen("FeedActivity", "encode_prefix", encoder.encode_feed_activity_prefix)
encode_finding = chosen("Finding", "encode", encoder.encode_finding)
encode_ledger = chosen("Ledger", "encode", encoder.encode_ledger)
encode_link = chosen("Link", "encode", encoder.encode_link)
encode_person = chosen("Person", "encode", encoder.encode_person)
encode_pulse = chosen("Pulse", "encode", encoder.encode_pulse)
encode_workspace = chosen("Workspace", "encode", encoder.encode_workspace)

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
    "Completeness": encode_completeness,
    "Finding": encode_finding,
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
    "Completeness": decode_completeness,
    "Finding": decode_finding,
}
