"""ServiceNow: a record that the Table API gave, with its journal, to activities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from commonline.connectors.servicenow import records
from commonline.connectors.servicenow.instance import value
from commonline.connectors.servicenow.payload import PARTS, RECORD, RESULT, TASK, Record
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

TABLE = re.compile(r"/table/(\w{1,80})")
EVENTS: dict[str, EventMapping] = {records.SNAPSHOT: records.snapshot}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The record of a poll with its journal; or the records of an answer of the Table API, as a business rule or a
    saved file may hold it. Raises `msgspec.DecodeError` if it is none."""
    body = delivery.body or b""
    parts = PARTS.decode(body)
    if "task" in parts:
        return [Entry(0, records.SNAPSHOT, RECORD.decode(body), "", delivery, settings)]
    table = TABLE.search(delivery.request or "")
    found = RESULT.decode(parts["result"]) if "result" in parts else TASK.decode(body)
    tasks = found if isinstance(found, list) else [found]
    known = [(task, value(task.sys_class_name) or (table[1] if table else "")) for task in tasks if value(task.sys_id)]
    if not known:
        return [Entry(0, "object", None, "", delivery, settings)]
    return [
        Entry(index, records.SNAPSHOT, Record(name or "task", task), f"result[{index}]", delivery, settings)
        for index, (task, name) in enumerate(known)
    ]
