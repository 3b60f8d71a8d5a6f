"""Contacts and companies: made, changed, tagged, merged, gone; and what contacts did in the company's product."""

from __future__ import annotations

from commonline.connectors.intercom.desk import Desk, Told
from commonline.connectors.intercom.payload import COMPANY, CONTACT, TRACKED, Contact, Who
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line
from commonline.schemas.records import Change, Claim, Object, Party, Thread

CREATED = frozenset({"created"})
GONE = frozenset({"deleted", "archived"})
VERBS = frozenset(
    {
        *(*CREATED, *GONE, "updated", "unarchived", "merged", "email.updated", "added_email", "signed_up"),
        *("subscribed", "unsubscribed", "tag.created", "tag.deleted"),
    }
)
PREFIXES = ("contact.lead.", "contact.user.", "contact.", "user.", "visitor.")


def verb(topic: str) -> str | None:
    """What is done to a contact: ``tag.created`` of ``contact.lead.tag.created``; None for topics of other things."""
    for prefix in PREFIXES:
        if topic.startswith(prefix) and (rest := topic.removeprefix(prefix)) in VERBS:
            return rest
    return None


def contact(entry: Entry) -> list[Draft]:
    """A contact, by whichever of the topics' old and new names."""
    told: Told = entry.body
    one = CONTACT.decode(told.item)
    done = verb(told.topic) or ""
    desk = Desk(entry)
    inner = one.contact or one.user or one.lead
    who = inner or Who("lead", one.id, one.name, one.pseudonym, one.email, one.phone, one.user_id, one.external_id)
    if inner is None:
        who.type, who.role, who.anonymous = one.type or "contact", one.role, one.anonymous
    if ".lead." in told.topic:
        who.role = "lead"
    subject = desk.contact(who, "subject")
    new = _about(told, desk, subject, "Person")
    moment = times.parse(one.updated_at or one.created_at or told.created_at)
    if done in CREATED:
        new.type, new.published = "Create", times.parse(one.created_at or told.created_at)
        return [new]
    if done in GONE:
        new.type, new.published, subject.claims = "Delete", times.parse(told.created_at), []
        new.revision = done
        return [new]
    new.published, new.revision = moment, f"{done}/{moment}"
    new.actor = desk.party(one.admin, "author")
    if done == "unarchived":
        new.type, new.undoes = "Undo", "Delete"
        return [new]
    new.changes = _changes(done, one, who)
    if done == "merged" and one.lead is not None and one.lead is not who and one.lead.id is not None:
        subject.claims.append(Claim(relation="formerly", account=desk.uri("contact", one.lead.id), trust="verified"))
    return [new]


def _changes(done: str, one: Contact, who: Who) -> list[Change]:
    tag = one_line(one.tag.name) if one.tag else None
    if done in ("email.updated", "added_email"):
        return [Change(field="email", after=who.email)]
    if done in ("subscribed", "unsubscribed"):
        return [Change(field="consent.email", after="granted" if done == "subscribed" else "denied")]
    if done.startswith("tag."):
        return [Change(field="tags", after=tag) if done == "tag.created" else Change(field="tags", before=tag)]
    return [Change(field=f"x.{done}", after="true")] if done in ("signed_up", "merged") else []


def company(entry: Entry) -> list[Draft]:
    """A company is made, changed or gone."""
    told: Told = entry.body
    one = COMPANY.decode(told.item)
    desk = Desk(entry)
    name = one_line(one.name)
    subject = Party(
        account=desk.uri("company", one.id), kind="organisation", side="customer", role="subject", name=name
    )
    new = _about(told, desk, subject, "Organization")
    new.object.url = one.website or None
    done = told.topic.rpartition(".")[2]
    if done == "created":
        new.type, new.published = "Create", times.parse(one.created_at or told.created_at)
    elif done == "deleted":
        new.type, new.published = "Delete", times.parse(told.created_at)
    else:
        new.published = times.parse(one.updated_at or told.created_at)
        new.revision = str(new.published)
    return [new]


def tracked(entry: Entry) -> list[Draft]:
    """A contact did something that the company's product reports."""
    told: Told = entry.body
    one = TRACKED.decode(told.item)
    desk = Desk(entry)
    who = Who(type="user", id=one.intercom_user_id, email=one.email, user_id=one.user_id)
    actor = desk.contact(who, "author")
    name = one_line(one.event_name)
    new = _about(told, desk, actor, "Person")
    new.type, new.channel, new.published = "Create", "web", times.parse(one.created_at)
    new.object = Object(id=desk.uri("event", one.id), type="Record", title=name)
    new.actor, new.participants, new.automated = actor, [], True
    return [new]


def _about(told: Told, desk: Desk, subject: Party, kind: str) -> Draft:
    obj = Object(id=subject.account or "", type="Person" if kind == "Person" else "Organization", title=subject.name)
    return Draft(
        event=told.topic,
        type="Update",
        object=obj,
        thread=Thread(id=obj.id, title=subject.name, container=desk.container),
        channel="crm",
        visibility="internal",
        participants=[subject],
    )
