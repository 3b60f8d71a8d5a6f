"""What Stripe sends, as far as it is mapped: an event with the object as it is then, in the form of any API version.

https://docs.stripe.com/api/events/object
https://docs.stripe.com/api/events/types
Cards, addresses and metadata are not decoded.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder


class Inner(Struct, gc=False):
    """Another object, written out in place of its id."""

    id: str | None = None
    email: str | None = None
    name: str | None = None
    phone: str | None = None


Ref = Inner | str | None


class Person(Struct, gc=False):
    """What a customer entered where they paid."""

    email: str | None = None
    name: str | None = None
    phone: str | None = None


class Named(Struct, gc=False):
    """A plan, price or coupon by the name that people gave it."""

    id: str | None = None
    name: str | None = None
    nickname: str | None = None


class Line(Struct, gc=False):
    """What is paid for, and how many."""

    description: str | None = None
    quantity: int | None = None
    plan: Named | None = None
    price: Named | None = None


class Lines(Struct, gc=False):
    """A list within an object."""

    data: list[Line] | None = None


class Outcome(Struct, gc=False):
    """How a payment was judged."""

    seller_message: str | None = None
    risk_level: str | None = None


class Failure(Struct, gc=False):
    """Why a payment did not succeed."""

    message: str | None = None


class Content(Struct, gc=False):
    """Any object: every kind has some of these."""

    id: str | None = None
    object: str | None = None
    created: int | None = None
    status: str | None = None
    description: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    preferred_locales: list[str] | None = None
    customer: Ref = None
    customer_email: str | None = None
    customer_name: str | None = None
    customer_phone: str | None = None
    customer_details: Person | None = None
    billing_details: Person | None = None
    receipt_email: str | None = None
    amount: int | None = None
    amount_due: int | None = None
    amount_total: int | None = None
    amount_refunded: int | None = None
    total: int | None = None
    currency: str | None = None
    number: str | None = None
    reason: str | None = None
    failure_message: str | None = None
    failure_reason: str | None = None
    last_payment_error: Failure | None = None
    outcome: Outcome | None = None
    invoice: Ref = None
    charge: Ref = None
    payment_intent: Ref = None
    subscription: Ref = None
    hosted_invoice_url: str | None = None
    receipt_url: str | None = None
    items: Lines | None = None
    lines: Lines | None = None
    plan: Named | None = None
    coupon: Named | None = None
    quantity: int | None = None
    due_date: int | None = None
    canceled_at: int | None = None
    cancel_at_period_end: bool | None = None


class Data(Struct, gc=False):
    """The object, and what its changed properties were before."""

    object: Raw = Raw(b"{}")
    previous_attributes: dict[str, Any] | None = None


class Event(Struct, gc=False):
    """A call."""

    id: str | None = None
    object: str | None = None
    type: str | None = None
    created: int | None = None
    livemode: bool | None = None
    account: str | None = None
    data: Data = field(default_factory=Data)


EVENT = Decoder(Event)
CONTENT = Decoder(Content)
PLAIN = Decoder(dict[str, Any])
