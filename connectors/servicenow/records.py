"""Records of tables that extend ``task``, and their journals."""

from __future__ import annotations

from commonline.connectors.servicenow.instance import TYPES, Instance, moment, shown, value
from commonline.connectors.servicenow.payload import Journal, Record
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, one_line, render_html, tidy
from commonline.schemas.records import Direction, Object, Party, Reference, Visibility

SNAPSHOT = "task.snapshot"
COMMENTS, WORK_NOTES = "comments", "work_notes"
INTERNAL = frozenset({"problem", "problem_task", "change_request", "change_task", "incident_task", "sc_task", "task"})
CUSTOMER = frozenset({"incident", "sn_customerservice_case", "sc_request", "sc_req_item", "interaction"})


def snapshot(entry: Entry) -> list[Draft]:
    """How a record began, how it stands, and what was written into its journal."""
    record: Record = entry.body
    here = Instance(entry, record)
    first = _about(here, record)
    created, updated = moment(record.task.sys_created_on), moment(record.task.sys_updated_on)
    first.published = moment(record.task.opened_at) or created
    first.actor = here.referred(record.task.opened_by, "author")
    first.actor = first.actor or here.named(value(record.task.sys_created_by), "author")
    first.direction = _direction(here, record, first.actor)
    _text(first.object, value(record.task.description))
    found = [first]
    if updated is not None and updated != created:
        now = _about(here, record)
        now.type, now.published, now.object.created = "Update", updated, first.published
        now.revision = now.object.version = str(updated)
        now.actor = here.named(value(record.task.sys_updated_by), "author")
        now.automated = now.actor is not None and now.actor.kind == "application"
        found.append(now)
    return found + [_written(here, record, one) for one in record.journal]


def _about(here: Instance, record: Record) -> Draft:
    task, thread = record.task, here.thread(record)
    number = value(task.sys_id) or ""
    obj = Object(id=thread.id, type=TYPES.get(record.table, "Task"), title=thread.title)
    obj.url = here.page(record.table, number)
    people = [here.customer(task, "requester"), here.referred(task.assigned_to, "assignee", "us")]
    facts = {
        "number": value(task.number),
        "state": shown(task.state),
        "priority": shown(task.priority),
        "category": shown(task.category),
        "contact_type": shown(task.contact_type),
    }
    parent = value(task.parent)
    return Draft(
        event=SNAPSHOT,
        type="Create",
        object=obj,
        thread=thread,
        channel="ticket",
        visibility=_visibility(record.table),
        participants=[party for party in people if party is not None],
        references=[Reference(kind="related", id=here.uri("task", parent))] if parent else [],
        fields={name: line for name, told in facts.items() if (line := one_line(told))},
    )


def _written(here: Instance, record: Record, one: Journal) -> Draft:
    """A comment or work note. Neither can be edited."""
    obj = Object(id=here.uri("journal", value(one.sys_id)), type="Note")
    _text(obj, value(one.value))
    element = value(one.element)
    within = _visibility(record.table)
    actor = here.named(value(one.sys_created_by), "author")
    customer = here.customer(record.task, "requester")
    same = customer is not None and actor is not None and customer.account == actor.account
    if same and customer is not None and actor is not None:
        actor.side, actor.name = customer.side, actor.name or customer.name
    if element == WORK_NOTES and actor is not None:
        actor.side = "us"
    others = [customer] if customer is not None and not same and element == COMMENTS else []
    return Draft(
        event=f"journal.{element}" if element in (COMMENTS, WORK_NOTES) else "journal",
        type="Create",
        object=obj,
        thread=here.thread(record),
        channel="ticket",
        visibility=_journal_visibility(element, within),
        actor=actor,
        participants=others,
        direction="inbound" if same else "internal" if element == WORK_NOTES else None,
        automated=actor is not None and actor.kind == "application",
        published=moment(one.sys_created_on),
    )


def _visibility(table: str) -> Visibility:
    """Callers see their incidents, cases and requests; who may see HR's cases and tables of one's own is not known."""
    return "customer" if table in CUSTOMER else "internal" if table in INTERNAL else "restricted"


def _journal_visibility(element: str | None, within: Visibility) -> Visibility:
    """Comments go as far as their record, work notes to colleagues at most; what else there may be is not known."""
    if element == COMMENTS:
        return within
    return "internal" if element == WORK_NOTES and within != "restricted" else "restricted"


def _direction(here: Instance, record: Record, actor: Party | None) -> Direction | None:
    customer = here.customer(record.task, "requester")
    if actor is None or customer is None:
        return None
    return "inbound" if actor.account == customer.account else None


def _text(obj: Object, text: str | None) -> None:
    """Journals hold plain text, and HTML between ``[code]`` marks."""
    if text is None:
        return
    if "[code]" in text:
        plain = render_html(text.replace("[code]", "").replace("[/code]", "").replace("\n", "<br>"))
        obj.text, obj.spans, obj.markup = plain.text, plain.spans, "text/html"
    else:
        plain = tidy(text, link_spans(text))
        obj.text, obj.spans = plain.text, plain.spans
