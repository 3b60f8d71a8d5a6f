"""Orders and what belongs to them, customers, companies: created, changed, deleted."""

from __future__ import annotations

from commonline.connectors.shopify.payload import RESOURCE, Customer, Resource
from commonline.connectors.shopify.shop import TRIGGERED, Shop, id_of, inner_id, plain
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import tidy
from commonline.schemas.records import Change, Claim, Object, ObjectType, Party, Thread

KINDS: dict[str, tuple[str, ObjectType]] = {
    "orders": ("order", "Order"),
    "draft_orders": ("draft_order", "Order"),
    "checkouts": ("checkout", "Order"),
    "fulfillments": ("fulfillment", "Record"),
    "fulfillment_events": ("fulfillment_event", "Record"),
    "fulfillment_orders": ("fulfillment_order", "Record"),
    "refunds": ("refund", "Payment"),
    "order_transactions": ("transaction", "Payment"),
    "disputes": ("dispute", "Record"),
    "returns": ("return", "Record"),
    "companies": ("company", "Organization"),
    "company_contacts": ("company_contact", "Person"),
    "company_locations": ("company_location", "Organization"),
    "company_contact_roles": ("company_contact", "Person"),
}
CREATED = frozenset({"create", "created", "request", "add"})
DELETED = frozenset({"delete", "destroy", "deleted", "remove"})
CHANGED = frozenset({"update", "updated", "edited"})


def mapped(entry: Entry) -> list[Draft]:
    """A resource of the shop. What belongs to an order lies in the order's thread."""
    told = RESOURCE.decode(entry.body[1])
    kind, type_ = KINDS[entry.event]
    shop, verb = Shop(entry), entry.body[0]
    number = _number(told)
    obj = Object(id=shop.uri(kind, number), type=type_, created=times.parse(told.created_at))
    order = id_of(told.order_id) or inner_id(told.order) or (number if entry.event == "orders" else "")
    place = shop.uri("order", order) if order else obj.id
    title = plain(told.name or told.title or "") or None
    buyer = shop.buyer(told) if type_ not in ("Organization",) else None
    obj.title, obj.text = title, _text(told)
    obj.url = told.tracking_url or None
    new = Draft(
        event=f"{entry.event}/{verb}",
        type="Create",
        object=obj,
        thread=Thread(id=place, title=title if place == obj.id else None, container=shop.container),
        channel="commerce",
        visibility="internal" if entry.event.startswith("compan") else "customer",
        participants=[_as_subject(buyer)] if buyer is not None else [],
        published=times.parse(told.processed_at or told.happened_at or told.initiated_at or told.created_at),
    )
    _facts(new, told)
    if verb in CREATED:
        if buyer is not None and entry.event in ("orders", "checkouts"):
            new.actor, new.participants, new.direction = buyer, [], "inbound"
        return [new]
    _changed(entry, new, told, verb)
    return [new]


def _number(told: Resource) -> str:
    number = id_of(told.id, told.admin_graphql_api_id)
    for inner in (told.fulfillment_order, told.company_contact, told.company_location, told.company):
        number = number or inner_id(inner)
    if not number:
        raise MalformedPayloadError("the id is missing", "id")
    return number


def _as_subject(buyer: Party) -> Party:
    buyer.role = "subject"
    return buyer


def _text(told: Resource) -> str | None:
    lines = [told.note or told.message or told.reason or ""]
    lines += [f"{one.quantity or 1} × {one.title or one.name or '?'}" for one in told.line_items or []]
    text = "\n".join(line for line in lines if line)
    return tidy(text, []).text if text else None


