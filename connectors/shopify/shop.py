"""Whose shop it is, who its customers are, and what a topic is called here."""

from __future__ import annotations

from commonline.connectors.shopify.payload import Customer, Id, Inner, Resource
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.mapping import Entry
from commonline.kit.text import tidy
from commonline.schemas.records import Container, Party, Role

CONNECTOR = "shopify"
TOPIC, SHOP, TRIGGERED = "x-shopify-topic", "x-shopify-shop-domain", "x-shopify-triggered-at"


class Shop:
    """The shop of an entry. Raises `MalformedPayloadError` where neither call nor settings tell it."""

    def __init__(self, entry: Entry) -> None:
        told = entry.delivery.headers.get(SHOP) or entry.settings.get("shop")
        if not told:
            raise MalformedPayloadError("the shop is told neither by the call nor by the setting `shop`", SHOP)
        self.name = str(told).lower().removesuffix(".myshopify.com")
        self.region = entry.settings.get("region")
        self.container = Container(id=native(CONNECTOR, self.name), name=self.name, kind="shop")

    def uri(self, kind: str, native_id: str) -> str:
        """``shopify:acme/order/450789469``"""
        return native(CONNECTOR, self.name, kind, native_id)

    def customer(self, one: Customer | None, role: Role) -> Party | None:
        """A customer by number, with what is known of their addresses; a guest by the address alone."""
        if one is None:
            return None
        number = id_of(one.id, one.admin_graphql_api_id)
        address, phone = mailto(one.email), tel(one.phone, self.region)
        account = self.uri("customer", number) if number else address or phone
        if account is None:
            return None
        party = Party(account=account, kind="person", side="customer", role=role)
        party.name = plain(" ".join(part for part in (one.first_name, one.last_name) if part)) or None
        if number:
            party.claims = claim(address, "verified" if one.verified_email else "entered") + claim(phone, "entered")
        return party

    def buyer(self, told: Resource) -> Party | None:
        """Who an order, checkout or the like is of."""
        given = told.customer
        address = told.email or told.contact_email
        if given is not None and (given.id is not None or given.admin_graphql_api_id):
            return self.customer(given, "author")
        if told.customer_id is not None:
            return self.customer(Customer(id=told.customer_id), "author")
        return self.customer(Customer(email=address, phone=told.phone), "author")


def id_of(number: Id, global_id: str | None = None) -> str:
    """The number of a resource: ``450789469`` or the end of ``gid://shopify/Order/450789469``; empty if none."""
    for value in (number, global_id):
        if value is not None and str(value):
            return str(value).rpartition("/")[2].partition("?")[0]
    return ""


def inner_id(one: Inner | None) -> str:
    """The number of a resource within another one."""
    return id_of(one.id, one.admin_graphql_api_id) if one is not None else ""


def plain(text: str) -> str:
    """One line without control characters."""
    return tidy(" ".join(text.split()), []).text
