"""Stripe's objects: made, changed, gone. Money stands in `metrics` and, written out, in `fields`."""

from __future__ import annotations

from typing import Any, NamedTuple

from commonline.connectors.stripe import account
from commonline.connectors.stripe.account import CONNECTOR, id_of, payer, uri
from commonline.connectors.stripe.payload import CONTENT, PLAIN, Content, Event, Line
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line, tidy
from commonline.schemas.records import Change, Container, Object, ObjectType, Reference, Thread, Visibility


class Kind(NamedTuple):
    """What an object is here, and how far it may travel."""

    name: str
    type: ObjectType
    visibility: Visibility = "customer"


KINDS: dict[str, Kind] = {
    "customer": Kind("customer", "Person", "internal"),
    "customer.subscription": Kind("subscription", "Order"),
    "customer.discount": Kind("discount", "Record", "internal"),
    "checkout.session": Kind("checkout.session", "Order"),
    "charge": Kind("charge", "Payment"),
    "charge.dispute": Kind("dispute", "Record", "internal"),
    "charge.refund": Kind("refund", "Payment"),
    "refund": Kind("refund", "Payment"),
    "payment_intent": Kind("payment_intent", "Payment"),
    "invoice": Kind("invoice", "Payment"),
    "credit_note": Kind("credit_note", "Payment"),
    "quote": Kind("quote", "Deal"),
    "subscription_schedule": Kind("subscription_schedule", "Order", "internal"),
    "review": Kind("review", "Alert", "restricted"),
    "radar.early_fraud_warning": Kind("early_fraud_warning", "Alert", "restricted"),
}
CREATED, UPDATED, DELETED = "created", "updated", "deleted"
FIELDS = {
    "email": "email",
    "name": "title",
    "phone": "phone",
    "status": "status",
    "amount": "amount",
    "due_date": "due",
}
"""What Stripe calls a property, and the contract; others keep their names behind ``x.``."""
SILENT = frozenset(
    {"metadata", "default_source", "default_card", "invoice_prefix", "account_balance", "cards", "sources"}
)
PART_OF_PAYMENT = frozenset(
    {"charge", "payment_intent", "refund", "dispute", "credit_note", "early_fraud_warning", "review"}
)
MOST_CHANGES = 20
MOST_LINES = 50


def mapped(entry: Entry) -> list[Draft]:
    """An object in the thread of what it belongs to."""
    event: Event = entry.body
    told = CONTENT.decode(event.data.object)
    kind = KINDS[entry.event]
    number = told.id or _made_up(entry.event, told)
    obj = Object(id=uri(kind.name, number), type=kind.type, created=times.parse(told.created))
    obj.title, obj.text = _title(told, kind), _text(told)
    url = told.hosted_invoice_url or told.receipt_url or ""
    obj.url = url if url.startswith("https://") else None
    obj.language = told.preferred_locales[0] if told.preferred_locales else None
    thread, references = _place(told, kind, obj.id)
    verb = (event.type or "").rpartition(".")[2]
    subject = payer(told, "subject", entry.settings.get("region"))
    new = Draft(
        event=event.type or "",
        type="Create",
        object=obj,
        thread=Thread(id=thread, title=obj.title if thread == obj.id else None, container=_container(event)),
        channel="crm" if kind.name == "customer" else "commerce",
        visibility=kind.visibility,
        participants=[subject] if subject is not None else [],
        references=references,
        published=obj.created or times.parse(event.created),
    )
    _facts(new, told, event)
    if verb == CREATED:
        return [new]
    at = times.parse(event.created)
    new.published, new.revision = at, f"{verb}/{event.created}"
    if verb == DELETED and told.status is None:
        new.type, obj.text, new.participants = "Delete", None, [subject] if subject else []
        return [new]
    new.type, obj.version = "Update", str(event.created) if event.created is not None else None
    new.changes = _changes(event)
    known = any(change.field == "status" for change in new.changes) or told.status == verb
    if verb not in (UPDATED, DELETED) and not known:
        new.changes.append(Change(field="x.event", after=verb))
    new.changes = new.changes or [Change(field="status", after=one_line(told.status) or verb)]
    return [new]


