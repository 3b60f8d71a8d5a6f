"""The gate: present schemas against all released ones, and bad changes against the gate."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from typing import Any

import fastavro
import fastavro.utils
import pytest

from commonline.schemas.catalogue import RECORDS, schema_of
from commonline.schemas.compatibility import problems
from commonline.schemas.evolution import without_logical_types
from commonline.schemas.released import released

Change = Callable[[dict[str, Any]], None]


def field(schema: dict[str, Any], *path: str) -> dict[str, Any]:
    """The field at a path; a nullable or repeated record on the way is entered."""
    for name in path[:-1]:
        found = next(f for f in schema["fields"] if f["name"] == name)["type"]
        if isinstance(found, list):
            found = found[1]
        schema = found["items"] if found.get("type") == "array" else found
    found_field: dict[str, Any] = next(f for f in schema["fields"] if f["name"] == path[-1])
    return found_field


def resolves(writer: dict[str, Any], reader: dict[str, Any], count: int = 20) -> bool:
    """Whether fastavro reads generated data of one schema with the other."""
    wire_writer = fastavro.parse_schema(without_logical_types(writer))
    wire_reader = fastavro.parse_schema(without_logical_types(reader))
    for record in fastavro.utils.generate_many(wire_writer, count):
        out = io.BytesIO()
        fastavro.schemaless_writer(out, wire_writer, record)
        try:
            fastavro.schemaless_reader(io.BytesIO(out.getvalue()), wire_writer, wire_reader)
        except Exception:
            return False
    return True


@pytest.mark.parametrize("version", released(), ids=lambda v: v.path.name)
def test_present_and_released_schemas_read_each_other(version: Any) -> None:
    present = schema_of(version.record)
    assert problems(version.schema, present) == []
    assert resolves(version.schema, present)
    assert resolves(present, version.schema)


def change(record: str, edit: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    old = schema_of(record)
    new = copy.deepcopy(old)
    edit(new)
    assert new != old
    return old, new


def put(schema: dict[str, Any], at: int, **new: Any) -> None:
    schema["fields"].insert(at, new)


GOOD: dict[str, tuple[str, Change]] = {
    "nullable field": ("Activity", lambda s: put(s, 3, name="lease", type=["null", "string"], default=None)),
    "array": ("Activity", lambda s: put(s, 29, name="more", type={"type": "array", "items": "string"}, default=[])),
    "field of a shared record": (
        "Activity",
        lambda s: field(s, "actor")["type"][1]["fields"].append(
            {"name": "avatar", "type": ["null", "string"], "default": None}
        ),
    ),
    "symbol": ("Activity", lambda s: field(s, "type")["type"]["symbols"].append("Arrive")),
    "field before the last": (
        "ConversationActivity",
        lambda s: put(s, len(s["fields"]) - 1, name="lease", type=["null", "string"], default=None),
    ),
    "field with default removed": ("Activity", lambda s: s["fields"].remove(field(s, "reaction"))),
    "text only": ("Link", lambda s: s.update(doc="Other words.")),
}
# Name → record, change, what the gate says, whether fastavro trips over it too.
BAD: dict[str, tuple[str, Change, str, bool]] = {
    "field without default": (
        "Activity",
        lambda s: put(s, 3, name="lease", type="string"),
        "Activity.lease: new without default",
        True,
    ),
    "required field removed": (
        "Activity",
        lambda s: s["fields"].remove(field(s, "event")),
        "Activity.event: removed, but old readers",
        True,
    ),
    "renamed": (
        "Activity",
        lambda s: field(s, "event").update(name="native"),
        "Activity.native: new without default",
        True,
    ),
    "int to long": (
        "Activity",
        lambda s: field(s, "origin", "partition").update(type="long"),
        "Activity.origin.partition: int became long",
        True,
    ),
    "string to bytes": (
        "Activity",
        lambda s: field(s, "object", "markup").update(type="bytes"),
        "Activity.object.markup: string became bytes",
        False,
    ),
    "required to nullable": (
        "Activity",
        lambda s: field(s, "event").update(type=["null", "string"]),
        "Activity.event: required became nullable",
        True,
    ),
    "nullable to required": (
        "Activity",
        lambda s: field(s, "edge").update(type="string", default=""),
        "Activity.edge: nullable became required",
        True,
    ),
    "third branch": (
        "Activity",
        lambda s: field(s, "edge").update(type=["null", "string", "long"]),
        "Activity.edge: the union has 3 branches, not 2",
        True,
    ),
    "symbol removed": (
        "Activity",
        lambda s: field(s, "visibility")["type"]["symbols"].remove("partner"),
        "Activity.visibility: symbols partner were removed",
        False,
    ),
    "default of an enumeration removed": (
        "Activity",
        lambda s: field(s, "visibility")["type"].pop("default"),
        "Activity.visibility: the enumeration has no default",
        False,
    ),
    "default of an enumeration changed": (
        "Activity",
        lambda s: field(s, "visibility")["type"].update(default="public"),
        "Activity.visibility: default restricted became public",
        False,
    ),
    "default of a field changed": (
        "Activity",
        lambda s: field(s, "object", "markup").update(default="text/html"),
        "Activity.object.markup: default 'text/plain' became 'text/html'",
        False,
    ),
    "default of a field removed": (
        "Activity",
        lambda s: field(s, "automated").pop("default"),
        "Activity.automated: has a default in one version only",
        False,
    ),
    "size": (
        "Delivery",
        lambda s: field(s, "body_sha256")["type"].update(size=16),
        "Delivery.body_sha256: 32 bytes became 16",
        True,
    ),
    "type renamed": (
        "Delivery",
        lambda s: field(s, "body_sha256")["type"].update(name="Digest"),
        "Delivery.body_sha256: type Sha256 became Digest",
        True,
    ),
    "items": (
        "Activity",
        lambda s: field(s, "tags")["type"].update(items="long"),
        "Activity.tags[]: string became long",
        True,
    ),
    "values": (
        "Activity",
        lambda s: field(s, "metrics")["type"].update(values="string"),
        "Activity.metrics[]: double became string",
        True,
    ),
    "deep in a shared record": (
        "ConversationActivity",
        lambda s: field(s, "activity", "actor", "claims", "account").update(type="bytes"),
        "ConversationActivity.activity.actor.claims[].account: string became bytes",
        False,
    ),
    "unit of a time": (
        "Activity",
        lambda s: field(s, "received")["type"].update(logicalType="timestamp-millis"),
        "Activity.received: logical type timestamp-micros became timestamp-millis",
        False,
    ),
    "behind the activity": (
        "FeedActivity",
        lambda s: s["fields"].append({"name": "lease", "type": ["null", "string"], "default": None}),
        "FeedActivity.item: must stay the last field",
        False,
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_changes_pass_and_resolve_both_ways(name: str) -> None:
    old, new = change(*GOOD[name])
    assert problems(old, new) == []
    assert resolves(old, new)
    assert resolves(new, old)


@pytest.mark.parametrize("name", BAD)
def test_bad_changes_are_caught(name: str) -> None:
    record, edit, message, unreadable = BAD[name]
    old, new = change(record, edit)
    found = problems(old, new)
    assert any(problem.startswith(message) for problem in found), found
    if unreadable:
        assert not (resolves(old, new, 100) and resolves(new, old, 100))


def test_every_record_was_released() -> None:
    assert {version.record for version in released()} == set(RECORDS)
