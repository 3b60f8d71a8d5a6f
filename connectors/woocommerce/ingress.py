"""WooCommerce tries an address with a form of one field before it sends to it, and signs that by nothing.

https://woocommerce.com/document/webhooks/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from commonline.kit.handshake import Answer
from commonline.kit.request import Request

_PING = re.compile(rb"webhook_id=\d{1,20}\Z")


def handshake(request: Request, settings: Mapping[str, Any], now_us: int) -> Answer | None:
    """The answer to the ping; None for all other calls."""
    del settings, now_us
    return Answer() if request.method == "POST" and _PING.match(request.body) else None
