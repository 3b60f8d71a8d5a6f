"""Follows the feed of the service department.

COMMONLINE_KAFKA=127.0.0.1:9092 python follow_service.py
"""

from __future__ import annotations

from commonline.client import Feed

with Feed("service").follow("my-application") as records:
    for record in records:
        if record.item is not None:
            print(record.item.channel, record.item.direction, record.item.object.text, flush=True)
