"""What Zoom's contact center sends: https://developers.zoom.us/docs/api/contact-center/events/"""

from __future__ import annotations

from msgspec import Struct
from msgspec.json import Decoder

from commonline.connectors.zoom.payload import Count, File, Text


class Someone(Struct, gc=False):
    """A consumer or an agent of a contact center."""

    consumer_id: Text = None
    consumer_number: Text = None
    consumer_display_name: Text = None
    user_id: Text = None
    user_display_name: Text = None


class Engagement(Struct, gc=False):
    """A contact of a consumer with the contact center, and what happens in it."""

    engagement_id: Text = None
    engagement_direction: Text = None
    channel: Text = None
    channel_source: Text = None
    date_time_ms: Text = None
    start_time: Text = None
    end_time: Text = None
    queue_name: Text = None
    cc_queue_id: Text = None
    flow_number: Text = None
    consumer_id: Text = None
    consumer_number: Text = None
    consumer_email: Text = None
    consumer_display_name: Text = None
    user_id: Text = None
    user_display_name: Text = None
    message_id: Text = None
    message_text: Text = None
    files: list[File] | None = None
    note_id: Text = None
    note: Text = None
    last_modified_time: Text = None
    inbox_id: Text = None
    inbox_name: Text = None
    recording_id: Text = None
    recording_duration: Count = None
    recording_start_time_ms: Text = None
    recording_end_time_ms: Text = None
    owner_id: Text = None
    owner_name: Text = None
    users: list[Someone] = []
    consumers: list[Someone] = []
    transfer_type: Text = None
    transfer_to_queue_name: Text = None
    transfer_to_user_id: Text = None
    transfer_to_user_display_name: Text = None
    transfer_to_number: Text = None


ENGAGEMENT = Decoder(Engagement)
