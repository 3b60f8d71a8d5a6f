"""Compiled tables of people and files to parties and attachments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from commonline.kit import accounts
from commonline.kit.declared import values
from commonline.kit.declared.expressions import Getter, Scope
from commonline.kit.declared.plan import ENUMERATIONS, KINDS, Attachments, Party
from commonline.schemas.records import Attachment, AttachmentKind, PartyKind, Role, Side
from commonline.schemas.records import Party as Told

PREFIX = "webhook"
"""Begins the ids: one for all connectors whose mapping is declared, so that a system has one set of ids however it
comes (its webhook, a file of its history)."""
_ILLEGAL = frozenset(' "<>\\^`{|}')
_BY_MEDIA = {"image": "image", "video": "video", "audio": "audio"}


def party(table: Party, scope: Scope, system: str, region: str | None, role: Role | None = None) -> Told | None:
    """Someone; None where nothing that tells who it is was found."""
    get = table.get
    mail = accounts.mailto(values.text(_value(get, "email", scope)))
    phone = accounts.tel(values.text(_value(get, "phone", scope)), region)
    account = _account(get, scope, system) or mail or phone
    name = values.line(_value(get, "name", scope), 300)
    handle = values.line(_value(get, "handle", scope), 300)
    if account is None and name is None and handle is None:
        return None
    claims = [claim for told in (mail, phone) if told != account for claim in accounts.claim(told, table.trust)]
    kind = values.choice(_value(get, "kind", scope), KINDS["actor"])
    return Told(
        account=account,
        kind=cast("PartyKind", kind or "unknown"),
        side=cast("Side", values.choice(_value(get, "side", scope), ENUMERATIONS["side"]) or "unknown"),
        role=role or table.role,
        name=name,
        handle=handle.removeprefix("@") if handle else None,
        claims=claims,
    )


def parties(table: Party, scope: Scope, system: str, region: str | None) -> list[Told]:
    """One, or with ``each`` all that it finds."""
    if table.each is None:
        found = [scope.item]
    else:
        items = table.each(scope)
        found = items[: values.LIST_LIMIT] if isinstance(items, list) else [] if items is None else [items]
    told = (party(table, Scope(item, scope.body, scope.delivery), system, region) for item in found)
    return [one for one in told if one is not None]


def attachments(table: Attachments, scope: Scope) -> list[Attachment]:
    """The files that ``each`` finds; one without id, address and name is left out."""
    items = table.each(scope)
    found = items[: values.LIST_LIMIT] if isinstance(items, list) else [] if items is None else [items]
    told = (_attachment(table.get, Scope(item, scope.body, scope.delivery)) for item in found)
    return [one for one in told if one.id or one.url or one.name]


def _attachment(get: Mapping[str, Getter], scope: Scope) -> Attachment:
    media = values.line(_value(get, "type", scope), 100)
    media = media.partition(";")[0].strip().lower() if media and "/" in media else None
    size = values.number(_value(get, "size", scope))
    kind = values.choice(_value(get, "kind", scope), KINDS["attachments"])
    return Attachment(
        kind=cast("AttachmentKind", kind or _BY_MEDIA.get((media or "").partition("/")[0], "file")),
        id=values.identifier(_value(get, "id", scope)),
        url=values.url(_value(get, "url", scope)),
        media_type=media,
        name=values.line(_value(get, "name", scope), 300),
        size=int(size) if size is not None and 0 <= size < 2**53 else None,
    )


def account_uri(value: Any) -> str | None:
    """A complete account URI in its one spelling, or None if it is of no scheme that is understood."""
    told = values.identifier(value)
    if told is None:
        return None
    if told.startswith("mailto:"):
        return accounts.mailto(told[7:])
    if told.startswith("tel:"):
        return accounts.tel(told[4:])
    if told.startswith(("https://", "http://")):
        return values.url(told)
    if told.startswith(("acct:", "did:")) and told.isascii() and told.isprintable() and not _ILLEGAL & set(told):
        return told
    return None


def _account(get: Mapping[str, Getter], scope: Scope, system: str) -> str | None:
    """A complete URI if it is one that is understood, else the product's own id."""
    told = account_uri(_value(get, "account", scope))
    if told is not None:
        return told
    own = values.identifier(_value(get, "id", scope))
    return accounts.native(PREFIX, system, "user", own) if own is not None else None


def _value(get: Mapping[str, Getter], name: str, scope: Scope) -> Any:
    getter = get.get(name)
    return None if getter is None else getter(scope)
