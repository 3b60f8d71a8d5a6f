"""Subscribe to a department's feed, in Python.

    for record in Feed("service").follow("crm"):
        if record.item is not None:
            print(record.item.channel, record.item.object.text)

Needs kafka-python, pydantic and msgspec, and lz4 for what unify compresses; no librdkafka, no registry.
`AsyncFeed` (in ``commonline.client.asynchronous``, by aiokafka) is the same for asyncio.
"""

from __future__ import annotations

from commonline.client.feed import Feed
from commonline.client.following import Following
from commonline.client.settings import ClientSettings
from commonline.client.transactions import Transactions
from commonline.client.view import Conversation, CurrentView
from commonline.schemas.models import FeedActivity

__all__ = ["ClientSettings", "Conversation", "CurrentView", "Feed", "FeedActivity", "Following", "Transactions"]
