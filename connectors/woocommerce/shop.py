"""A shop: what its orders are called here, and who its customers are."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from commonline.connectors.woocommerce.payload import Address, Id
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line
from commonline.schemas.records import Container, Party, Role

CONNECTOR = "woocommerce"
TOPIC = "x-wc-webhook-topic"
GUEST = ("", "0")


class Told(NamedTuple):
    """A part of a delivery: what was done to the resource, and its JSON."""

    verb: str
    body: bytes


class Shop:
    """The shop of an entry. A WordPress below a path is another one than that at its host."""

    def __init__(self, entry: Entry) -> None:
        self.url = str(entry.settings["url"]).rstrip("/")
        parts = urlsplit(self.url)
        self.name = (parts.netloc + parts.path).lower() or self.url.lower()
        self.region = entry.settings.get("region")
        self.container = Container(id=native(CONNECTOR, self.name), name=self.name, kind="shop")

    def uri(self, kind: str, number: Id) -> str:
        """``woocommerce:shop.acme.example/order/727``. Raises `MalformedPayloadError` without an id."""
        if number is None or number == "":
            raise MalformedPayloadError("the id is missing", "id")
        return native(CONNECTOR, self.name, kind, str(number))

    def customer(self, number: Id, told: Address | None, role: Role) -> Party | None:
        """A customer by number; a guest by the address that they entered."""
        one = told or Address()
        known = "" if number is None else str(number)
        mail, phone = mailto(one.email), tel(one.phone, self.region)
        account = mail or phone if known in GUEST else self.uri("customer", known)
        if account is None:
            return None
        name = " ".join(part for part in (one.first_name, one.last_name) if part) or one.company
        party = Party(account=account, kind="person", side="customer", role=role, name=one_line(name))
        if known not in GUEST:
            party.claims = claim(mail, "asserted")
        party.claims = [*party.claims, *(claim(phone, "asserted") if phone != account else [])]
        return party
