"""What WooCommerce sends, as far as it is mapped. The topic stands in a header; the body is the resource.

https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
https://woocommerce.github.io/woocommerce-rest-api-docs/#orders
Postal addresses, the order's key and what plugins add are not decoded.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.json import Decoder

Id = int | str | None


class Address(Struct, gc=False):
    """Who pays."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    email: str | None = None
    phone: str | None = None


class Line(Struct, gc=False):
    """What was bought, and how many."""

    name: str | None = None
    quantity: int | float | None = None


class Note(Struct, gc=False):
    """A note on an order: for the customer, or for colleagues only."""

    id: Id = None
    author: str | None = None
    note: str | None = None
    customer_note: bool | None = None
    date_created_gmt: str | None = None


class Order(Struct, gc=False):
    """An order, with its notes if it was polled."""

    id: Id = None
    number: str | int | None = None
    status: str | None = None
    currency: str | None = None
    total: str | float | None = None
    customer_id: Id = None
    billing: Address | None = None
    customer_note: str | None = None
    payment_method_title: str | None = None
    created_via: str | None = None
    line_items: list[Line] | None = None
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    notes: list[Note] | None = None


class Customer(Struct, gc=False):
    """Somebody with an account in the shop."""

    id: Id = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    username: str | None = None
    role: str | None = None
    billing: Address | None = None
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None


ORDER = Decoder(Order)
CUSTOMER = Decoder(Customer)
