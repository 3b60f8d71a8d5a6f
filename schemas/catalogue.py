"""The records of the wire by name, and their full Avro schemas as they are registered."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

# Record → file under generated/avsc, without suffix.
FILES: Final = {
    "Delivery": "delivery.v1",
    "Activity": "activity.v1",
    "Control": "control.v1",
    "ConversationActivity": "conversation-activity.v1",
    "FeedActivity": "feed-activity.v1",
    "Link": "link.v1",
    "Person": "person.v1",
    "DeadLetter": "dead-letter.v1",
    "Cursor": "cursor.v1",
    "Workspace": "workspace.v1",
    "Ledger": "ledger.v1",
    "Pulse": "pulse.v1",
    "Completeness": "completeness.v1",
    "Finding": "finding.v1",
}
RECORDS: Final = tuple(FILES)
NAMESPACE: Final = "commonline.v1"
_FOLDER: Final = Path(__file__).resolve().parent / "generated" / "avsc"


@cache
def schema_of(record: str) -> dict[str, Any]:
    """The full schema of a record: every named type in full where it is first used. Do not change it."""
    schema: dict[str, Any] = json.loads((_FOLDER / f"{FILES[record]}.avsc").read_text(encoding="utf-8"))
    return schema


@cache
def schema_text(record: str) -> str:
    """The schema as it is sent to a registry: JSON without blanks."""
    return json.dumps(schema_of(record), ensure_ascii=False, separators=(",", ":"))


@cache
def named_types(record: str) -> dict[str, dict[str, Any]]:
    """Every record, enumeration and fixed in the schema, by name (all are in the one name space)."""
    found: dict[str, dict[str, Any]] = {}
    pending: list[Any] = [schema_of(record)]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending += item
        elif isinstance(item, dict):
            if item["type"] in ("record", "enum", "fixed"):
                found[item["name"]] = item
            pending += [field["type"] for field in item.get("fields", ())]
            pending += [item[key] for key in ("items", "values") if key in item]
    return found
