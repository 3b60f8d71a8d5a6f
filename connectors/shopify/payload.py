"""What Shopify sends, as far as it is mapped. The topic stands in a header; the body is the resource.

https://shopify.dev/docs/api/webhooks
Prices of single lines, postal addresses and receipts are not decoded.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.json import Decoder

Id = int | str | None


class Consent(Struct, gc=False):
    """Whether somebody wants advertising by mail or SMS."""

    state: str | None = None
    opt_in_level: str | None = None
    consent_updated_at: str | None = None


class Customer(Struct, gc=False):
    """A customer of the shop."""

    id: Id = None
    admin_graphql_api_id: str | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    verified_email: bool | None = None
    state: str | None = None


class Line(Struct, gc=False):
    """What was bought, and how many."""

    title: str | None = None
    name: str | None = None
    quantity: int | None = None


class Inner(Struct, gc=False):
    """A resource within another: by number or by Shopify's global id."""

    id: Id = None
    admin_graphql_api_id: str | None = None
    order_id: Id = None
    status: str | None = None
    name: str | None = None
    email: str | None = None


class Resource(Struct, gc=False):
    """Any body: every topic has some of these."""

    id: Id = None
    admin_graphql_api_id: str | None = None
    name: str | None = None
    title: str | None = None
    email: str | None = None
    contact_email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    verified_email: bool | None = None
    state: str | None = None
    note: str | None = None
    message: str | None = None
    reason: str | None = None
    tags: str | list[str] | None = None
    status: str | None = None
    financial_status: str | None = None
    fulfillment_status: str | None = None
    shipment_status: str | None = None
    kind: str | None = None
    amount: str | float | None = None
    total_price: str | float | None = None
    currency: str | None = None
    order_id: Id = None
    order: Inner | None = None
    customer_id: Id = None
    customer: Customer | None = None
    customer_locale: str | None = None
    line_items: list[Line] | None = None
    tracking_company: str | None = None
    tracking_url: str | None = None
    order_status_url: str | None = None
    email_address: str | None = None
    email_marketing_consent: Consent | None = None
    sms_marketing_consent: Consent | None = None
    fulfillment_order: Inner | None = None
    company: Inner | None = None
    company_contact: Inner | None = None
    company_location: Inner | None = None
    admin_graphql_api_customer_kept_id: str | None = None
    admin_graphql_api_customer_deleted_id: str | None = None
    shop_domain: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    processed_at: str | None = None
    happened_at: str | None = None
    initiated_at: str | None = None
    deleted_at: str | None = None


RESOURCE = Decoder(Resource)