def _made_up(event: str, told: Content) -> str:
    """What has no id of its own: an invoice that will be made for a subscription, and a discount of old versions, of
    which a customer has one at a time."""
    owner = id_of(told.subscription) or id_of(told.customer)
    if event not in ("customer.discount", "invoice") or not owner:
        raise MalformedPayloadError("the id is missing", "data.object.id")
    return f"upcoming/{owner}" if event == "invoice" else f"{owner}/{(told.coupon.id if told.coupon else None) or ''}"


def _container(event: Event) -> Container | None:
    """The account of a platform's merchant, where the event says whose it is."""
    return Container(id=native(CONNECTOR, "account", event.account), kind="account") if event.account else None


def _place(told: Content, kind: Kind, own: str) -> tuple[str, list[Reference]]:
    """The thread: of what is paid, in which payments, refunds and disputes stand together."""
    inner = (("invoice", told.invoice), ("payment_intent", told.payment_intent), ("charge", told.charge))
    above = [uri(name, number) for name, one in inner if (number := id_of(one))]
    if kind.name in PART_OF_PAYMENT and above:
        return above[0], [Reference(kind="parent", id=one) for one in above]
    around = [("subscription", told.subscription), *inner] if kind.name in ("invoice", "checkout.session") else []
    return own, [Reference(kind="related", id=uri(name, number)) for name, one in around if (number := id_of(one))]


def _title(told: Content, kind: Kind) -> str | None:
    title = told.number or (told.name if kind.name == "customer" else None)
    if title is None and told.coupon is not None:
        title = told.coupon.name or told.coupon.id
    if title is None and kind.name == "subscription":
        names = [name for line in _lines(told) if (name := _line_name(line))]
        title = ", ".join(names) or (told.plan and (told.plan.nickname or told.plan.name)) or None
    return one_line(title)


def _text(told: Content) -> str | None:
    failed = told.failure_message or (told.last_payment_error.message if told.last_payment_error else None)
    said = [told.description, failed, told.failure_reason or told.reason]
    said += [
        line.description or f"{line.quantity or 1} × {name}" for line in _lines(told) if (name := _line_name(line))
    ]
    text = "\n".join(line for line in said if line)
    return tidy(text, []).text if text else None


def _lines(told: Content) -> list[Line]:
    held = told.items or told.lines
    return held.data[:MOST_LINES] if held is not None and held.data else []


def _line_name(line: Line) -> str | None:
    named = line.price or line.plan
    return line.description or (named.nickname or named.name if named else None)


def _facts(new: Draft, told: Content, event: Event) -> None:
    minor = next(
        (one for one in (told.amount, told.amount_total, told.total, told.amount_due) if one is not None), None
    )
    if minor is not None and told.currency:
        new.metrics["amount"] = account.amount(minor, told.currency)
        new.fields["amount"] = account.shown(minor, told.currency)
    if told.amount_refunded and told.currency:
        new.fields["amount_refunded"] = account.shown(told.amount_refunded, told.currency)
    facts = {
        "status": told.status,
        "reason": told.reason,
        "risk": told.outcome.risk_level if told.outcome else None,
        "cancel_at_period_end": "true" if told.cancel_at_period_end else None,
        "livemode": "false" if event.livemode is False else None,
    }
    new.fields.update({name: line for name, value in facts.items() if (line := one_line(value))})


def _changes(event: Event) -> list[Change]:
    """What Stripe says was otherwise before; simple values only."""
    before = event.data.previous_attributes or {}
    now = PLAIN.decode(event.data.object) if before else {}
    currency = now.get("currency")
    found = [
        Change(
            field=FIELDS.get(name) or f"x.{one_line(name)}",
            before=_value(name, old, currency),
            after=_value(name, now.get(name), currency),
        )
        for name, old in before.items()
        if name not in SILENT and not isinstance(old, (dict, list)) and not isinstance(now.get(name), (dict, list))
    ]
    return found[:MOST_CHANGES]


def _value(name: str, value: Any, currency: Any) -> str | None:
    """A value as people read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and isinstance(currency, str) and name.startswith(("amount", "total", "subtotal")):
        return account.shown(value, currency)
    return None if value is None else one_line(str(value))
