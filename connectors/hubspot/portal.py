"""A HubSpot account ("portal"): the URIs of its objects and people, and who did something."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from commonline.connectors.hubspot.payload import Event, Id, id_text
from commonline.errors import MalformedPayloadError
from commonline.kit import accounts
from commonline.kit.accounts import native, quoted
from commonline.schemas.records import Channel, Claim, Container, ObjectType, Party, Thread, ThreadState

CONNECTOR = "hubspot"
SITE = "https://app.hubspot.com"
# https://developers.hubspot.com/docs/guides/crm/understanding-the-crm#object-type-ids
TYPE_IDS: dict[str, str] = {
    "contact": "0-1",
    "company": "0-2",
    "deal": "0-3",
    "ticket": "0-5",
    "product": "0-7",
    "line_item": "0-8",
    "conversation": "0-11",
    "quote": "0-14",
    "communication": "0-18",
    "feedback_submission": "0-19",
    "task": "0-27",
    "note": "0-46",
    "meeting": "0-47",
    "call": "0-48",
    "email": "0-49",
    "subscription": "0-69",
    "payment": "0-101",
    "user": "0-115",
    "postal_mail": "0-116",
    "order": "0-123",
    "lead": "0-136",
    "cart": "0-142",
}
KINDS = {type_id: kind for kind, type_id in TYPE_IDS.items()}
TYPES: dict[str, ObjectType] = {
    "contact": "Person",
    "company": "Organization",
    "deal": "Deal",
    "ticket": "Ticket",
    "product": "Product",
    "line_item": "Product",
    "conversation": "Other",
    "quote": "Document",
    "communication": "Note",
    "feedback_submission": "Review",
    "task": "Task",
    "note": "Note",
    "meeting": "Meeting",
    "call": "Call",
    "email": "Note",
    "payment": "Payment",
    "order": "Order",
    "lead": "Deal",
    "cart": "Order",
}
CHANNELS: dict[str, Channel] = {"ticket": "ticket", "conversation": "chat"}
MACHINES = frozenset(
    {
        "ANALYTICS",
        "AUTOMATION_JOURNEY",
        "AUTOMATION_PLATFORM",
        "CALCULATED",
        "DATA_ENRICHMENT",
        "DEFAULT",
        "INTERNAL_PROCESSING",
        "MIGRATION",
        "SYSTEM",
        "WORKFLOWS",
    }
)
"""Sources of a change (`changeSource`) behind which no person stands."""
FORMS = frozenset({"FORM", "FORMS", "MEETINGS"})
"""Sources of a change that are the contact's own doing: what they say of themselves nobody has checked."""
USER = "userId:"


class Portal(msgspec.Struct, frozen=True, gc=False):
    """One account of HubSpot, the tenant of all its ids."""

    id: str
    account: str
    container: Container

    def uri(self, kind: str, *parts: str) -> str:
        """The URI of something in this account."""
        return "/".join([self.account, kind if kind in TYPE_IDS else quoted(kind), *map(quoted, parts)])

    def thread(self, uri: str, title: str | None = None, state: ThreadState = "unknown") -> Thread:
        """The thread that an object is to what happens to it."""
        return Thread(id=uri, title=title, state=state, container=self.container)

    def url(self, kind: str, native_id: str) -> str | None:
        """Where staff see it."""
        if kind == "conversation":
            return f"{SITE}/live-messages/{quoted(self.id)}/inbox/{quoted(native_id)}"
        type_id = TYPE_IDS.get(kind)
        if type_id is None:
            if not kind.startswith(("0-", "2-")):
                return None
            type_id = quoted(kind)
        return f"{SITE}/contacts/{quoted(self.id)}/record/{type_id}/{quoted(native_id)}"


def contact(uri: str, claims: list[Claim], name: str | None = None) -> Party:
    """A contact, as the one whom a fact is about."""
    return Party(account=uri, kind="person", side="customer", role="subject", name=name, claims=claims)


def portal(native_id: Id | None) -> Portal:
    """The account with this id. Raises `MalformedPayloadError` for none."""
    text = id_text(native_id)
    if text is None:
        raise MalformedPayloadError("portalId is empty", "portalId")
    return _portal(text)


@lru_cache(maxsize=4096)
def _portal(native_id: str) -> Portal:
    account = native(CONNECTOR, native_id)
    return Portal(native_id, account, Container(id=account, kind="portal"))


def kind_of(type_id: str | None) -> str:
    """The kind that an object type id stands for; custom objects are their id (``2-12345``).

    Raises `MalformedPayloadError` for none.
    """
    if not type_id:
        raise MalformedPayloadError("objectTypeId is missing", "objectTypeId")
    return KINDS.get(type_id, type_id)


def doer(event: Event, where: Portal) -> Party | None:
    """Who changed something: a user, an app, or nobody who is named."""
    source = event.source_id
    if source and source.startswith(USER):
        return Party(account=where.uri("user", source[len(USER) :]), kind="person", side="us", role="author")
    if source and event.change_source in ("INTEGRATION", "INTEGRATIONS_PLATFORM", "API"):
        return Party(account=where.uri("app", source), kind="application", side="us", role="author")
    return None


def address(text: str | None, region: str | None) -> str | None:
    """The account URI of an e-mail address or a telephone number."""
    if not text:
        return None
    return accounts.mailto(text) if "@" in text else accounts.tel(text, region)
