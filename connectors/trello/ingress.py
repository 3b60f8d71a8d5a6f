"""Trello asks by HEAD whether the address answers before it makes a webhook."""

from __future__ import annotations

from commonline.kit.handshake import Answer
from commonline.kit.hooks import Settings
from commonline.kit.request import Request


def handshake(request: Request, settings: Settings, now_us: int) -> Answer | None:  # noqa: ARG001 - the hook's form
    """Yes; it proves nothing, and nothing is told."""
    return Answer() if request.method in ("HEAD", "GET") else None
