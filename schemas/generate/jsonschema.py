"""Writes ``jsonschema/<record>.v1.json``: JSON Schema (draft 2020-12) of the JSON form of each record."""

from __future__ import annotations

import json
from typing import Any, Final

from commonline.schemas.generate.sources import (
    Array,
    Contract,
    Enum,
    Field,
    Fixed,
    Map,
    Optional,
    Primitive,
    Record,
    Type,
    parts,
)

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PRIMITIVES: Final[dict[str, dict[str, Any]]] = {
    "boolean": {"type": "boolean"},
    "int": {"type": "integer", "minimum": -(1 << 31), "maximum": (1 << 31) - 1},
    "long": {"type": "integer", "minimum": -(1 << 63), "maximum": (1 << 63) - 1},
    "timestamp": {"type": "string", "format": "date-time"},
    "double": {"type": "number"},
    "string": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "bytes": {"type": "string", "contentEncoding": "base64"},
}


def _schema(kind: Type) -> dict[str, Any]:
    match kind:
        case Primitive():
            return dict(_PRIMITIVES[kind.kind])
        case Enum() | Fixed() | Record():
            return {"$ref": f"#/$defs/{kind.name}"}
        case Array():
            return {"type": "array", "items": _schema(kind.items)}
        case Map():
            return {"type": "object", "additionalProperties": _schema(kind.values)}
        case Optional():
            return {"anyOf": [_schema(kind.of), {"type": "null"}]}


def _property(field: Field) -> dict[str, Any]:
    made = _schema(field.type) | {"description": field.doc}
    return made if field.required else made | {"default": field.default}


def _definition(kind: Enum | Fixed | Record) -> dict[str, Any]:
    match kind:
        case Enum():
            return {"description": kind.doc, "type": "string", "enum": list(kind.symbols), "default": kind.default}
        case Fixed():
            size = (kind.size + 2) // 3 * 4
            return {
                "description": f"{kind.doc} {kind.size} bytes.",
                "type": "string",
                "contentEncoding": "base64",
                "minLength": size,
                "maxLength": size,
            }
        case Record():
            return {
                "description": kind.doc,
                "type": "object",
                "properties": {field.name: _property(field) for field in kind.fields},
                "required": [field.name for field in kind.fields if field.required],
            }


def json_schema(record: Record, contract: Contract) -> str:
    """Text of the schema of one record."""
    used = parts(record)
    made = {"$schema": DIALECT, "$id": f"urn:commonline:{record.stem}:v1", "title": record.name}
    made |= _definition(record)
    definitions = {kind.name: _definition(kind) for kind in contract.named if kind.name in used}
    return json.dumps(made | ({"$defs": definitions} if definitions else {}), ensure_ascii=False, indent=1) + "\n"
