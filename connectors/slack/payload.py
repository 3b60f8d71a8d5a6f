"""What Slack sends, as far as it is mapped. Unknown fields are skipped.

https://docs.slack.dev/apis/events-api/ · https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

Flag = bool | int | None
"""Some events write truth as 0 and 1."""


class Authorization(Struct, gc=False):
    """One installation that may see the event; the list is cut to one."""

    team_id: str | None = None
    enterprise_id: str | None = None
    user_id: str | None = None


class Envelope(Struct, gc=False, kw_only=True):
    """The outer body. Outer types other than event_callback, and bodies of interactions, have no `event`."""

    type: str | None = None
    command: str | None = None
    team_id: str | None = None
    enterprise_id: str | None = None
    context_team_id: str | None = None
    api_app_id: str | None = None
    event_time: int | float | None = None
    is_ext_shared_channel: bool | None = None
    authorizations: list[Authorization] | None = None
    event: Raw = Raw()


class Kind(Struct, gc=False):
    """Enough of an event to know what it is."""

    type: str
    subtype: str | None = None


class BotProfile(Struct, gc=False):
    """The app behind a bot."""

    id: str | None = None
    name: str | None = None
    app_id: str | None = None


class UserProfile(Struct, gc=False):
    """Told with messages of people from another workspace."""

    display_name: str | None = None
    real_name: str | None = None
    team: str | None = None


class Edited(Struct, gc=False):
    """Who last edited a message, and when."""

    user: str | None = None
    ts: str | None = None


class File(Struct, gc=False):
    """A file of a message. Its private addresses need a token; `permalink` does not hold one."""

    id: str | None = None
    name: str | None = None
    title: str | None = None
    mimetype: str | None = None
    mode: str | None = None
    size: int | None = None
    duration_ms: int | None = None
    is_external: bool | None = None
    external_url: str | None = None
    permalink: str | None = None


class AttachmentField(Struct, gc=False):
    """A line of a legacy attachment."""

    title: str | None = None
    value: Any = None


class LegacyAttachment(Struct, gc=False):
    """An attachment in the old sense: a card by an app, a link's preview, or a message that is shared."""

    pretext: str | None = None
    author_name: str | None = None
    title: str | None = None
    title_link: str | None = None
    text: str | None = None
    fallback: str | None = None
    footer: str | None = None
    from_url: str | None = None
    original_url: str | None = None
    image_url: str | None = None
    is_share: bool | None = None
    is_msg_unfurl: bool | None = None
    channel_id: str | None = None
    ts: str | int | float | None = None
    author_id: str | None = None
    fields: list[AttachmentField] | None = None
    blocks: list[dict[str, Any]] | None = None


class Metadata(Struct, gc=False):
    """What the sending app wrote for apps."""

    event_type: str | None = None
    event_payload: dict[str, Any] | None = None


class Message(Struct, gc=False, kw_only=True):
    """A message as it stands in a channel, and the outer event of an edit or deletion."""

    ts: str | None = None
    subtype: str | None = None
    channel: str | None = None
    channel_type: str | None = None
    user: str | None = None
    username: str | None = None
    team: str | None = None
    user_team: str | None = None
    source_team: str | None = None
    user_profile: UserProfile | None = None
    bot_id: str | None = None
    bot_profile: BotProfile | None = None
    app_id: str | None = None
    text: str | None = None
    blocks: list[dict[str, Any]] | None = None
    attachments: list[LegacyAttachment] | None = None
    files: list[File] | None = None
    thread_ts: str | None = None
    parent_user_id: str | None = None
    edited: Edited | None = None
    metadata: Metadata | None = None
    permalink: str | None = None
    hidden: Flag = None
    event_ts: str | None = None
    deleted_ts: str | None = None
    inviter: str | None = None
    topic: str | None = None
    purpose: str | None = None
    name: str | None = None
    old_name: str | None = None


class MessageEvent(Message, gc=False, kw_only=True):
    """The outer event: an edit or deletion holds the message as it is now, and as it was."""

    message: Message | None = None
    previous_message: Message | None = None


class Item(Struct, gc=False):
    """What was reacted to or pinned."""

    type: str | None = None
    channel: str | None = None
    ts: str | None = None
    file: str | None = None
    message: Message | None = None


class Mark(Struct, gc=False, kw_only=True):
    """Reactions and pins."""

    user: str | None = None
    item_user: str | None = None
    item: Item | None = None
    reaction: str | None = None
    channel_id: str | None = None
    event_ts: str | None = None


class Membership(Struct, gc=False, kw_only=True):
    """Somebody joined or left a channel."""

    user: str | None = None
    channel: str | None = None
    channel_type: str | None = None
    team: str | None = None
    inviter: str | None = None
    event_ts: str | None = None


class ChannelInfo(Struct, gc=False, kw_only=True):
    """A channel, where an event tells more than its id."""

    id: str | None = None
    name: str | None = None
    created: int | None = None
    creator: str | None = None
    is_channel: bool | None = None
    is_group: bool | None = None
    is_im: bool | None = None
    is_mpim: bool | None = None
    is_private: bool | None = None
    is_ext_shared: bool | None = None


class ChannelEvent(Struct, gc=False, kw_only=True):
    """``channel_*`` and ``group_*``."""

    channel: ChannelInfo | str | None = None
    channel_type: str | None = None
    user: str | None = None
    actor_id: str | None = None
    connected_team_id: str | None = None
    previously_connected_team_id: str | None = None
    old_channel_id: str | None = None
    new_channel_id: str | None = None
    event_ts: str | None = None


class FileEvent(Struct, gc=False, kw_only=True):
    """``file_*``: ids only."""

    file_id: str | None = None
    file: File | None = None
    user_id: str | None = None
    user: str | None = None
    channel_id: str | None = None
    channel_ids: list[str] | None = None
    event_ts: str | None = None


class Profile(Struct, gc=False, kw_only=True):
    """What people tell about themselves."""

    real_name: str | None = None
    display_name: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    bot_id: str | None = None
    api_app_id: str | None = None


class User(Struct, gc=False, kw_only=True):
    """A member of a workspace."""

    id: str | None = None
    team_id: str | None = None
    name: str | None = None
    real_name: str | None = None
    deleted: bool | None = None
    profile: Profile | None = None
    is_bot: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None
    is_stranger: bool | None = None
    is_email_confirmed: bool | None = None
    updated: int | float | None = None
    locale: str | None = None


class UserEvent(Struct, gc=False, kw_only=True):
    """``team_join``, ``user_change``, ``user_profile_changed``"""

    user: User | None = None
    event_ts: str | None = None


class MembersPage(Struct, gc=False):
    """An answer of ``users.list``."""

    members: list[Raw] | None = None


MEMBERS_PAGE = msgspec.json.Decoder(MembersPage)
MEMBER = msgspec.json.Decoder(User)
ENVELOPE = msgspec.json.Decoder(Envelope)
KIND = msgspec.json.Decoder(Kind)
MESSAGE = msgspec.json.Decoder(MessageEvent)
MARK = msgspec.json.Decoder(Mark)
MEMBERSHIP = msgspec.json.Decoder(Membership)
CHANNEL = msgspec.json.Decoder(ChannelEvent)
FILE = msgspec.json.Decoder(FileEvent)
USER = msgspec.json.Decoder(UserEvent)
