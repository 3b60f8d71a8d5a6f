"""Track calls: what somebody did. Orders, reviews, messages and consents become what they are elsewhere.

https://segment.com/docs/connections/spec/ecommerce/v2/ · https://segment.com/docs/connections/spec/email/
https://segment.com/docs/connections/spec/ai-copilot/
"""

from __future__ import annotations

from commonline.connectors.segment.calls import drafted, key, shown
from commonline.connectors.segment.payload import Call, Values
from commonline.connectors.segment.people import Space
from commonline.errors import MalformedPayloadError
from commonline.kit.declared.values import identifier, line, number, url
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import ActivityType, Change, Object, Thread

HEARTBEATS = frozenset({"Video Content Playing", "Video Ad Playing", "Video Playback Buffer Started"})
HEARTBEATS |= {"Video Playback Buffer Completed"}
RECEIPTS = frozenset({"Email Delivered", "Email Opened", "Push Notification Received"})
ORDERS: dict[str, ActivityType] = {
    "Order Completed": "Create",
    "Order Updated": "Update",
    "Order Refunded": "Update",
    "Order Cancelled": "Update",
}
CONSENTS = {"Unsubscribed": "denied", "Subscribed": "granted"}
WORDS = ("text", "message", "comment", "review_body", "feedback", "content", "body")
"""Properties in which people wrote something."""
_LINES = 50


def event_of(call: Call) -> str:
    """``track``, or why this one is of no worth a minute later."""
    if call.event in HEARTBEATS:
        return "heartbeat"
    return "receipt" if call.event in RECEIPTS else "track"


def track(entry: Entry) -> list[Draft]:
    """One event."""
    call: Call = entry.body
    name = line(call.event)
    if name is None:
        raise MalformedPayloadError("the event has no name", "event")
    told = call.properties or {}
    if name in ORDERS and identifier(told.get("order_id")):
        return [_order(entry, name, told)]
    space = Space(entry)
    written = next((found for key_ in WORDS if isinstance(found := told.get(key_), str) and found.strip()), None)
    plain = tidy(written, []).text.strip() if written else None
    page = call.context.page if call.context else None
    obj = Object(id=space.uri("message", key(entry)), type="Note" if plain else "Record", title=name, text=plain)
    obj.url = url(told.get("url")) or (url(page.url) if page else None)
    obj.language = _language(call)
    obj.spans = link_spans(plain) if plain else []
    new = drafted(entry, obj, space.caller(call))
    new.revision = ""
    new.fields = {name_: value for name_, value in shown(told).items() if name_ not in WORDS}
    _kind(space, new, name, told)
    return [new]


def _kind(space: Space, new: Draft, name: str, told: Values) -> None:
    """What the specifications of Segment know better than a bare event."""
    if place := identifier(told.get("conversationId")):
        new.thread, new.channel = Thread(id=space.uri("conversation", place)), "chat"
        if told.get("role") in ("agent", "assistant", "bot"):
            new.automated, new.direction = True, "outbound"
    elif order := identifier(told.get("order_id")):
        new.thread, new.channel = Thread(id=space.uri("order", order)), "commerce"
    elif name == "Product Reviewed":
        new.object.type, new.channel = "Review", "review"
    elif purpose := CONSENTS.get(name):
        new.type, new.object.type = "Reject" if purpose == "denied" else "Accept", "Consent"
        new.changes, new.channel = [Change(field="consent.email", after=purpose)], "email"
        new.edge = new.object.id
    _amount(new, told)


def _amount(new: Draft, told: Values) -> None:
    """Money that it is about, and the stars that somebody gave."""
    for name in ("total", "revenue", "value", "price"):
        if (amount := number(told.get(name))) is not None:
            new.metrics["amount"] = amount
            break
    if (rating := number(told.get("rating"))) is not None:
        new.metrics["rating"] = rating


def _order(entry: Entry, name: str, told: Values) -> Draft:
    call: Call = entry.body
    space = Space(entry)
    number_ = identifier(told.get("order_id")) or ""
    lines = [_line(one) for one in _products(told)]
    obj = Object(
        id=space.uri("order", number_), type="Order", title=line(number_), text="\n".join(filter(None, lines)) or None
    )
    new = drafted(entry, obj, space.caller(call))
    new.type, new.channel, new.thread = ORDERS[name], "commerce", Thread(id=obj.id, title=obj.title)
    new.fields = {field: value for field, value in shown(told).items() if field != "order_id"}
    amount = next(
        (found for key_ in ("total", "revenue", "value") if (found := number(told.get(key_))) is not None), None
    )
    new.metrics = {} if amount is None else {"amount": amount}
    if new.type == "Create":
        new.revision = ""
    else:
        state = name.partition(" ")[2].lower()
        obj.version = str(new.published) if new.published is not None else None
        new.changes = [Change(field="state", after=state)]
    return new


def _products(told: Values) -> list[Values]:
    found = told.get("products")
    return [one for one in found[:_LINES] if isinstance(one, dict)] if isinstance(found, list) else []


def _line(product: Values) -> str | None:
    name = line(product.get("name")) or line(product.get("sku"))
    count = line(product.get("quantity")) or "1"
    return f"{count} × {name}" if name else None


def _language(call: Call) -> str | None:
    told = call.context.locale if call.context else None
    return told if told and len(told) <= 35 and told.replace("-", "").isalnum() and told.isascii() else None
