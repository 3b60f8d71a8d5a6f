"""Pages, people and what they write: their URIs.

The tenant of every id is the page, because Meta numbers people anew for each page. A person in the feed
(`…/user/<id>`) and in Messenger (`…/psid/<id>`) are two accounts: nothing promises that the numbers agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from commonline.connectors.facebook.messenger_payload import Messaging
from commonline.connectors.facebook.payload import Value
from commonline.kit.accounts import native, quoted
from commonline.schemas.records import Container, Object, Party, Role

CONNECTOR = "facebook"
SITE = "https://www.facebook.com"


class Page(msgspec.Struct, frozen=True, gc=False):
    """One page of ours. `account` is also the URI of the page as a container and as an object."""

    id: str
    account: str
    name: str | None
    container: Container

    def uri(self, kind: str, part: str, more: str | None = None) -> str:
        """The URI of something on this page, known by one native id or by two."""
        uri = f"{self.account}/{kind}/{quoted(part)}"
        return uri if more is None else f"{uri}/{quoted(more)}"

    def us(self, role: Role = "author") -> Party:
        """The page itself as a party."""
        return _us(self.account, self.name, role)

    def as_object(self) -> Object:
        """The page as what is liked, blocked or mentioned."""
        return Object(id=self.account, type="Page", url=f"{SITE}/{self.id}", title=self.name)


class FeedPart(msgspec.Struct, frozen=True, gc=False):
    """One change of a page. `at` is the entry's time in microseconds."""

    page: Page
    at: int | None
    field: str
    value: Value


class MessengerPart(msgspec.Struct, frozen=True, gc=False):
    """One Messenger event; `field` names the part that it has, `told` is that part."""

    page: Page
    at: int | None
    field: str
    told: Any
    messaging: Messaging
    standby: bool


def page(native_id: str, settings: Mapping[str, Any]) -> Page:
    """The page with this id; its name is what the source's setting `pages` says."""
    names = settings.get("pages")
    return _page(native_id, names.get(native_id) if names else None)


@lru_cache(maxsize=4096)
def _page(native_id: str, name: str | None) -> Page:
    account = native(CONNECTOR, native_id)
    return Page(native_id, account, name, Container(id=account, name=name, kind="page"))


@lru_cache(maxsize=4096)
def _us(account: str, name: str | None, role: Role) -> Party:
    return Party(account=account, kind="organisation", side="us", role=role, name=name)
