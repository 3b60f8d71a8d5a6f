"""What Zoom sends, as far as it is mapped: https://developers.zoom.us/docs/api/webhooks/

Passwords, download tokens and settings are not decoded.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

Text = str | None
Id = str | int | None
Count = Annotated[int, Meta(ge=0, le=2**48)] | None


class Payload(Struct, gc=False, frozen=True):
    """The account in which it happened, who did it, and what it is about."""

    account_id: str = ""
    operator: Text = None
    operator_id: Text = None
    object: Raw = Raw(b"{}")
    old_object: Raw = Raw(b"{}")
    time_stamp: Id = None


class Event(Struct, gc=False, frozen=True):
    """The envelope. `event_ts` in milliseconds."""

    event: str
    event_ts: Id = None
    payload: Payload = Payload()


class Participant(Struct, gc=False):
    """Somebody in a meeting; `id` is empty for guests, `user_id` counts within the meeting only."""

    user_id: Id = None
    user_name: Text = None
    id: Text = None
    participant_uuid: Text = None
    participant_user_id: Text = None
    join_time: Text = None
    leave_time: Text = None
    date_time: Text = None
    email: Text = None
    phone_number: Text = None


class ChatMessage(Struct, gc=False):
    """A line, or a file, of the chat inside a meeting."""

    date_time: Text = None
    sender_session_id: Text = None
    sender_name: Text = None
    sender_email: Text = None
    sender_type: Text = None
    recipient_session_id: Text = None
    recipient_name: Text = None
    recipient_email: Text = None
    recipient_type: Text = None
    message_id: Text = None
    message_content: Text = None
    file_id: Text = None
    file_name: Text = None
    file_size: Count = None
    file_type: Text = None


class RecordingFile(Struct, gc=False):
    """One file of a cloud recording. `download_url` needs a token that is sent beside it."""

    id: Text = None
    file_type: Text = None
    file_extension: Text = None
    file_size: Count = None
    play_url: Text = None
    recording_start: Text = None
    recording_end: Text = None
    recording_type: Text = None


class Meeting(Struct, gc=False):
    """A meeting or webinar, or its recording. `uuid` is one occurrence, `id` the number that repeats over a series."""

    uuid: Text = None
    id: Id = None
    host_id: Text = None
    host_email: Text = None
    topic: Text = None
    agenda: Text = None
    start_time: Text = None
    end_time: Text = None
    timezone: Text = None
    duration: Count = None
    join_url: Text = None
    participant: Participant | None = None
    chat_message: ChatMessage | None = None
    chat_message_file: ChatMessage | None = None
    meeting_id: Id = None
    meeting_uuid: Text = None
    recording_files: list[RecordingFile] = []


class Detail(Struct, gc=False):
    """A part of a summary."""

    label: Text = None
    summary: Text = None


class Shared(Struct, gc=False):
    """Somebody with whom a summary was shared."""

    user_email: Text = None


class Summary(Struct, gc=False):
    """What Zoom's assistant wrote about a meeting."""

    meeting_host_id: Text = None
    meeting_host_email: Text = None
    meeting_uuid: Text = None
    meeting_id: Id = None
    meeting_topic: Text = None
    meeting_start_time: Text = None
    meeting_end_time: Text = None
    summary_created_time: Text = None
    summary_last_modified_time: Text = None
    summary_title: Text = None
    summary_overview: Text = None
    summary_content: Text = None
    summary_details: list[Detail] | None = None
    next_steps: list[str] | None = None
    share_with_users: list[Shared] | None = None


class Member(Struct, gc=False):
    """A member of a channel."""

    id: Text = None
    display_name: Text = None
    email: Text = None


class File(Struct, gc=False):
    """A file of the team chat or the contact center."""

    file_id: Text = None
    file_name: Text = None
    file_size: Count = None
    file_type: Text = None
    id: Text = None
    name: Text = None
    size: Count = None
    type: Text = None


class Chat(Struct, gc=False):
    """A message or a channel of the team chat; `type` is a word for messages and a number for channels."""

    id: Text = None
    message_id: Text = None
    type: Id = None
    name: Text = None
    date_time: Text = None
    timestamp: Id = None
    session_id: Text = None
    contact_id: Text = None
    contact_email: Text = None
    channel_id: Text = None
    channel_name: Text = None
    message: Text = None
    parent_msg_id: Text = None
    reply_main_message_id: Text = None
    file_id: Text = None
    file_name: Text = None
    file_size: Count = None
    files: list[File] | None = None
    members: list[Member] = []


class End(Struct, gc=False):
    """One end of a call."""

    phone_number: Text = None
    extension_number: Id = None
    extension_type: Text = None
    extension_id: Text = None
    user_id: Text = None
    id: Text = None
    name: Text = None
    display_name: Text = None
    type: Text = None


class Call(Struct, gc=False):
    """A telephone call that goes on."""

    call_id: Text = None
    caller: End | None = None
    callee: End | None = None
    ringing_start_time: Text = None
    answer_start_time: Text = None
    connected_start_time: Text = None
    call_end_time: Text = None
    handup_result: Text = None


class Recorded(Struct, gc=False):
    """A recording or voicemail of the telephone, or the transcript of one."""

    id: Text = None
    call_id: Text = None
    caller_number: Text = None
    caller_number_type: Id = None
    caller_name: Text = None
    caller_did_number: Text = None
    caller_user_id: Text = None
    callee_number: Text = None
    callee_number_type: Id = None
    callee_name: Text = None
    callee_did_number: Text = None
    callee_user_id: Text = None
    direction: Text = None
    duration: Count = None
    date_time: Text = None
    end_time: Text = None
    transcription: Text = None
    recordings: list[Recorded] = []


class CallSummary(Struct, gc=False):
    """What Zoom's assistant wrote about a call, by its ids only."""

    ai_call_summary_id: Text = None
    user_id: Text = None
    call_id: Text = None
    edited: bool | None = None
    deleted: bool | None = None
    created_time: Text = None
    modified_time: Text = None


class Sms(Struct, gc=False):
    """A text message of the telephone, or one that a policy stopped."""

    message_id: Text = None
    session_id: Text = None
    sender: End | None = None
    to_members: list[End] = []
    message: Text = None
    attachments: list[File] | None = None
    date_time: Text = None
    email: Text = None
    policy_name: Text = None


EVENT = Decoder(Event)
MEETING = Decoder(Meeting)
SUMMARY = Decoder(Summary)
CHAT = Decoder(Chat)
CALL = Decoder(Call)
RECORDED = Decoder(Recorded)
CALL_SUMMARY = Decoder(CallSummary)
SMS = Decoder(Sms)
