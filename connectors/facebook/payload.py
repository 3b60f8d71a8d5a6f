"""What Meta sends as changes of a page: feed, ratings, mentions, leads, broadcasts.

Ids come as text or as numbers, sometimes both for one id in one body; times in seconds (`entry.time` of
changes, `created_time`), milliseconds (`entry.time` and `timestamp` of Messenger) or ISO 8601. Fields that
are nice to have and were seen in several shapes are typed `Any` and read with care; only what a fact cannot
do without is required.

Sources: https://developers.facebook.com/docs/graph-api/webhooks/reference/page/ and
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from commonline.errors import MalformedPayloadError

Id = int | str
Time = int | float | str | None
LARGEST_ID = 2**64


def id_text(value: Id | None) -> str | None:
    """An id as text; None for what stands for none (absent, empty, 0).

    Raises `MalformedPayloadError` for a number that no id can be.
    """
    if isinstance(value, str):
        return value or None
    if not value:
        return None
    if not 0 < value < LARGEST_ID:
        raise MalformedPayloadError("an id is a number of up to 64 bits or text")
    return str(value)


class Profile(Struct, gc=False):
    """Someone as a change names them."""

    id: Id | None = None
    name: str | None = None


class PostInfo(Struct, gc=False):
    """The post that a change is about; all optional."""

    permalink_url: str | None = None
    is_published: Any = None
    promotion_status: str | None = None
    status_type: str | None = None


class Value(Struct, gc=False):
    """The value of a change: of `feed`, `ratings`, `mention`, `group_feed`, `leadgen` and `live_videos`.

    No change has all of these. The last six belong to leads and to broadcasts.
    """

    item: str = ""
    verb: str = ""
    post_id: Id | None = None
    comment_id: Id | None = None
    parent_id: Id | None = None
    photo_id: Id | None = None
    video_id: Id | None = None
    album_id: Id | None = None
    share_id: Id | None = None
    event_id: Id | None = None
    open_graph_story_id: Id | None = None
    author: Profile | None = field(default=None, name="from")
    sender_id: Id | None = None
    sender_name: str | None = None
    reviewer_id: Id | None = None
    reviewer_name: str | None = None
    user_id: Id | None = None
    created_time: Time = None
    edited_time: Time = None
    message: str | None = None
    message_tags: Any = None
    story: str | None = None
    link: str | None = None
    photo: Any = None
    photos: Any = None
    photo_ids: Any = None
    video: Any = None
    post: PostInfo | None = None
    published: Any = None
    is_hidden: Any = None
    reaction_type: str | None = None
    rating: int | float | None = None
    review_text: str | None = None
    recommendation_type: str | None = None
    video_flag_reason: Id | None = None
    leadgen_id: Id | None = None
    form_id: Id | None = None
    ad_id: Id | None = None
    adgroup_id: Id | None = None
    id: Id | None = None
    status: str | None = None
