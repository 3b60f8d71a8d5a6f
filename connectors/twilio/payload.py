"""What Twilio posts as forms, and what its API tells of the same things, as far as it is mapped.

https://www.twilio.com/docs/messaging/guides/webhook-request · https://www.twilio.com/docs/voice/twiml ·
https://www.twilio.com/docs/conversations/conversations-webhooks · https://www.twilio.com/docs/usage/api
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field
from msgspec.json import Decoder

Text = str | None
Seconds = Annotated[float, Meta(ge=0, le=10_000_000)] | None


class Form(Struct, gc=False, rename="pascal"):
    """The fields of a webhook. Which are there depends on the product; all are texts."""

    account_sid: str = ""
    from_: Text = field(default=None, name="From")
    to: Text = None
    direction: Text = None
    timestamp: Text = None
    message_sid: Text = None
    sms_sid: Text = None
    message_status: Text = None
    sms_status: Text = None
    body: Text = None
    num_media: Annotated[int, Meta(ge=0, le=100)] = 0
    profile_name: Text = None
    wa_id: Text = None
    error_code: Text = None
    error_message: Text = None
    original_replied_message_sid: Text = None
    button_text: Text = None
    button_payload: Text = None
    latitude: Text = None
    longitude: Text = None
    call_sid: Text = None
    parent_call_sid: Text = None
    call_status: Text = None
    call_duration: Seconds = None
    caller_name: Text = None
    answered_by: Text = None
    recording_sid: Text = None
    recording_url: Text = None
    recording_status: Text = None
    recording_duration: Seconds = None
    recording_start_time: Text = None
    transcription_sid: Text = None
    transcription_text: Text = None
    transcription_status: Text = None
    transcription_event: Text = None
    transcription_data: Text = None
    language_code: Text = None
    track: Text = None
    final: Text = None
    sequence_id: Text = None
    event_type: Text = None
    conversation_sid: Text = None
    conversation_friendly_name: Text = field(default=None, name="FriendlyName")
    conference_sid: Text = None
    status_callback_event: Text = None
    index: Text = None
    author: Text = None
    source: Text = None
    date_created: Text = None
    date_updated: Text = None
    media: Text = None
    state_to: Text = None
    state_from: Text = None
    participant_sid: Text = None
    messaging_binding_address: Text = field(default=None, name="MessagingBinding.Address")
    identity: Text = None


class Message(Struct, gc=False):
    """A message as the API tells it. Times are those of RFC 5322."""

    sid: str
    account_sid: str = ""
    body: Text = None
    date_created: Text = None
    date_sent: Text = None
    date_updated: Text = None
    direction: Text = None
    error_code: int | str | None = None
    error_message: Text = None
    from_: Text = field(default=None, name="from")
    to: Text = None
    num_media: Text = None
    status: Text = None


class Call(Struct, gc=False):
    """A call as the API tells it."""

    sid: str
    account_sid: str = ""
    parent_call_sid: Text = None
    from_: Text = field(default=None, name="from")
    to: Text = None
    caller_name: Text = None
    direction: Text = None
    status: Text = None
    date_created: Text = None
    start_time: Text = None
    end_time: Text = None
    duration: Text = None
    answered_by: Text = None


class Recording(Struct, gc=False):
    """A recording as the API tells it."""

    sid: str
    account_sid: str = ""
    call_sid: Text = None
    conference_sid: Text = None
    status: Text = None
    start_time: Text = None
    date_created: Text = None
    date_updated: Text = None
    duration: Text = None
    media_url: Text = None


class Transcription(Struct, gc=False):
    """A transcript as the API tells it."""

    sid: str
    account_sid: str = ""
    recording_sid: Text = None
    status: Text = None
    transcription_text: Text = None
    date_created: Text = None
    duration: Text = None


class MediaFile(Struct, gc=False):
    """A file of a message in a conversation."""

    sid: Text = field(default=None, name="Sid")
    name: Text = field(default=None, name="Filename")
    media_type: Text = field(default=None, name="ContentType")
    size: Annotated[int, Meta(ge=0, le=2**48)] | None = field(default=None, name="Size")


class Spoken(Struct, gc=False):
    """What was understood of live speech."""

    transcript: str = ""


OBJECT = Decoder(dict[str, Any])
MESSAGE = Decoder(Message, strict=False)
CALL = Decoder(Call, strict=False)
RECORDING = Decoder(Recording, strict=False)
TRANSCRIPTION = Decoder(Transcription, strict=False)
MEDIA = Decoder(list[MediaFile])
SPOKEN = Decoder(Spoken)
