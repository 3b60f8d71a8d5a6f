"""The desk that a fact is from: its URIs, its permalinks, and the people in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from commonline.connectors.zendesk.payload import Id, Identity, User, text_id
from commonline.connectors.zendesk.values import plain
from commonline.kit import accounts
from commonline.kit.mapping import Entry
from commonline.schemas.records import Claim, Party, Role, Side, Trust

SYSTEM = "-1"
"""The actor of triggers, automations and other business rules."""
_ROLES: dict[str, Side] = {"end-user": "customer", "agent": "us", "admin": "us"}
_PAGES = {"ticket": "tickets", "user": "users", "organization": "organizations"}

Users = Mapping[str, User]
NOBODY: Users = {}


class Desk(Struct, frozen=True):
    """One Zendesk account. `tenant` is its subdomain; `region` reads telephone numbers without ``+``."""

    tenant: str
    account: str
    """The desk itself: the account of ours that tickets come in by."""
    root: str | None = None
    region: str | None = None

    def uri(self, kind: str, native_id: str | int, *more: str | int) -> str:
        """``zendesk:acme/ticket/35436``"""
        text = native_id if isinstance(native_id, str) else str(native_id)
        if not more and text.isascii() and text.isdecimal():
            return f"{self.account}/{kind}/{text}"
        return accounts.native("zendesk", self.tenant, kind, text, *more)

    def page(self, kind: str, native_id: str | int) -> str | None:
        """The page where an agent sees a ticket, user or organization."""
        return f"{self.root}/agent/{_PAGES[kind]}/{native_id}" if self.root else None


@lru_cache(maxsize=256)
def _desk(subdomain: str | None, fallback: str, region: str | None) -> Desk:
    tenant = subdomain or fallback
    root = f"https://{subdomain}.zendesk.com" if subdomain else None
    return Desk(tenant, accounts.native("zendesk", tenant), root, region)


def desk_of(entry: Entry, account_id: Id = None) -> Desk:
    """The desk by the setting `subdomain`, which both webhook and poll know; else by the account's number."""
    settings: Mapping[str, Any] = entry.settings
    fallback = text_id(account_id) or entry.delivery.source
    return _desk(settings.get("subdomain") or None, fallback, settings.get("region"))


def side_of(role: str | None) -> Side:
    """Whose side a user's role puts them on."""
    return _ROLES.get((role or "").lower(), "unknown")


def party(
    desk: Desk,
    user_id: Id,
    role: Role,
    *,
    side: Side = "unknown",
    name: str | None = None,
    users: Users = NOBODY,
) -> Party | None:
    """A user as a party; None where no user is named. What was side-loaded outweighs `side` and `name`."""
    native_id = text_id(user_id)
    if native_id is None:
        return None
    account = desk.uri("user", native_id)
    name = plain(name)
    if native_id == SYSTEM:
        return Party(account=account, kind="application", side="us", role=role, name=name)
    user = users.get(native_id)
    if user is None:
        return Party(account=account, kind="person", side=side, role=role, name=name)
    return Party(
        account=account,
        kind="person",
        side=side_of(user.role) if user.role else side,
        role=role,
        name=plain(user.name) or name,
        claims=user_claims(desk, user),
    )


def group(desk: Desk, group_id: Id, role: Role) -> Party | None:
    """A group of agents as a party."""
    native_id = text_id(group_id)
    if native_id is None:
        return None
    return Party(account=desk.uri("group", native_id), kind="group", side="us", role=role)


def present(*parties: Party | None) -> list[Party]:
    """Those that are somebody, each account once."""
    found: dict[str | None, Party] = {}
    for one in parties:
        if one is not None:
            found.setdefault(one.account, one)
    return list(found.values())


def user_claims(desk: Desk, user: User) -> list[Claim]:
    """Primary address, telephone and organization of a user.

    `verified` says that the user proved control of the primary identity; without it the desk's staff or an
    import wrote the address. A telephone number is never proved; a shared one is nobody's.
    """
    trust: Trust = "verified" if user.verified else "entered"
    claims = accounts.claim(accounts.mailto(user.email), trust)
    if user.phone and not user.shared_phone_number:
        claims += accounts.claim(accounts.tel(user.phone, desk.region), "entered")
    organization = text_id(user.organization_id)
    if organization:
        claims.append(member_of(desk.uri("organization", organization)))
    return claims


def member_of(account: str) -> Claim:
    """Belonging to an organization: joins no persons."""
    return Claim(relation="member_of", account=account, trust="entered")


def identity_account(desk: Desk, identity: Identity) -> str | None:
    """The account that an identity names.

    X names and Facebook numbers are not accounts: a name can change hands, and a number belongs to a
    page that is not told. https://developer.zendesk.com/api-reference/ticketing/users/user_identities/
    """
    kind = (identity.type or "").lower()
    if kind in ("email", "google", "microsoft"):
        return accounts.mailto(identity.value)
    if kind in ("phone_number", "phone"):
        return accounts.tel(identity.value, desk.region)
    return None


def by_id(users: Iterable[User] | None) -> Users:
    """Side-loaded users by their id."""
    return {str(user.id): user for user in users or ()}
