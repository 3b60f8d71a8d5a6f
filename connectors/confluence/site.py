"""One site: who, where, how far."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from commonline.connectors.confluence.payload import Content, Limits, Space, User
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.text import one_line
from commonline.schemas.records import Container, Party, Role, Visibility

CONNECTOR = "confluence"


@lru_cache(maxsize=64)
def host(site: str) -> str:
    """The site's name, which is in all ids."""
    return urlsplit(site if "://" in site else f"https://{site}").netloc.lower() or site


def uri(settings: Mapping[str, Any], kind: str, native_id: str | int) -> str:
    """The id of a thing."""
    return native(CONNECTOR, host(str(settings["site"])), kind, native_id)


def person(user: User | None, role: Role, settings: Mapping[str, Any]) -> Party | None:
    """Somebody. An Atlassian account is one on every site of Atlassian's cloud."""
    if user is None:
        return None
    account = account_of(user.account_id, user.user_key, settings)
    name = one_line(user.display_name or user.public_name)
    if account is None and name is None:
        return None
    party = Party(account=account, kind="application" if user.account_type == "app" else "person", role=role, name=name)
    party.handle, party.claims = one_line(user.username), claim(mailto(user.email), "verified")
    return party


def account_of(account_id: str | None, user_key: str | None, settings: Mapping[str, Any]) -> str | None:
    """The account's URI."""
    if account_id:
        return native("atlassian", "user", account_id)
    return uri(settings, "user", user_key) if user_key else None


def space(told: Space | None, settings: Mapping[str, Any]) -> Container | None:
    """The space."""
    if told is None or not told.key:
        return None
    return Container(id=uri(settings, "space", told.key), name=one_line(told.name or told.key), kind="wiki")


def visibility(one: Content, key: str | None, settings: Mapping[str, Any]) -> Visibility:
    """Restricted where not everybody may read, or where it is not told; else as the space is."""
    read = one.restrictions.read if one.restrictions is not None else None
    limits = read.restrictions if read is not None else None
    if limits is None or _limited(limits) or not key:
        return "restricted"
    if key in (settings.get("public_spaces") or ()):
        return "public"
    return "customer" if key in (settings.get("customer_spaces") or ()) else "internal"


def _limited(limits: Limits) -> bool:
    return any(some is None or some.size > 0 or bool(some.results) for some in (limits.user, limits.group))


def link(settings: Mapping[str, Any], path: str | None) -> str | None:
    """A permalink from a path below the base."""
    if not path or not path.startswith("/") or not path.isprintable() or " " in path:
        return None
    return str(settings["site"]).rstrip("/") + path
