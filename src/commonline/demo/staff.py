"""Slack: colleagues among themselves (Events API)."""

from __future__ import annotations

import json
from typing import Any

from commonline.demo.scene import Post
from commonline.demo.world import Day

SOURCE = "acme-slack"
CHANNEL = "C0QUALITY"
SAM, PRIYA = "U0SAM0001", "U0PRIYA01"


def _callback(day: Day, number: int, event: dict[str, Any]) -> bytes:
    body = {
        "token": "unused",
        "team_id": day.team,
        "context_team_id": day.team,
        "api_app_id": "A0DESK001",
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{day.began}{number:03d}",
        "event_time": day.second(number),
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": day.team,
                "user_id": "U0BOT0001",
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }
    return json.dumps(body).encode()


def _message(day: Day, number: int, user: str, text: str, thread: str | None = None) -> dict[str, Any]:
    message = {
        "type": "message",
        "ts": day.slack(number),
        "event_ts": day.slack(number),
        "channel": CHANNEL,
        "channel_type": "channel",
        "user": user,
        "team": day.team,
        "text": text,
    }
    return message | {"thread_ts": thread, "parent_user_id": SAM} if thread else message


ASKED = "Ticket #{ticket} is a leaking Kettle Two again. Batch 7? The press will call."


def ask(day: Day) -> Post:
    """Sam asks, and names the ticket."""
    return Post(SOURCE, _callback(day, 6, _message(day, 6, SAM, ASKED.format(ticket=day.ticket))))


def answer(day: Day) -> Post:
    """Priya answers in the thread."""
    text = f"Yes, batch 7: the seal. <@{SAM}> please stop the outlet sale, I tell legal &amp; PR."
    return Post(SOURCE, _callback(day, 7, _message(day, 7, PRIYA, text, thread=day.slack(6))))


def corrected(day: Day) -> Post:
    """Sam edits his question."""
    message = _message(day, 6, SAM, ASKED.format(ticket=day.ticket).replace("Batch 7?", "Batch 7 or 8?"))
    edited = message | {"edited": {"user": SAM, "ts": day.slack(22)}}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": CHANNEL,
        "channel_type": "channel",
        "ts": day.slack(22),
        "event_ts": day.slack(22),
        "message": edited,
        "previous_message": message,
    }
    return Post(SOURCE, _callback(day, 22, event))


def broken(day: Day) -> Post:
    """A body that breaks off in the middle: signed, kept, and a dead letter."""
    return Post(SOURCE, _callback(day, 13, _message(day, 13, SAM, "this will never arrive whole"))[:-120])
