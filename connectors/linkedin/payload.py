"""What LinkedIn tells, as far as it is mapped.

https://learn.microsoft.com/linkedin/marketing/community-management/organizations/organization-social-action-notifications
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder


class Decorated(Struct, gc=False):
    """A post, comment or like with whose it is and what it says."""

    entity: str | None = None
    owner: str | None = None
    text: str | None = None
    parent: str | None = field(default=None, name="parentComment")
    media: str | None = field(default=None, name="mediaCategory")


class Generated(Struct, gc=False):
    """What the action made."""

    comment: Decorated | None = None
    share: Decorated | None = None
    like: Decorated | None = None


class Notification(Struct, gc=False):
    """An action on a page or post of ours."""

    action: str
    id: int | str | None = field(default=None, name="notificationId")
    organization: str | None = field(default=None, name="organizationalEntity")
    source: str | None = field(default=None, name="sourcePost")
    source_post: Decorated | None = field(default=None, name="decoratedSourcePost")
    made: str | None = field(default=None, name="generatedActivity")
    generated: Generated | None = field(default=None, name="decoratedGeneratedActivity")
    changed: int | str | None = field(default=None, name="lastModifiedAt")


class Body(Struct, gc=False):
    """A webhook's body, a page of a list, or one notification of it."""

    type: str | None = None
    notifications: list[Raw] | None = None
    elements: list[Raw] | None = None
    action: Any = None


class Action(Struct, gc=False):
    """Enough of a notification to know what it is."""

    action: str | None = None


BODY = Decoder(Body)
ACTION = Decoder(Action)
NOTIFICATION = Decoder(Notification)
