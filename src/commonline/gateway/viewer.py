"""Who looks, and what exists for them: every list, count, search, live stream and export asks this alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from commonline.kit.place import TIGHTNESS
from commonline.schemas.records import Visibility


@dataclass(frozen=True, slots=True, order=True)
class FeedName:
    """A department's feed: ``acme/service``, the topic ``feeds.acme.service.v1``."""

    workspace: str
    department: str

    def __str__(self) -> str:
        return f"{self.workspace}/{self.department}"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or an application that has proven who it is.

    `feeds`: the departments it belongs to. `visibility`: the tightest that it may see; what is tighter does not exist
    for it, whatever its departments may see. `administrator`: sees all feeds, what lies behind them (evidence, dead
    letters with their bytes), and may change rulings, subscriptions and tokens.
    """

    name: str
    feeds: frozenset[FeedName] = field(default_factory=frozenset)
    visibility: Visibility = "public"
    administrator: bool = False
    zone: str = "UTC"
    """IANA name of the time zone that times are told in."""

    def reads(self, feed: FeedName) -> bool:
        """Whether the feed exists for this viewer."""
        return self.administrator or feed in self.feeds

    def sees(self, visibility: Visibility) -> bool:
        """Whether something of this visibility exists for this viewer."""
        return self.administrator or TIGHTNESS[visibility] <= TIGHTNESS[self.visibility]
