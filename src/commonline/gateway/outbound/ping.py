"""The test button: one call of type ``ping``, now, and what came of it. It is not tried again."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

from commonline.clock import now_us
from commonline.gateway.outbound.destination import Allowed
from commonline.gateway.outbound.dispatch import call
from commonline.gateway.outbound.schedule import Outcome
from commonline.gateway.outbound.sender import Sender
from commonline.gateway.outbound.subscriptions import Subscription
from commonline.schemas.model import moment


def ping(found: Subscription, allowed: Allowed) -> Outcome:
    """Call the receiver; blocks until it has answered or the time-out has passed."""
    return asyncio.run(_ping(found, allowed))


async def _ping(found: Subscription, allowed: Allowed) -> Outcome:
    sender = Sender(allowed)
    try:
        body = {"type": "ping", "timestamp": moment(now_us()).isoformat(), "data": {"webhook": found.id}}
        return await call(sender, found, f"msg_{uuid4().hex}", json.dumps(body).encode())
    finally:
        await sender.close()
