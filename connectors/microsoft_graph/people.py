"""Who: people of the tenant are ours, those of another one partners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.microsoft_graph.payload import Identities, Identity, Recipient
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.text import one_line
from commonline.schemas.records import Party, Role

CONNECTOR = "microsoft_graph"
OUTSIDE = frozenset({"federatedUser", "emailUser", "personalMicrosoftAccountUser", "skypeUser", "phoneUser"})
ANONYMOUS = "anonymousGuest"


def uri(settings: Mapping[str, Any], *parts: str) -> str:
    """The id of a thing of this tenant."""
    return native(CONNECTOR, str(settings["tenant_id"]), *parts)


def party(told: Identities | None, role: Role, settings: Mapping[str, Any]) -> Party | None:
    """A user or an application; None for the system."""
    if told is None:
        return None
    if told.user is not None and (told.user.id or told.user.display_name):
        return _user(told.user, role, settings)
    if told.application is not None and told.application.id:
        found = Party(account=native("aad", str(settings["tenant_id"]), "application", told.application.id), role=role)
        found.kind, found.name = "application", one_line(told.application.display_name)
        if told.application.id == settings.get("client_id"):
            found.side = "us"
        return found
    return None


def _user(user: Identity, role: Role, settings: Mapping[str, Any]) -> Party:
    tenant = user.tenant_id or str(settings["tenant_id"])
    kind = user.user_identity_type or ""
    found = Party(kind="anonymous" if kind == ANONYMOUS else "person", role=role, name=one_line(user.display_name))
    found.account = native("aad", tenant, "user", user.id) if user.id else None
    found.claims = claim(mailto(user.email), "verified")
    if kind in OUTSIDE or tenant != str(settings["tenant_id"]):
        found.side = "partner"
    elif kind != ANONYMOUS:
        found.side = "us"
    return found


def correspondent(told: Recipient | None, role: Role) -> Party | None:
    """Somebody who wrote a mail or gets it."""
    one = told.email_address if told is not None else None
    account = mailto(one.address) if one is not None else None
    if one is None or account is None:
        return None
    name = one_line(one.name)
    return Party(account=account, kind="unknown", role=role, name=None if name == one.address else name)
