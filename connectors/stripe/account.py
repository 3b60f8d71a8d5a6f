"""Who pays, and what things are called here. Stripe's ids are unique over all its accounts, so that none is in them."""

from __future__ import annotations

from commonline.connectors.stripe.payload import Content, Inner, Ref
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.text import one_line
from commonline.schemas.records import Party, Role

CONNECTOR = "stripe"
WHOLE = frozenset(
    {
        *("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"),
        *("pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"),
    }
)
"""Currencies without a smaller unit. https://docs.stripe.com/currencies#zero-decimal"""
THOUSANDTHS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])


def uri(kind: str, number: str) -> str:
    """``stripe:charge/ch_3Q``"""
    return native(CONNECTOR, kind, number)


def id_of(one: Ref) -> str:
    """The id of an object that is written out or named; empty if there is none."""
    return (one.id or "" if isinstance(one, Inner) else one) or ""


def payer(told: Content, role: Role, region: str | None) -> Party | None:
    """The customer of an object, with what they entered; a guest by the address alone."""
    given = told.customer if isinstance(told.customer, Inner) else Inner()
    itself = told.object == "customer"
    entered = told.customer_details or told.billing_details
    mail = mailto(
        (told.email if itself else None)
        or given.email
        or told.customer_email
        or (entered.email if entered else None)
        or told.receipt_email
    )
    phone = tel((told.phone if itself else given.phone or told.customer_phone or (entered and entered.phone)), region)
    name = (told.name if itself else None) or given.name or told.customer_name or (entered.name if entered else None)
    number = (told.id or "") if itself else id_of(told.customer)
    account = uri("customer", number) if number else mail or phone
    if account is None:
        return None
    party = Party(account=account, kind="person", side="customer", role=role, name=one_line(name))
    if number:
        party.claims = claim(mail, "entered") + claim(phone, "entered")
    return party


def amount(minor: int, currency: str) -> float:
    """An amount in units of its currency; Stripe counts the smallest."""
    code = currency.lower()
    return minor / (1 if code in WHOLE else 1000 if code in THOUSANDTHS else 100)


def shown(minor: int, currency: str) -> str:
    """``12.30 EUR``"""
    digits = 0 if currency.lower() in WHOLE else 3 if currency.lower() in THOUSANDTHS else 2
    return f"{amount(minor, currency):.{digits}f} {one_line(currency.upper()) or ''}"
