"""Intercom asks by HEAD whether somebody is there, when the address is saved. It proves nothing, and is told nothing.

https://developers.intercom.com/docs/webhooks/setting-up-webhooks
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.kit.handshake import Answer
from commonline.kit.request import Request


def handshake(request: Request, settings: Mapping[str, Any], now_us: int) -> Answer | None:
    """The answer to HEAD; None for all other calls."""
    del settings, now_us
    return Answer() if request.method == "HEAD" else None
