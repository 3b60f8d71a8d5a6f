"""What ServiceNow's Table API gives, as far as it is mapped.

https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html
Everything is asked for with ``sysparm_display_value=all``: each field is ``{"value": …, "display_value": …}``. Values
are texts, times in UTC; display values are in the language and zone of the user who asks.
"""

from __future__ import annotations

from msgspec import Raw, Struct
from msgspec.json import Decoder


class Cell(Struct, gc=False):
    """A field: `value` as it is stored, `display_value` as people read it. A reference's value is a sys_id."""

    value: str | None = None
    display_value: str | None = None
    link: str | None = None


Field = Cell | str | None


class Task(Struct, gc=False):
    """A record of a table that extends ``task``, with its journal if it was asked for."""

    sys_id: Field = None
    number: Field = None
    sys_class_name: Field = None
    short_description: Field = None
    description: Field = None
    state: Field = None
    active: Field = None
    priority: Field = None
    category: Field = None
    assignment_group: Field = None
    assigned_to: Field = None
    opened_by: Field = None
    opened_at: Field = None
    caller_id: Field = None
    contact: Field = None
    account: Field = None
    consumer: Field = None
    requested_for: Field = None
    parent: Field = None
    contact_type: Field = None
    close_notes: Field = None
    sys_created_on: Field = None
    sys_created_by: Field = None
    sys_updated_on: Field = None
    sys_updated_by: Field = None
    sys_mod_count: Field = None


class Journal(Struct, gc=False):
    """One entry of a journal field: `element` comments (customers see it) or work_notes (colleagues only)."""

    sys_id: Field = None
    element: Field = None
    element_id: Field = None
    name: Field = None
    value: Field = None
    sys_created_on: Field = None
    sys_created_by: Field = None


class Record(Struct, gc=False):
    """A task with what was written into its journal."""

    table: str
    task: Task
    journal: list[Journal] = []
    users: dict[str, dict[str, str | None]] = {}
    """By user name: sys_id, name and mail address, as far as the API told them."""


RECORD = Decoder(Record)
TASK = Decoder(Task)
RESULT = Decoder(list[Task] | Task)
PARTS = Decoder(dict[str, Raw])
