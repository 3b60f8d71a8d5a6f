"""The gate for changes of schemas: FULL_TRANSITIVE, and what this project asks beyond it.

FULL_TRANSITIVE (Confluent, "Schema Evolution and Compatibility"): every version ever released reads the data
of every other. By Avro's resolution rules a change may then add or remove fields with a default, and add
symbols to enumerations that have a default. Beyond that: what has a name keeps it, a default keeps its
value, no symbol is removed (old data would silently show another one), and no field goes behind the last one
where Activity bytes are appended to a prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Any
_SUFFIX: Final = {"ConversationActivity": "activity", "FeedActivity": "item"}
_NAMED: Final = ("record", "enum", "fixed")


def problems(old: Schema, new: Schema) -> list[str]:
    """Why `new` may not follow `old`; empty: it may. Each names the path, what changed, and what to do."""
    found = list(dict.fromkeys(_Comparison(old, new).of(old, new, new["name"])))
    last = _SUFFIX.get(new["name"])
    if last and new["fields"][-1]["name"] != last:
        found.append(f"{new['name']}.{last}: must stay the last field; put new ones before it")
    return found


def _names(schema: Schema) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    pending = [schema]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending += item
        elif isinstance(item, dict):
            if item.get("type") in _NAMED:
                found[item["name"]] = item
            pending += [field["type"] for field in item.get("fields", ())]
            pending += [item[key] for key in ("items", "values") if key in item]
    return found


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self.before = _names(old)
        self.after = _names(new)
        self.seen: set[str] = set()

    def of(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        if isinstance(old, str):
            old = self.before.get(old, {"type": old})
        if isinstance(new, str):
            new = self.after.get(new, {"type": new})
        if isinstance(old, list) or isinstance(new, list):
            yield from self.unions(old, new, path)
        elif old["type"] != new["type"]:
            yield f"{path}: {old['type']} became {new['type']}; add a field beside it instead"
        elif old.get("logicalType") != new.get("logicalType"):
            yield f"{path}: logical type {old.get('logicalType')} became {new.get('logicalType')}; keep it"
        elif old.get("name") != new.get("name"):
            yield f"{path}: type {old.get('name')} became {new.get('name')}; keep the name"
        else:
            yield from self.same_kind(old, new, path)

    def unions(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        if not (isinstance(old, list) and isinstance(new, list)):
            change = "required became nullable" if isinstance(new, list) else "nullable became required"
            yield f"{path}: {change}; add a field beside it instead"
        elif len(old) != len(new):
            yield f"{path}: the union has {len(new)} branches, not {len(old)}; add a field beside it instead"
        else:
            for left, right in zip(old, new, strict=True):
                yield from self.of(left, right, path)

    def same_kind(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        match old["type"]:
            case "record":
                if old["name"] not in self.seen:
                    self.seen.add(old["name"])
                    yield from self.fields(old, new, path)
            case "enum":
                yield from _symbols(old, new, path)
            case "fixed":
                if old["size"] != new["size"]:
                    yield f"{path}: {old['size']} bytes became {new['size']}; add a field beside it instead"
            case "array":
                yield from self.of(old["items"], new["items"], f"{path}[]")
            case "map":
                yield from self.of(old["values"], new["values"], f"{path}[]")

    def fields(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        left = {field["name"]: field for field in old["fields"]}
        right = {field["name"]: field for field in new["fields"]}
        for name in [name for name in left if name not in right]:
            if "default" not in left[name]:
                yield f"{path}.{name}: removed, but old readers have no default for it; keep it"
        for name in [name for name in right if name not in left]:
            if "default" not in right[name]:
                yield f"{path}.{name}: new without default; old data does not have it; give it a default"
        for name in [name for name in left if name in right]:
            inner = f"{path}.{name}"
            if ("default" in left[name]) != ("default" in right[name]):
                yield f"{inner}: has a default in one version only; keep it as it was"
            elif left[name].get("default") != right[name].get("default"):
                yield f"{inner}: default {left[name]['default']!r} became {right[name]['default']!r}; keep it"
            yield from self.of(left[name]["type"], right[name]["type"], inner)


def _symbols(old: Schema, new: Schema, path: str) -> Iterator[str]:
    gone = [symbol for symbol in old["symbols"] if symbol not in new["symbols"]]
    if gone:
        yield f"{path}: symbols {', '.join(gone)} were removed; keep them, even unused"
    if "default" not in new:
        yield f"{path}: the enumeration has no default; a reader could not meet a newer symbol"
    elif old.get("default") != new["default"]:
        yield f"{path}: default {old.get('default')} became {new['default']}; keep it"
