"""A company's CRM: what its records are called here, who is who, how far a record may travel."""

from __future__ import annotations

from commonline.connectors.pipedrive.payload import Address, Inner, Record, Ref, Told
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line
from commonline.schemas.records import Claim, Container, Party, Role, Visibility

CONNECTOR = "pipedrive"
SHARED = frozenset({"3", "5", "7"})
"""Visibility groups of more than the owner. https://pipedrive.readme.io/docs/visibility-groups"""


class Crm:
    """The company of an entry. Raises `MalformedPayloadError` where neither body nor settings tell it."""

    def __init__(self, entry: Entry) -> None:
        told: Told = entry.body
        company = told.meta.company_id if told.meta is not None else None
        company = company if company not in (None, "") else entry.settings.get("company_id")
        if company in (None, ""):
            raise MalformedPayloadError("told neither by the body nor by the setting company_id", "meta.company_id")
        self.company = str(company)
        self.region = entry.settings.get("region")
        self.host = (told.meta.host if told.meta else None) or entry.settings.get("host") or None

    def uri(self, kind: str, number: str) -> str:
        """``pipedrive:<company>/deal/42``"""
        return native(CONNECTOR, self.company, kind, number)

    def url(self, kind: str, number: str) -> str | None:
        """Where colleagues see it, if the company's host is known."""
        if self.host is None or "/" in self.host or kind not in ("deal", "person", "organization"):
            return None
        return f"https://{self.host}/{kind}/{number}" if number.isdigit() else None

    def user(self, one: Ref, role: Role, name: str | None = None) -> Party | None:
        """A colleague."""
        number = id_of(one)
        if not number or number == "0":
            return None
        told = name or (one.name if isinstance(one, Inner) else None)
        return Party(account=self.uri("user", number), kind="person", side="us", role=role, name=one_line(told))

    def linked(self, one: Record) -> list[Party]:
        """The person and the organisation that a record is about."""
        found: list[Party] = []
        person = id_of(one.person_id)
        if person:
            name = one.person_name or _name(one.person) or _name(one.person_id)
            found.append(self._party("person", person, name, "subject"))
        if organization := organization_of(one):
            name = one.org_name or _name(one.organization) or _name(one.org_id)
            found.append(self._party("organization", organization, name, "subject" if not person else "other"))
        return found

    def itself(self, kind: str, number: str, one: Record) -> Party:
        """A person or organisation as the one whom its record is about."""
        party = self._party(kind, number, one.name, "subject")
        if kind == "person":
            party.claims = self._claims(one)
            if organization := organization_of(one):
                member = Claim(relation="member_of", account=self.uri("organization", organization), trust="entered")
                party.claims.append(member)
        return party

    def _party(self, kind: str, number: str, name: str | None, role: Role) -> Party:
        is_a = self.uri(kind, number)
        if kind == "person":
            return Party(account=is_a, kind="person", side="customer", role=role, name=one_line(name))
        return Party(account=is_a, kind="organisation", side="customer", role=role, name=one_line(name))

    def _claims(self, one: Record) -> list[Claim]:
        found: dict[str, Claim] = {}
        for address in values(one.emails or one.email):
            found.update({new.account: new for new in claim(mailto(address), "entered")})
        for number in values(one.phones or one.phone):
            found.update({new.account: new for new in claim(tel(number, self.region), "entered")})
        return list(found.values())


def id_of(one: Ref) -> str:
    """The id of a record that is written out or named; empty if there is none."""
    if isinstance(one, Inner):
        one = one.id if one.id is not None else one.value
    return "" if one is None else str(one)


def organization_of(one: Record) -> str:
    """The id of the organisation that a record belongs to."""
    return id_of(one.org_id) or id_of(one.organization_id)


def values(told: list[Address] | str | None) -> list[str]:
    """Addresses or numbers, the primary one first."""
    if isinstance(told, str):
        return [told]
    ordered = sorted(told or [], key=lambda one: not one.primary)
    return [one.value for one in ordered if one.value]


def visibility(one: Record) -> Visibility:
    """CRM records are internal; those that only their owner sees are restricted."""
    return "internal" if one.visible_to is None or str(one.visible_to) in SHARED else "restricted"


def container(crm: Crm, one: Record) -> Container | None:
    """The pipeline of a deal."""
    if one.pipeline_id is None:
        return None
    return Container(id=crm.uri("pipeline", str(one.pipeline_id)), kind="pipeline")


def _name(one: Ref) -> str | None:
    return (one.name or one.title) if isinstance(one, Inner) else None
