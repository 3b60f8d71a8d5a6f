"""What a story is made of."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

Expect = Literal["kept", "refused"]


@dataclass(frozen=True, slots=True)
class Post:
    """A webhook: body as sent, and how it is signed. `forged`: with a wrong secret."""

    source: str
    body: bytes
    forged: bool = False
    expect: Expect = "kept"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one of our mailboxes, by SMTP."""

    message: EmailMessage


@dataclass(frozen=True, slots=True)
class Toot:
    """An event of the Mastodon user stream. `payload` is the JSON text that stands inside the frame."""

    event: str
    payload: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happens `at` seconds after the beginning, told in one line."""

    at: float
    told: str
    action: Post | Mail | Toot
