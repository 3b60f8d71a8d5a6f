"""Account URIs: one spelling for each identifier of someone in one system.

Rules: `mailto:` all lower case, domain as A-label, plus-part kept · `tel:` only E.164 with ``+`` · `acct:`, `did:`,
`https:` as they are · else ``<connector>:<tenant>/<kind>/<native id>``, percent-encoded, reversible.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, unquote

import phonenumbers

from commonline.schemas.records import Claim, Trust

MAIL_LIMIT = 320


def native(connector: str, *parts: str | int) -> str:
    """``zendesk:acme/user/42`` from its parts. Parts are percent-encoded, so that `split_native` gives them back."""
    return f"{connector}:" + "/".join([quoted(str(part)) for part in parts])


def quoted(part: str) -> str:
    """One part, percent-encoded. Most native ids are digits with ``_``, and looking is quicker than quoting."""
    if part.isascii() and part.replace("_", "").replace("-", "").isalnum():
        return part
    return quote(part, safe="@+~!*'()")


def split_native(account: str) -> tuple[str, list[str]]:
    """The connector and the decoded parts of a URI made by `native`."""
    connector, _, rest = account.partition(":")
    return connector, [unquote(part) for part in rest.split("/")]


def mailto(address: str | None) -> str | None:
    """``mailto:ana@example.org``, or None if the text is no address (RFC 5321 limits)."""
    if not address:
        return None
    local, at, domain = address.strip().strip("<>").rpartition("@")
    if not at or not local or not domain or len(address) > MAIL_LIMIT:
        return None
    if " " in local or not local.isprintable():
        return None
    try:
        ascii_domain = domain.lower().encode("idna").decode("ascii") if not domain.isascii() else domain.lower()
    except UnicodeError:
        return None
    ascii_domain = ascii_domain.rstrip(".")
    if not ascii_domain.replace("-", "").replace(".", "").replace("_", "").isalnum():
        return None
    return f"mailto:{local.lower()}@{ascii_domain}"


@lru_cache(maxsize=8192)
def tel(number: str | None, region: str | None = None) -> str | None:
    """``tel:+4930123456``, or None if it is no possible international number.

    A number without ``+`` is read as of `region` (ISO 3166-1 alpha-2); without a region it is nobody's account.
    """
    if not number or not (number.strip().startswith("+") or region):
        return None
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return f"tel:{phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)}"


def claim(account: str | None, trust: Trust) -> list[Claim]:
    """A `same_as` claim as a list to add, empty for None."""
    return [Claim(relation="same_as", account=account, trust=trust)] if account else []
