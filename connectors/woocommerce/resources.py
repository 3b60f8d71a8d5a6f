"""Orders with their notes, and customers: created, changed, deleted, restored."""

from __future__ import annotations

from commonline.connectors.woocommerce.payload import CUSTOMER, ORDER, Address, Note, Order
from commonline.connectors.woocommerce.shop import Shop, Told
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import one_line, render_html, tidy
from commonline.schemas.records import Object, Party, Thread, ThreadState

CREATED, UPDATED, DELETED, RESTORED, SNAPSHOT = "created", "updated", "deleted", "restored", "snapshot"
STATES: dict[str, ThreadState] = {
    "pending": "open",
    "processing": "open",
    "on-hold": "pending",
    "completed": "closed",
    "cancelled": "closed",
    "refunded": "closed",
    "failed": "closed",
    "trash": "closed",
}
ROBOTS = frozenset({"system", "woocommerce"})
MOST_LINES = 50


def order(entry: Entry) -> list[Draft] | Ignored:
    """An order. WooCommerce tells how it is now, not what changed."""
    told: Told = entry.body
    one = ORDER.decode(told.body)
    if one.status in ("checkout-draft", "auto-draft"):
        return Ignored("ephemeral")
    shop = Shop(entry)
    if told.verb in (DELETED, RESTORED):
        return [_gone(_order(entry, shop, one, opened=False), told.verb)]
    created, modified = times.parse(one.date_created_gmt), times.parse(one.date_modified_gmt)
    first = _order(entry, shop, one, opened=True)
    first.published = created
    if told.verb == CREATED or (told.verb == SNAPSHOT and modified == created):
        found = [first]
    else:
        now = _order(entry, shop, one, opened=False)
        now.type, now.published, now.object.created = "Update", modified, created
        now.revision = str(modified)
        now.object.version = str(modified) if modified is not None else None
        found = [first, now] if told.verb == SNAPSHOT else [now]
    return found + [_note(entry, shop, one, note) for note in one.notes or []]


def _order(entry: Entry, shop: Shop, one: Order, *, opened: bool) -> Draft:
    """An order as it is now. It is the buyer's deed if it was `opened` in the shop itself."""
    told: Told = entry.body
    uri = shop.uri("order", one.id)
    own = opened and one.created_via in (None, "checkout", "store-api")
    buyer = shop.customer(one.customer_id, one.billing, "author" if own else "subject")
    title = one_line(f"#{one.number}") if one.number is not None else None
    new = Draft(
        event=f"{entry.event}.{told.verb}",
        type="Create",
        object=Object(id=uri, type="Order", title=title, text=_text(one)),
        thread=Thread(id=uri, title=title, state=STATES.get(one.status or "", "unknown"), container=shop.container),
        channel="commerce",
        visibility="customer",
        actor=buyer if own else None,
        participants=[buyer] if buyer is not None and not own else [],
        direction="inbound" if own and buyer is not None else None,
    )
    try:
        new.metrics = {"amount": float(one.total)} if one.total not in (None, "") else {}
    except ValueError:
        new.metrics = {}
    facts = {"status": one.status, "currency": one.currency, "payment": one.payment_method_title}
    new.fields = {name: line for name, value in facts.items() if (line := one_line(value))}
    return new


def _text(one: Order) -> str | None:
    lines = [one.customer_note or ""]
    lines += [f"{line.quantity or 1:g} × {name}" for line in (one.line_items or [])[:MOST_LINES] if (name := line.name)]
    text = "\n".join(line for line in lines if line)
    return tidy(text, []).text if text else None


def _note(entry: Entry, shop: Shop, one: Order, note: Note) -> Draft:
    """A note on an order. Who wrote it is told by name alone."""
    uri = shop.uri("order", one.id)
    obj = Object(id=shop.uri("note", note.id), type="Note")
    plain = render_html(note.note or "")
    obj.text, obj.spans, obj.markup = plain.text, plain.spans, "text/html"
    robot = (note.author or "").lower() in ROBOTS
    author = Party(kind="application" if robot else "person", side="us", role="author", name=one_line(note.author))
    buyer = shop.customer(one.customer_id, one.billing, "to")
    shared = note.customer_note is True
    return Draft(
        event=f"{entry.event}.note",
        type="Create",
        object=obj,
        thread=Thread(id=uri, title=one_line(f"#{one.number}") if one.number is not None else None),
        channel="commerce",
        visibility="customer" if shared else "internal",
        actor=author,
        participants=[buyer] if buyer is not None and shared else [],
        direction="outbound" if shared else "internal",
        automated=robot,
        published=times.parse(note.date_created_gmt),
    )


def customer(entry: Entry) -> list[Draft]:
    """Somebody has an account, has another address, has none any more."""
    told: Told = entry.body
    one = CUSTOMER.decode(told.body)
    shop = Shop(entry)
    phone = one.billing.phone if one.billing is not None else None
    who = shop.customer(one.id, Address(one.first_name, one.last_name, None, one.email, phone), "subject")
    uri = shop.uri("customer", one.id)
    new = Draft(
        event=f"{entry.event}.{told.verb}",
        type="Create",
        object=Object(id=uri, type="Person", title=who.name if who is not None else None),
        thread=Thread(id=uri, title=who.name if who is not None else None, container=shop.container),
        channel="crm",
        visibility="internal",
        participants=[who] if who is not None else [],
        published=times.parse(one.date_created_gmt),
    )
    if told.verb in (DELETED, RESTORED):
        return [_gone(new, told.verb)]
    if told.verb == UPDATED:
        modified = times.parse(one.date_modified_gmt)
        new.type, new.published, new.revision = "Update", modified, str(modified)
        new.object.version = str(modified) if modified is not None else None
    return [new]


def _gone(new: Draft, verb: str) -> Draft:
    """Deleted into the bin, or taken out of it. The body has little more than the id."""
    new.published = None
    if verb == RESTORED:
        new.type, new.undoes = "Undo", "Delete"
        return new
    new.type, new.object.text, new.fields, new.metrics = "Delete", None, {}, {}
    for party in new.participants:
        party.claims = []
    return new
