"""A source's table as the compiled engine takes it: expressions as numbered operations, paths as one tree of keys.

Not every table has such a form: what the engine does not know is `NotCompiledError` with the reason, and Python works
on that source's deliveries, as it does on every single delivery that is out of the ordinary.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, cast

import jmespath
import msgspec

from commonline.kit import accounts
from commonline.kit.clean import SECRETIVE_PARAMETERS
from commonline.kit.declared import guesses
from commonline.kit.declared.drafting import RELATIONS
from commonline.kit.declared.expressions import plain_path
from commonline.kit.declared.parties import PREFIX
from commonline.kit.declared.plan import KINDS, MappingTable, PartyTable, Plan, symbol_of
from commonline.kit.place import TIGHTNESS, Placement
from commonline.schemas.generated.shapes import SHAPES

Step = str | int
MEDIA = (b"application/json",)
"""Content types, parameters aside, whose bodies the engine reads."""
WRITTEN_FOR = {"Activity": "0642ddf8683c3970", "Delivery": "fe91c90a56d30fff"}
"""Digests of the records' shapes that the C sources know by heart: another version of the contract is Python's."""
_SECRETIVE = tuple(name.encode() for name in sorted(SECRETIVE_PARAMETERS))
_FUNCTIONS = {"lower": 1, "to_string": 1, "not_null": 0}
_PAIRS = {"or_expression": "or", "and_expression": "and"}
_COMPARISONS = {"eq": "equal", "ne": "unequal"}
_MOST_DIGITS = 18
_MOST_SLOTS = 128
_MOST = {"nodes": 256, "expressions": 256, "headers": 32, "verbs": 32, "metrics": 32, "fields": 32, "participants": 8}
"""Sizes of the engine's tables (engine.h)."""


class NotCompiledError(Exception):
    """What of a table, or of this installation, has no compiled form."""


def shape_digest(shape: Any) -> str:
    """What a record's shape looks like, in 16 hex digits."""
    return hashlib.sha256(repr(_named(shape)).encode()).hexdigest()[:16]


def _named(part: Any) -> Any:
    if isinstance(part, tuple):
        return tuple(_named(one) for one in part)
    return part.__name__ if isinstance(part, type) else part


def _enumeration(*path: str) -> tuple[str, ...]:
    """The symbols of a field of Activity, in the order of their numbers."""
    shape = SHAPES["Activity"]
    for name in path:
        while shape[0] in ("optional", "array"):
            shape = shape[1]
        shape = dict(shape[2])[name]
    return cast("tuple[str, ...]", shape[1])


SYMBOLS: dict[str, tuple[str, ...]] = {
    "type": _enumeration("type"),
    "object_type": _enumeration("object", "type"),
    "channel": _enumeration("channel"),
    "visibility": _enumeration("visibility"),
    "direction": _enumeration("direction"),
    "thread_state": _enumeration("thread", "state"),
    "side": _enumeration("actor", "side"),
    "kind": _enumeration("actor", "kind"),
}
"""The contract's words by key, in the order of their numbers: as the engine is given them."""
_ROLES = _enumeration("actor", "role")
_CLAIMED = _enumeration("actor", "claims", "trust")


def check_contract() -> None:
    """Raises `NotCompiledError` where the contract is not the one that the C sources were written for."""
    changed = [name for name, digest in WRITTEN_FOR.items() if shape_digest(SHAPES[name]) != digest]
    if changed:
        raise NotCompiledError(f"the contract's {' and '.join(changed)} has changed since")
    if tuple(sorted(TIGHTNESS, key=TIGHTNESS.__getitem__)) != SYMBOLS["visibility"]:
        raise NotCompiledError("visibilities are not in the order of their tightness")


