"""The hub asks back whether we meant our subscription."""

from __future__ import annotations

from commonline.configuration.load import ResolvedSecret
from commonline.kit import websub
from commonline.kit.handshake import Answer
from commonline.kit.hooks import Settings
from commonline.kit.request import Request


def handshake(request: Request, settings: Settings, now_us: int) -> Answer | None:  # noqa: ARG001 - the hook's form
    """See `commonline.kit.websub.handshake`."""
    secret = settings["hub_secret"]
    return websub.handshake(request, secret.values if isinstance(secret, ResolvedSecret) else ())
