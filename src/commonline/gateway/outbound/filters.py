"""What a subscription wants of a feed, and how a record is told."""

from __future__ import annotations

import json
from uuid import UUID, uuid5

from pydantic import Field

from commonline.schemas.model import Model
from commonline.schemas.models import FeedActivity
from commonline.schemas.records import Channel, Direction, FeedEvent, Visibility

_SPACE = UUID("5d1a9c1e-0f0b-5c43-9c39-5a6c8e0f7f11")


class Filter(Model):
    """All that is named must hold; within a list any value is enough. Empty: everything."""

    events: tuple[FeedEvent, ...] = ()
    """activity, tombstone, entered, left, merged, split."""
    channels: tuple[Channel, ...] = ()
    """Of activities: the kind of place."""
    directions: tuple[Direction, ...] = ()
    """Of activities: which way it went."""
    visibilities: tuple[Visibility, ...] = ()
    """Effective visibility."""
    sources: tuple[str, ...] = Field(default=())
    """Of activities: names of sources."""
    catch_up: bool = True
    """False: without history that the feed got late."""

    def wants(self, record: FeedActivity) -> bool:
        """Whether a record is sent. What is asked of activities does not hold back records of other kinds."""
        if self.events and record.event not in self.events:
            return False
        if self.visibilities and record.visibility not in self.visibilities:
            return False
        if record.catch_up and not self.catch_up:
            return False
        item = record.item
        if item is None:
            return True
        asked = ((self.channels, item.channel), (self.directions, item.direction), (self.sources, item.source))
        return all(not wanted or value in wanted for wanted, value in asked)


def event_type(record: FeedActivity) -> str:
    """``feed.activity``, ``feed.merged`` …"""
    return f"feed.{record.event}"


def payload(record: FeedActivity) -> str:
    """The body of the call: type, time, and the record as JSON."""
    told = {
        "type": event_type(record),
        "timestamp": record.known.isoformat(),
        "data": record.model_dump(mode="json"),
    }
    return json.dumps(told, separators=(",", ":"), ensure_ascii=True)


def identifier(subscription: str, record: FeedActivity) -> str:
    """The webhook-id: the same for each attempt and each replay of a record to a subscription."""
    return f"msg_{uuid5(_SPACE, f'{subscription}/{record.workspace}/{record.feed}/{record.seq}').hex}"
