"""What is no message: calls, consent, groups, ids that changed."""

from __future__ import annotations

from commonline.connectors.whatsapp import messages, people
from commonline.connectors.whatsapp.payload import CALL, GROUP, ID_UPDATE, PREFERENCE, Contact, Group, Value
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native, quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Claim, Object


def called(entry: Entry) -> list[Draft]:
    """A call that begins or ends."""
    value: Value = entry.body.value
    told = CALL.decode(entry.body.raw)
    ours = (told.direction or "").upper() == "BUSINESS_INITIATED"
    other = people.person(value, told.to if ours else told.from_, None, "callee" if ours else "caller")
    obj = Object(id=native(people.CONNECTOR, people.number_of(value), "call", told.id), type="Call")
    obj.start_time, obj.end_time = times.parse(told.start_time), times.parse(told.end_time)
    new = people.draft(entry, "Create", obj, people.thread(value, other))
    new.channel, new.published = "call", times.parse(told.timestamp)
    new.direction = "outbound" if ours else "inbound"
    own = people.us(value, "caller" if ours else "callee")
    new.actor, new.participants = (own, [other]) if ours else (other, [own])
    if told.event != "connect":
        status = told.status if isinstance(told.status, str) else " ".join(told.status or [])
        new.type, new.revision = "Update", told.event
        new.changes = [Change(field="state", after=status.lower() or told.event)]
        if told.duration is not None and told.duration >= 0:
            new.metrics = {"duration_s": float(told.duration)}
    return [new]


def preferred(entry: Entry) -> list[Draft]:
    """Somebody wants advertising no longer, or again."""
    value: Value = entry.body.value
    told = PREFERENCE.decode(entry.body.raw)
    other = people.person(value, told.wa_id, told.user_id, "author")
    purpose = "marketing" if (told.category or "").startswith("marketing") else told.category or "messages"
    uri = native(people.CONNECTOR, people.number_of(value), "consent", other.account or "", purpose)
    obj = Object(id=uri, type="Consent")
    new = people.draft(entry, "Update", obj, people.thread(value, other))
    new.actor, new.published, new.revision = other, times.parse(told.timestamp), str(told.timestamp)
    new.changes = [Change(field="x.consent", after="granted" if told.value == "resume" else "denied")]
    new.fields = {"purpose": purpose}
    return [new]


def renamed(entry: Entry) -> list[Draft]:
    """A business-scoped id became another one."""
    value: Value = entry.body.value
    told = ID_UPDATE.decode(entry.body.raw)
    swap = told.user_id
    if swap is None or not swap.current:
        raise MalformedPayloadError("the new id is missing", "user_id.current")
    now = people.person(value, told.wa_id, swap.current, "author")
    if swap.previous:
        before = native(people.CONNECTOR, "user", swap.previous)
        now.claims = [*now.claims, Claim(relation="formerly", account=before, trust="verified")]
    return [messages.changed(entry, value, now, told.timestamp, swap.current)]


def grouped(entry: Entry) -> list[Draft]:
    """Members of a group come and go."""
    told = GROUP.decode(entry.body.raw)
    came = [_member(entry, told, one, joined=True) for one in told.added_participants]
    return came + [_member(entry, told, one, joined=False) for one in told.removed_participants]


def _member(entry: Entry, told: Group, one: Contact, *, joined: bool) -> Draft:
    value: Value = entry.body.value
    given = one.input or ""
    digits = one.wa_id or (given if given.lstrip("+").isdecimal() else None)
    member = people.person(value, digits, one.user_id or (given if given and not digits else None), "member")
    where = people.thread(value, None, told.group_id)
    new = people.draft(entry, "Join" if joined else "Leave", Object(id=where.id, type="Group"), where)
    new.actor, new.published, new.revision = member, times.parse(told.timestamp), f"{told.type}/{told.timestamp}"
    new.edge = f"{where.id}/member/{quoted(member.account or '')}"
    return new
