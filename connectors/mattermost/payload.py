"""What Mattermost sends, as far as it is mapped: https://developers.mattermost.com/api-documentation/

Times are milliseconds. Tokens, preferences and the state of dialogs are not decoded.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

Millis = Annotated[int, Meta(ge=0, le=2**53)]


class File(Struct, gc=False):
    """A file of a post."""

    id: str | None = None
    name: str | None = None
    size: Annotated[int, Meta(ge=0, le=2**48)] | None = None
    mime_type: str | None = None


class Metadata(Struct, gc=False):
    """What the server adds to a post."""

    files: list[File] | None = None


class Card(Struct, gc=False):
    """An attachment in the form of Slack's, as integrations post them."""

    fallback: str | None = None
    pretext: str | None = None
    title: str | None = None
    text: str | None = None


class Props(Struct, gc=False):
    """What an integration says of its post."""

    from_webhook: Any = None
    from_bot: Any = None
    override_username: Any = None
    attachments: list[Card] | None = None


class Post(Struct, gc=False):
    """A post. `root_id` is the first of its thread, or empty."""

    id: str
    channel_id: str
    user_id: str = ""
    create_at: Millis = 0
    update_at: Millis = 0
    edit_at: Millis = 0
    delete_at: Millis = 0
    root_id: str = ""
    message: str = ""
    type: str = ""
    pending_post_id: str = ""
    remote_id: str | None = None
    props: Props | None = None
    file_ids: list[str] | None = None
    metadata: Metadata | None = None


class Reaction(Struct, gc=False):
    """One person's emoji on a post."""

    user_id: str
    post_id: str
    emoji_name: str
    create_at: Millis = 0
    channel_id: str = ""


class Channel(Struct, gc=False):
    """A channel; `type` is O (open), P (private), D (direct) or G (group of some people)."""

    id: str = ""
    type: str = ""
    name: str = ""
    display_name: str = ""
    team_id: str = ""


class User(Struct, gc=False):
    """An account of the server."""

    id: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    nickname: str = ""
    email: str = ""
    is_bot: bool = False


class Broadcast(Struct, gc=False):
    """Whom a frame is for."""

    channel_id: str = ""
    team_id: str = ""
    user_id: str = ""


class Data(Struct, gc=False):
    """The data of a frame; posts and reactions are JSON inside a text."""

    post: str | None = None
    reaction: str | None = None
    channel: str | None = None
    channel_type: str = ""
    channel_name: str = ""
    channel_display_name: str = ""
    sender_name: str = ""
    team_id: str = ""
    user_id: str = ""
    remover_id: str = ""
    channel_id: str = ""


class Frame(Struct, gc=False):
    """A frame of the WebSocket."""

    event: str = ""
    data: Raw = Raw(b"{}")
    broadcast: Broadcast = field(default_factory=Broadcast)
    seq: int = 0


class Outgoing(Struct, gc=False):
    """An outgoing webhook; `timestamp` in seconds of older servers, in milliseconds of newer ones."""

    post_id: str
    channel_id: str
    user_id: str = ""
    user_name: str = ""
    channel_name: str = ""
    team_id: str = ""
    team_domain: str = ""
    text: str = ""
    timestamp: int = 0
    file_ids: str = ""


KEYS = Decoder(dict[str, Raw])
FRAME = Decoder(Frame)
DATA = Decoder(Data)
POST = Decoder(Post)
REACTION = Decoder(Reaction)
CHANNEL = Decoder(Channel)
USERS = Decoder(list[User])
