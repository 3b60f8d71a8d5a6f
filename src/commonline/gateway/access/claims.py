"""From what a provider says of a person to what the person may see: a decision on values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from commonline.configuration.gateway import Oidc
from commonline.gateway.access.tokens import feeds_of
from commonline.gateway.viewer import Viewer
from commonline.kit.place import TIGHTNESS

EVERYBODY = "*"


def viewer(oidc: Oidc, claims: Mapping[str, Any], zone: str) -> Viewer | None:
    """Who somebody is by the claims of an ID token; None where no grant is meant for it.

    `claims`: as OpenID Connect Core 5.1 names them. `zone` is taken where the provider tells none that exists.
    """
    grants = [oidc.grants[value] for value in (EVERYBODY, *_values(claims.get(oidc.claim))) if value in oidc.grants]
    if not grants:
        return None
    told = claims.get("zoneinfo")
    return Viewer(
        name=str(claims.get("name") or claims.get("preferred_username") or claims.get("email") or claims["sub"]),
        feeds=frozenset().union(*(feeds_of(grant.feeds) for grant in grants)),
        visibility=max((grant.visibility for grant in grants), key=TIGHTNESS.__getitem__),
        administrator=any(grant.administrator for grant in grants),
        zone=told if isinstance(told, str) and told in available_timezones() else zone,
    )


def _values(claim: object) -> list[str]:
    if isinstance(claim, str):
        return [claim]
    return [value for value in claim if isinstance(value, str)] if isinstance(claim, list) else []
