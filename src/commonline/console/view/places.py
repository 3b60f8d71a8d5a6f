"""Where things happen: an icon and a word for each channel, a colour for each department."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """Name of a symbol in ``vendor/icons.svg``, and what the channel is called."""

    icon: str
    word: str


CHANNELS: dict[str, Place] = {
    "post": Place("megaphone", "Post"),
    "comment": Place("message-square", "Comment"),
    "review": Place("star", "Review"),
    "direct_message": Place("message-circle", "Direct message"),
    "sms": Place("smartphone", "SMS"),
    "email": Place("mail", "E-mail"),
    "call": Place("phone", "Call"),
    "voicemail": Place("voicemail", "Voicemail"),
    "meeting": Place("video", "Meeting"),
    "chat": Place("messages-square", "Team chat"),
    "ticket": Place("ticket", "Ticket"),
    "issue": Place("bug", "Issue"),
    "document": Place("file-text", "Document"),
    "form": Place("clipboard-list", "Form"),
    "calendar": Place("calendar", "Calendar"),
    "crm": Place("contact-round", "CRM"),
    "commerce": Place("shopping-cart", "Shop"),
    "employee": Place("id-card", "Employee record"),
    "web": Place("globe", "Web"),
    "alert": Place("siren", "Alert"),
    "news": Place("newspaper", "News"),
    "other": Place("circle-help", "Other"),
}
HUES = 8


def place(channel: str) -> Place:
    """Icon and word of a channel; one that this program does not know is shown by its own name."""
    return CHANNELS.get(channel) or Place("circle-help", channel.replace("_", " ").capitalize())


def hues(departments: Iterable[str]) -> dict[str, int]:
    """One of `HUES` colours for each department, different ones as long as they last."""
    return {name: number % HUES for number, name in enumerate(sorted(set(departments)))}
