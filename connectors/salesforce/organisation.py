"""Ids and people of an organisation. An id of 18 characters and its first 15 are one record."""

from __future__ import annotations

from typing import Any

from commonline.connectors.salesforce.payload import Record
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.mapping import Entry
from commonline.kit.text import html_to_text, one_line, tidy
from commonline.schemas.records import Claim, Party, Role, Side

CONNECTOR = "salesforce"
ORGANISATION = "salesforce-organisation"
SHORT = 15
PREFIXES = {"003": "Contact", "00Q": "Lead", "001": "Account", "005": "User", "500": "Case", "00G": "Group"}
"""The first three characters of an id say what it is of."""


class Organisation:
    """Whose records these are. Raises `MalformedPayloadError` where neither body nor settings tell."""

    def __init__(self, entry: Entry, told: str = "") -> None:
        number = told or entry.delivery.headers.get(ORGANISATION) or str(entry.settings.get("organisation") or "")
        if not number:
            raise MalformedPayloadError("is told neither by the body nor by the setting `organisation`", "organisation")
        self.id = number[:SHORT]
        region = entry.settings.get("region")
        self.region = str(region) if region else None

    def uri(self, entity: str, number: str) -> str:
        """``salesforce:00D5g000004Xyz/Case/5005g00000ABCDE``"""
        return native(CONNECTOR, self.id, entity, number[:SHORT])

    def of(self, number: Any, entity: str = "record") -> str | None:
        """The URI of a record that another one names: what it is of, its id tells."""
        if not isinstance(number, str) or len(number) < SHORT:
            return None
        return self.uri(PREFIXES.get(number[:3], entity), number)

    def user(self, number: Any, role: Role) -> Party | None:
        """Somebody of ours, or a queue."""
        account = self.of(number, "User")
        kind = "group" if isinstance(number, str) and number.startswith("00G") else "person"
        return Party(account=account, kind=kind, side="us", role=role) if account else None  # type: ignore[arg-type]

    def person(self, record: Record, role: Role, side: Side = "customer") -> Party:
        """A contact or lead: addresses are what staff or a form entered."""
        fields = record.fields
        party = Party(account=self.uri(record.entity, record.id), kind="person", side=side, role=role)
        party.name = name_of(fields)
        party.claims = claim(mailto(line(fields.get("Email"))), "entered")
        phones = (tel(line(fields.get(name)), self.region) for name in ("Phone", "MobilePhone", "HomePhone"))
        party.claims += [proof for one in dict.fromkeys(phones) for proof in claim(one, "entered")]
        if account := self.of(fields.get("AccountId"), "Account"):
            party.claims.append(Claim(relation="member_of", account=account, trust="entered"))
        return party


def name_of(fields: dict[str, Any]) -> str | None:
    """Change events give a person's name in parts, queries as one text."""
    told = fields.get("Name")
    if isinstance(told, dict):
        told = " ".join(str(told[key]) for key in ("FirstName", "LastName") if told.get(key))
    return line(told) or line(f"{fields.get('FirstName') or ''} {fields.get('LastName') or ''}")


def line(value: Any) -> str | None:
    """A scalar as one line; None for what is empty or none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return one_line(str(value)) if isinstance(value, (str, int, float)) else None


def text(value: Any) -> str | None:
    """A text as it was written; rich text as plain."""
    if not isinstance(value, str):
        return None
    plain = html_to_text(value) if "</" in value or "<br" in value else tidy(value, []).text
    return plain.strip() or None


def moment(fields: dict[str, Any], *names: str) -> int | None:
    """The first of these times that is told."""
    found = (times.parse(value) for name in names if isinstance(value := fields.get(name), (str, int)))
    return next((one for one in found if one is not None), None)
