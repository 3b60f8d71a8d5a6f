"""An update of the Bot API to activities. One update has one part, whose name is the event's.

A message by which the chat tells of itself has a name of its own: ``message.left_chat_member``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.telegram import members, messages
from commonline.connectors.telegram.payload import KEYS
from commonline.errors import ConfigurationError, MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

ID = "update_id"
SERVICE: dict[str, str] = {
    **{name: f"message.{name}" for name in ("new_chat_members", "left_chat_member", "new_chat_title")},
    **dict.fromkeys(
        ["forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"],
        "message.forum_topic",
    ),
    **dict.fromkeys(["migrate_to_chat_id", "migrate_from_chat_id"], "message.migrated"),
    **dict.fromkeys(["successful_payment", "refunded_payment"], "message.payment"),
    **dict.fromkeys(
        ["video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited"],
        "message.call",
    ),
}
"""Fields that only messages about the chat have."""
QUIET = (
    "new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created", "channel_chat_created",
    "message_auto_delete_timer_changed", "pinned_message", "users_shared", "chat_shared", "connected_website",
    "write_access_allowed", "passport_data", "proximity_alert_triggered", "boost_added", "chat_background_set",
    "general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created", "giveaway",
    "giveaway_winners", "giveaway_completed", "web_app_data", "gift", "unique_gift", "paid_message_price_changed",
    "direct_message_price_changed", "checklist_tasks_done", "checklist_tasks_added",
)  # fmt: skip
EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys(
        [
            "message",
            "edited_message",
            "channel_post",
            "edited_channel_post",
            "business_message",
            "edited_business_message",
        ],
        messages.written,
    ),
    "deleted_business_messages": messages.deleted,
    "message_reaction": messages.reacted,
    "message.payment": messages.paid,
    "message.new_chat_title": messages.titled,
    "message.forum_topic": messages.titled,
    "message.migrated": messages.migrated,
    "message.new_chat_members": members.came,
    "message.left_chat_member": members.left,
    "my_chat_member": members.changed,
    "chat_member": members.changed,
    "chat_join_request": members.asked,
}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raises `ConfigurationError` if `bot_id` is no number."""
    bot = settings["bot_id"]
    if not (isinstance(bot, str) and bot.isascii() and bot.isdecimal()):
        raise ConfigurationError(f"bot_id: is {bot!r}; give the digits before the colon of the bot's token")


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one part of an update. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    update = KEYS.decode(delivery.body or b"")
    parts = [name for name in update if name != ID]
    if ID not in update:
        raise MalformedPayloadError("is no update of the Bot API", ID)
    found = []
    for index, name in enumerate(parts):
        body = bytes(update[name])
        event = _named(body) if name in ("message", "channel_post", "business_message") else name
        found.append(Entry(index, event or name, body, name, delivery, settings))
    return found


def _named(body: bytes) -> str | None:
    """The event of a message about its chat; None for one that somebody wrote."""
    if not body.startswith(b"{"):
        return None
    keys = KEYS.decode(body).keys()
    for name, event in SERVICE.items():
        if name in keys:
            return event
    return "message.service" if any(name in keys for name in QUIET) else None
