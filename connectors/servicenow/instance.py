"""An instance of ServiceNow: what its records are called here, who is who."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import quote

from commonline.connectors.servicenow.payload import Cell, Field, Record, Task
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line
from commonline.schemas.records import Container, ObjectType, Party, Role, Side, Thread, ThreadState

CONNECTOR = "servicenow"
TYPES: dict[str, ObjectType] = {
    "incident": "Ticket",
    "sn_customerservice_case": "Ticket",
    "sc_request": "Ticket",
    "sc_req_item": "Ticket",
    "sn_hr_core_case": "Ticket",
    "interaction": "Ticket",
    "problem": "Issue",
    "change_request": "Change",
    "sc_task": "Task",
    "task": "Task",
}
PENDING = frozenset({"on hold", "awaiting info", "awaiting customer", "awaiting user info", "pending", "suspended"})
CLOSED = frozenset(
    {
        *("resolved", "closed", "canceled", "cancelled", "complete"),
        *("closed complete", "closed incomplete", "closed skipped"),
    }
)
SYSTEM = frozenset({"system", "admin", "guest"})
"""Names of users behind whom there is nobody."""


class Instance:
    """The instance of an entry, with the people whom the record names."""

    def __init__(self, entry: Entry, record: Record) -> None:
        self.host = str(entry.settings["instance"]).lower()
        self._users = record.users
        self._people = _people(record.task)

    def uri(self, kind: str, number: str | None) -> str:
        """``servicenow:acme.service-now.com/incident/<sys_id>``. Raises `MalformedPayloadError` without an id."""
        if not number:
            raise MalformedPayloadError(f"the sys_id of the {kind} is missing", "task.sys_id")
        return native(CONNECTOR, self.host, kind, number)

    def page(self, table: str, number: str) -> str:
        """Where colleagues see a record."""
        target = quote(f"{table}.do?sys_id={number}", safe="")
        return f"https://{self.host}/nav_to.do?uri={target}"

    def referred(self, one: Field, role: Role, side: Side = "unknown") -> Party | None:
        """Somebody whom a field refers to."""
        number = value(one)
        if not number:
            return None
        name = one_line(shown(one)) if shown(one) != number else None
        return Party(account=self.uri("user", number), kind="person", side=side, role=role, name=name)

    def customer(self, task: Task, role: Role) -> Party | None:
        """Whose record it is: the contact or consumer of a case, the caller of an incident, whom a request is for."""
        for one in (task.contact, task.consumer):
            if (party := self.referred(one, role, "customer")) is not None:
                return party
        return self.referred(task.caller_id, role) or self.referred(task.requested_for, role)

    def named(self, user: str | None, role: Role) -> Party | None:
        """Somebody by their user name, which journals and records tell. Without a record of them by that name alone."""
        if not user:
            return None
        if user in SYSTEM:
            return Party(account=self.uri("user_name", user), kind="application", side="us", role=role)
        known = self._users.get(user) or {}
        if number := known.get("sys_id"):
            party = self._people.get(number, Party())
            name = one_line(known.get("name")) or party.name
            mail = mailto(known.get("email"))
            return Party(
                account=self.uri("user", number),
                kind="person",
                role=role,
                name=name,
                handle=one_line(user),
                claims=claim(mail, "entered"),
            )
        return Party(account=self.uri("user_name", user), kind="person", role=role, handle=one_line(user))

    def thread(self, record: Record) -> Thread:
        """A record as the container of what is written about it."""
        task = record.task
        group = value(task.assignment_group)
        queue = None
        if group:
            queue = Container(id=self.uri("group", group), name=one_line(shown(task.assignment_group)), kind="queue")
        return Thread(
            id=self.uri(record.table, value(task.sys_id)),
            title=one_line(value(task.short_description)),
            state=state(task),
            container=queue,
        )


def value(one: Field) -> str | None:
    """A field as it is stored; None for what is empty."""
    return (one.value if isinstance(one, Cell) else one) or None


def shown(one: Field) -> str | None:
    """A field as people read it."""
    return (one.display_value or one.value if isinstance(one, Cell) else one) or None


def moment(one: Field) -> int | None:
    """A time: values are in UTC, whoever asks."""
    return times.parse(value(one), UTC)


def state(task: Task) -> ThreadState:
    """The one status that all desks share; the words are the instance's own, `active` is not."""
    word = (shown(task.state) or "").lower()
    if word in PENDING:
        return "pending"
    if word in CLOSED or value(task.active) == "false":
        return "closed"
    return "open" if value(task.active) == "true" else "unknown"


def _people(task: Task) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for one in (task.caller_id, task.contact, task.opened_by, task.assigned_to, task.requested_for):
        if number := value(one):
            found[number] = Party(name=one_line(shown(one)))
    return found