class _Program:
    """Expressions and paths, as they are gathered."""

    def __init__(self) -> None:
        self.expressions: list[tuple[str, int, Any, tuple[int, ...]]] = []
        self.headers: list[bytes] = []
        self._known: dict[tuple[Any, ...], int] = {}
        self.slots: dict[tuple[Step, ...], int] = {}

    def text(self, key: str, text: str) -> int:
        """The number of a JMESPath expression. Raises `NotCompiledError` naming the key."""
        try:
            return self._tree(dict(jmespath.compile(text).parsed))
        except NotCompiledError as error:
            raise NotCompiledError(f"mapping.{key} has {error}") from None

    def constant(self, value: Any) -> int:
        """The number of a literal."""
        return self._add("constant", constant=_constant(value))

    def path(self, *steps: Step) -> int:
        """The number of a look-up."""
        if any(isinstance(step, int) and not 0 <= step < 1 << 20 for step in steps):
            raise NotCompiledError("an index from the end of a list")
        return self._add("path", self.slots.setdefault(steps, len(self.slots)))

    def header(self, name: str) -> int:
        """The number of a header's value."""
        encoded = _encoded(name.lower())
        if encoded not in self.headers:
            self.headers.append(encoded)
        return self._add("header", self.headers.index(encoded))

    def nodes(self) -> tuple[tuple[bytes | None, int, int, int, int], ...]:
        """The tree of all paths: name, index, slot, first child, next sibling; children stand behind parents."""
        told: list[tuple[bytes | None, int, int, int, int]] = []

        def put(step: Step | None, path: tuple[Step, ...], last: bool) -> None:
            number = len(told)
            told.append((None, -1, -1, -1, -1))
            below = sorted(
                {slot[len(path)] for slot in self.slots if slot[: len(path)] == path and slot != path}, key=str
            )
            for child in below:
                put(child, (*path, child), child == below[-1])
            name = _encoded(step) if isinstance(step, str) else None
            index = step if isinstance(step, int) else -1
            first = number + 1 if below else -1
            told[number] = (name, index, self.slots.get(path, -1), first, -1 if last else len(told))

        put(None, (), True)
        return tuple(told)

    def _add(self, name: str, slot: int = 0, constant: Any = None, of: tuple[int, ...] = ()) -> int:
        one = (name, slot, constant, of)
        key = (name, slot, type(constant), constant, of)
        if key not in self._known:
            self._known[key] = len(self.expressions)
            self.expressions.append(one)
        return self._known[key]

    def _tree(self, tree: Mapping[str, Any]) -> int:
        kind, children = tree["type"], tree.get("children", [])
        path = plain_path(dict(tree))
        if path is not None:
            return self.path(*path)
        if kind == "literal":
            return self.constant(tree["value"])
        if kind in _PAIRS:
            return self._add(_PAIRS[kind], of=self._trees(children))
        if kind == "not_expression":
            return self._add("not", of=self._trees(children))
        if kind == "comparator" and tree["value"] in _COMPARISONS:
            return self._add(_COMPARISONS[tree["value"]], of=self._trees(children))
        if kind == "function_expression":
            return self._function(tree["value"], children)
        raise NotCompiledError(f"JMESPath's {kind.replace('_', ' ')}")

    def _trees(self, trees: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
        return tuple(self._tree(one) for one in trees)

    def _function(self, name: str, given: list[Mapping[str, Any]]) -> int:
        if name in _FUNCTIONS:
            return self._add(name, of=self._trees(given))
        if name == "join" and given[1]["type"] == "multi_select_list":
            return self._add("join", of=self._trees([given[0], *given[1]["children"]]))
        if name == "header" and given[0]["type"] == "literal" and isinstance(given[0]["value"], str):
            return self.header(given[0]["value"])
        raise NotCompiledError(f"JMESPath's function {name}")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NotCompiledError("a text that is no Unicode") from None


def _constant(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _encoded(value)
    if isinstance(value, int) and len(str(abs(value))) <= _MOST_DIGITS:
        return value, str(value).encode()
    raise NotCompiledError(f"the literal {value!r}")


def program(
    plan: Plan, workspace: str, connector: str, source: str, placement: Placement, region: Any
) -> dict[str, Any]:
    """The table of a source, and what its configuration says of sides and visibility, as the engine takes them.

    Raises `NotCompiledError`.
    """
    check_contract()
    table, made = plan.table, _Program()
    if table.items is not None:
        raise NotCompiledError("mapping.items finds several events in a body")
    if table.id is None or table.text is None:
        raise NotCompiledError("mapping.id or mapping.text is not configured")
    keys = _keys(made, "", table, {})
    if table.attachments is not None:
        keys["attachments"] = made.text("attachments.each", table.attachments.each)
    told: dict[str, Any] = {
        "keys": keys,
        "actor": _party(made, "actor", table.actor),
        "author": _party(made, "author", table.author),
        "participants": tuple(_party(made, f"participants[{n}]", one) for n, one in enumerate(table.participants)),
        "metrics": tuple((_encoded(name), made.text(f"metrics.{name}", text)) for name, text in table.metrics.items()),
        "fields": tuple((_encoded(name), made.text(f"fields.{name}", text)) for name, text in table.fields.items()),
        "event_guesses": _event_guesses(made) if table.event is None else (),
        "time_guesses": _time_guesses(made) if table.published is None else (),
        "source": tuple(map(_encoded, (workspace, connector, source, table.markup))),
        "prefixes": tuple(
            _prefix(plan.system or source, kind) for kind in (plan.kind, plan.thread_kind, "container", "user")
        ),
        "media": MEDIA,
        "secretive": _SECRETIVE,
    }
    told |= _verbs(plan) | _placed(placement, region)
    told |= {"nodes": made.nodes(), "slots": len(made.slots), "headers": tuple(made.headers)}
    told |= {"expressions": tuple(made.expressions)}
    large = [f"{name}: more than {most}" for name, most in _MOST.items() if len(told[name]) > most]
    if large or len(made.slots) > _MOST_SLOTS:
        raise NotCompiledError(f"larger tables than the engine's ({', '.join(large) or 'values'})")
    return told


def _event_guesses(made: _Program) -> tuple[int, ...]:
    return (*map(made.header, guesses.EVENT_HEADERS), *map(made.path, guesses.EVENT_KEYS))


def _time_guesses(made: _Program) -> tuple[int, ...]:
    return (*map(made.path, guesses.TIME_KEYS), *map(made.header, guesses.TIME_HEADERS))


def _prefix(system: str, kind: str) -> bytes:
    return _encoded(accounts.native(PREFIX, system, kind, ""))


_NO_EXPRESSIONS = {"items", "system", "kind", "thread_kind", "markup", "verbs", "actor", "author", "participants"} | {
    *("attachments", "metrics", "fields", "role", "trust"),
}


def _keys(made: _Program, prefix: str, table: msgspec.Struct, kinds: Mapping[str, str]) -> dict[str, int]:
    found = {}
    skipped = _NO_EXPRESSIONS if isinstance(table, MappingTable) else {"role", "trust"}
    for name in table.__struct_fields__:
        text = getattr(table, name)
        if name in skipped or text is None:
            continue
        symbol = symbol_of(name, text, kinds)
        found[name] = made.constant(symbol) if symbol else made.text(f"{prefix}{name}", text)
    return found


def _party(made: _Program, key: str, table: PartyTable | None) -> tuple[dict[str, int], int, int] | None:
    """With ``each``, that alone: the engine leaves a delivery in which it finds somebody to Python."""
    if table is None:
        return None
    if table.each is not None and key.startswith("participants"):
        keys = {"each": made.text(f"{key}.each", table.each)}
    else:
        keys = _keys(made, f"{key}.", table, KINDS["actor"])
        keys.pop("each", None)
    return keys, _ROLES.index(table.role), _CLAIMED.index(table.trust)


def _verbs(plan: Plan) -> dict[str, Any]:
    number = SYMBOLS["type"].index
    rules = {event: -1 if undone is not None else number(verb) for event, (verb, undone) in plan.verbs.items()}
    return {
        "verbs": tuple((_encoded(event), verb) for event, verb in rules.items()),
        "words": tuple((word.encode(), number(verb)) for word, verb in guesses.VERBS.items()),
        "relations": sum(1 << number(verb) for verb in sorted(RELATIONS)),
    }


def _placed(placement: Placement, region: Any) -> dict[str, Any]:
    if any(set(pattern) & set("?[") for pattern in placement.own_patterns):
        raise NotCompiledError("own_accounts with ? or [")
    return {
        "own": tuple(sorted(map(_encoded, placement.own))),
        "patterns": tuple(map(_encoded, placement.own_patterns)),
        "floor": SYMBOLS["visibility"].index(placement.floor),
        "unknown_side": SYMBOLS["side"].index(placement.unknown_side),
        "region": int(bool(region)),
        "our_account": None if placement.our_account is None else _encoded(placement.our_account),
    }
