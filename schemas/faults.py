"""Says where a record breaks its schema; runs only after the fast encoder failed."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from commonline.schemas import wire
from commonline.schemas.catalogue import named_types, schema_of
from commonline.schemas.errors import EncodeError

Names: TypeAlias = dict[str, dict[str, Any]]

# Everything that a forbidden value makes the generated encoders raise.
CAUSES: Final = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, struct.error)
_SHOWN: Final = 60


def explain(name: str, record: object, error: Exception) -> EncodeError:
    """The error to raise in place of `error`, with the path of the first field that is wrong."""
    fault = next(_faults(schema_of(name), record, "", named_types(name)), None)
    return fault or EncodeError(f"{name} cannot be encoded: {type(error).__name__}: {error}")


def _faults(schema: Any, value: object, path: str, names: Names) -> Iterator[EncodeError]:
    if isinstance(schema, list):
        if value is not None:
            yield from _faults(schema[1], value, path, names)
        return
    if isinstance(schema, str):
        schema = names.get(schema, {"type": schema})
    match schema["type"]:
        case "record":
            yield from _record(schema, value, path, names)
        case "enum":
            if not isinstance(value, str) or value not in schema["symbols"]:
                yield EncodeError(f"{_shown(value)} is no symbol of {schema['name']}", path)
        case "fixed":
            if not isinstance(value, bytes) or len(value) != schema["size"]:
                yield EncodeError(f"{_shown(value)} is not {schema['size']} bytes", path)
        case "array":
            yield from _array(schema, value, path, names)
        case "map":
            yield from _map(schema, value, path, names)
        case kind:
            message = _primitive(kind, schema.get("logicalType"), value)
            if message:
                yield EncodeError(message, path)


def _record(schema: Any, value: object, path: str, names: Names) -> Iterator[EncodeError]:
    for field in schema["fields"]:
        if not hasattr(value, field["name"]):
            yield EncodeError(f"{_shown(value)} is no {schema['name']}", path)
            return
        inner = f"{path}.{field['name']}" if path else field["name"]
        yield from _faults(field["type"], getattr(value, field["name"]), inner, names)


def _array(schema: Any, value: object, path: str, names: Names) -> Iterator[EncodeError]:
    if type(value) is not list:
        yield EncodeError(f"{_shown(value)} is not a list", path)
        return
    for index, item in enumerate(value):
        yield from _faults(schema["items"], item, f"{path}[{index}]", names)


def _map(schema: Any, value: object, path: str, names: Names) -> Iterator[EncodeError]:
    if type(value) is not dict:
        yield EncodeError(f"{_shown(value)} is not a dict", path)
        return
    for key, item in value.items():
        message = _primitive("string", None, key)
        if message:
            yield EncodeError(f"key {message}", path)
        yield from _faults(schema["values"], item, f"{path}[{key!r}]", names)


def _primitive(kind: str, logical: str | None, value: object) -> str | None:
    match kind:
        case "string":
            return _text(value, logical)
        case "int" | "long":
            bits = 31 if kind == "int" else 63
            if not isinstance(value, int):
                return f"{_shown(value)} is no whole number"
            return None if -(1 << bits) <= value < 1 << bits else f"{value} does not fit into {bits + 1} bits"
        case "double":
            return None if isinstance(value, int | float) else f"{_shown(value)} is no number"
        case "boolean":
            return None if isinstance(value, bool) else f"{_shown(value)} is neither True nor False"
        case _:
            return None if isinstance(value, bytes) else f"{_shown(value)} is not bytes"


def _text(value: object, logical: str | None) -> str | None:
    if not isinstance(value, str):
        return f"{_shown(value)} is no text"
    try:
        length = len(value.encode())
    except UnicodeEncodeError as error:
        return f"{_shown(value)} holds half of a surrogate pair at character {error.start}"
    if logical == "uuid" and length != wire.UUID_LENGTH:
        return f"{_shown(value)} is no UUID of {wire.UUID_LENGTH} characters"
    return None


def _shown(value: object) -> str:
    if value is None:
        return "None"
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({type(value).__name__})"
