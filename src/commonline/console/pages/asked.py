"""What a page with filters is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from fastapi import Query

from commonline.gateway.queries.filters import Filter
from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import Viewer
from commonline.schemas.records import Channel, ThreadState

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters of the list, as they stand in the address; what is empty or makes no sense is not asked for."""

    text: str = ""
    feed: str = ""
    channel: str = ""
    state: str = ""
    waiting: bool = False
    unread: bool = False

    @property
    def any(self) -> bool:
        """Whether the list is narrowed at all."""
        return self != Asked()

    def sight(self, viewer: Viewer) -> Sight:
        """Through which feed the viewer looks. One that is not theirs shows nothing, as everywhere."""
        workspace, slash, department = self.feed.partition("/")
        return Sight(viewer, workspace, department) if slash else Sight(viewer)

    def filter(self, **more: Any) -> Filter:
        """As the queries have it."""
        return Filter(
            text=self.text or None,
            channel=self.channel or None,
            state=self.state or None,
            waiting=True if self.waiting else None,
            unread=True if self.unread else None,
            **more,
        )

    def address(self, path: str, **more: str | None) -> str:
        """An address with the same filters."""
        told = {
            "text": self.text,
            "feed": self.feed,
            "channel": self.channel,
            "state": self.state,
            "waiting": "1" if self.waiting else "",
            "unread": "1" if self.unread else "",
        } | {name: value or "" for name, value in more.items()}
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{path}?{query}" if query else path


def asked(
    text: Annotated[str, Query(max_length=LONGEST)] = "",
    feed: Annotated[str, Query(max_length=LONGEST)] = "",
    channel: Annotated[str, Query(max_length=LONGEST)] = "",
    state: Annotated[str, Query(max_length=LONGEST)] = "",
    waiting: Annotated[str, Query(max_length=LONGEST)] = "",
    unread: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Asked:
    """From an address."""
    return Asked(
        text=text.replace("\0", "").strip(),
        feed=feed.replace("\0", ""),
        channel=channel if channel in get_args(Channel) else "",
        state=state if state in get_args(ThreadState) else "",
        waiting=waiting == "1",
        unread=unread == "1",
    )