def _facts(new: Draft, told: Resource) -> None:
    states = {
        "status": told.status,
        "financial_status": told.financial_status,
        "fulfillment_status": told.fulfillment_status,
        "shipment_status": told.shipment_status,
        "kind": told.kind,
        "currency": told.currency,
        "tracking_company": told.tracking_company,
    }
    new.fields = {name: plain(value) for name, value in states.items() if value}
    amount = told.total_price if told.total_price is not None else told.amount
    try:
        new.metrics = {"amount": float(amount)} if amount is not None else {}
    except ValueError:
        new.metrics = {}
    tags = told.tags.split(",") if isinstance(told.tags, str) else told.tags or []
    new.tags = [tag for one in tags if (tag := plain(one))]
    new.object.language = told.customer_locale or None


def _changed(entry: Entry, new: Draft, told: Resource, verb: str) -> None:
    """Update and Delete: the version is the time of the change with the topic's verb."""
    moment = told.deleted_at or told.updated_at or entry.delivery.headers.get(TRIGGERED)
    at = times.parse(moment)
    new.published, new.revision = at, f"{verb}/{at}"
    if verb in DELETED:
        new.type = "Delete"
        new.object.text = None
        return
    new.type = "Update"
    new.object.version = str(at) if at is not None else None
    state = told.status or told.financial_status
    after = state if verb in CHANGED else verb
    new.changes = [Change(field="state", after=plain(after))] if after else []


def customer(entry: Entry) -> list[Draft]:
    """A customer is created, changed, deleted; or wants to be forgotten."""
    told = RESOURCE.decode(entry.body[1])
    shop, verb = Shop(entry), entry.body[0]
    given = told.customer or Customer(
        id=told.id,
        admin_graphql_api_id=told.admin_graphql_api_id,
        email=told.email or told.email_address,
        phone=told.phone,
        first_name=told.first_name,
        last_name=told.last_name,
        verified_email=told.verified_email,
    )
    who = shop.customer(given, "subject")
    if who is None or who.account is None:
        raise MalformedPayloadError("neither id nor address", "id")
    new = _about(entry, shop, who, verb)
    if verb in DELETED or verb == "redact":
        new.type, new.revision = "Delete", verb
        who.claims = []
    elif verb not in CREATED:
        _changed(entry, new, told, verb)
        new.changes = _consents(told) or new.changes
    else:
        new.published = times.parse(told.created_at)
    tags = told.tags.split(",") if isinstance(told.tags, str) else told.tags or []
    new.tags = [tag for one in tags if (tag := plain(one))]
    return [new]


def merged(entry: Entry) -> list[Draft]:
    """Two customers are one: what was known of the one that is gone is known of the other."""
    told = RESOURCE.decode(entry.body[1])
    shop = Shop(entry)
    kept, gone = id_of(told.admin_graphql_api_customer_kept_id), id_of(told.admin_graphql_api_customer_deleted_id)
    if not kept or not gone:
        raise MalformedPayloadError("who is kept and who is gone is not told", "admin_graphql_api_customer_kept_id")
    who = Party(account=shop.uri("customer", kept), kind="person", side="customer", role="subject")
    who.claims = [Claim(relation="merged_into", account=shop.uri("customer", gone), trust="verified")]
    new = _about(entry, shop, who, "merge")
    new.type, new.revision = "Update", f"merge/{gone}"
    new.changes = [Change(field="x.merged", after=gone)]
    return [new]


def _about(entry: Entry, shop: Shop, who: Party, verb: str) -> Draft:
    obj = Object(id=who.account or "", type="Person", title=who.name)
    return Draft(
        event=f"{entry.event}/{verb}",
        type="Create",
        object=obj,
        thread=Thread(id=obj.id, title=who.name, container=shop.container),
        channel="crm",
        visibility="customer",
        participants=[who],
        published=times.parse(entry.delivery.headers.get(TRIGGERED)),
    )


def _consents(told: Resource) -> list[Change]:
    pairs = (("x.email_marketing", told.email_marketing_consent), ("x.sms_marketing", told.sms_marketing_consent))
    return [Change(field=name, after=plain(one.state)) for name, one in pairs if one is not None and one.state]
