"""The table ``mapping`` of a source, and what it compiles to."""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from commonline.errors import ConfigurationError
from commonline.kit.declared.expressions import Getter, compile_expression, constant
from commonline.schemas.records import (
    ActivityType,
    AttachmentKind,
    Channel,
    Direction,
    ObjectType,
    PartyKind,
    Role,
    Side,
    ThreadState,
    Trust,
    Visibility,
)


class _Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Every key is an expression unless its doc says otherwise; None: not configured."""


class PartyTable(_Table, frozen=True):
    """Someone: `id` of the product, or a complete `account` URI; `each` finds several, the others stand on each.

    `trust` (a word): how the product knows e-mail and phone. `role` (a word) of a participant.
    """

    each: str | None = None
    account: str | None = None
    id: str | None = None
    name: str | None = None
    handle: str | None = None
    email: str | None = None
    phone: str | None = None
    kind: str | None = None
    side: str | None = None
    role: Role = "other"
    trust: Trust = "asserted"


class AttachmentTable(_Table, frozen=True):
    """Files: `each` finds them, the others stand on each."""

    each: str
    id: str | None = None
    url: str | None = None
    name: str | None = None
    type: str | None = None
    size: str | None = None
    kind: str | None = None


class MappingTable(_Table, frozen=True):
    """The whole table. `system`, `kind` and `thread_kind` are words that become part of ids."""

    items: str | None = None
    ignore: str | None = None
    event: str | None = None
    system: str | None = None
    kind: str = "item"
    thread_kind: str = "thread"
    id: str | None = None
    version: str | None = None
    type: str | None = None
    verbs: dict[str, str] = {}
    edited: str | None = None
    deleted: str | None = None
    object_type: str | None = None
    title: str | None = None
    text: str | None = None
    markup: Literal["text/plain", "text/html", "text/markdown"] = "text/plain"
    language: str | None = None
    url: str | None = None
    created: str | None = None
    published: str | None = None
    channel: str | None = None
    visibility: str | None = None
    direction: str | None = None
    thread: str | None = None
    thread_title: str | None = None
    thread_state: str | None = None
    container: str | None = None
    container_name: str | None = None
    parent: str | None = None
    our_account: str | None = None
    actor: PartyTable | None = None
    author: PartyTable | None = None
    participants: list[PartyTable] = []
    attachments: AttachmentTable | None = None
    reaction: str | None = None
    automated: str | None = None
    generator: str | None = None
    client_ref: str | None = None
    tags: str | None = None
    metrics: dict[str, str] = {}
    fields: dict[str, str] = {}


def symbols(literal: Any) -> dict[str, str]:
    """The symbols of an enumeration by their lower-case spelling."""
    return {symbol.lower(): symbol for symbol in get_args(literal)}


VERBS = symbols(ActivityType)
ENUMERATIONS: dict[str, dict[str, str]] = {
    "type": VERBS,
    "object_type": symbols(ObjectType),
    "channel": symbols(Channel),
    "visibility": symbols(Visibility),
    "direction": symbols(Direction),
    "thread_state": symbols(ThreadState),
    "side": symbols(Side),
}
"""Keys whose value may be a word of the contract in place of an expression: ``visibility = "customer"``."""
KINDS = {"actor": symbols(PartyKind), "attachments": symbols(AttachmentKind)}


class Party:
    """A compiled `PartyTable`."""

    def __init__(self, key: str, table: PartyTable) -> None:
        self.role, self.trust = table.role, table.trust
        self.each = compile_expression(f"{key}.each", table.each) if table.each else None
        self.get = _getters(key, table, KINDS["actor"], skip={"each", "role", "trust"})


class Attachments:
    """A compiled `AttachmentTable`."""

    def __init__(self, table: AttachmentTable) -> None:
        self.each = compile_expression("attachments.each", table.each)
        self.get = _getters("attachments", table, KINDS["attachments"], skip={"each"})


class Plan:
    """The compiled table. `get` holds a getter for every key that is configured."""

    def __init__(self, table: MappingTable) -> None:
        self.table = table
        self.system, self.kind, self.thread_kind = table.system, table.kind, table.thread_kind
        self.markup = table.markup
        self.get = _getters("", table, {}, skip=_WORDS)
        self.verbs = {name: _verb(name, told) for name, told in table.verbs.items()}
        self.actor = Party("actor", table.actor) if table.actor else None
        self.author = Party("author", table.author) if table.author else None
        self.participants = [Party(f"participants[{n}]", party) for n, party in enumerate(table.participants)]
        self.attachments = Attachments(table.attachments) if table.attachments else None
        self.metrics = {key: compile_expression(f"metrics.{key}", text) for key, text in table.metrics.items()}
        self.fields = {key: compile_expression(f"fields.{key}", text) for key, text in table.fields.items()}


_WORDS = {"system", "kind", "thread_kind", "markup", "verbs", "actor", "author", "participants", "attachments"} | {
    "metrics",
    "fields",
}


def _getters(prefix: str, table: _Table, kinds: Mapping[str, str], skip: set[str]) -> Mapping[str, Getter]:
    found: dict[str, Getter] = {}
    for name in table.__struct_fields__:
        text = getattr(table, name)
        if name in skip or text is None:
            continue
        symbol = symbol_of(name, text, kinds)
        key = f"{prefix}.{name}" if prefix else name
        found[name] = constant(symbol) if symbol else compile_expression(key, text)
    return types.MappingProxyType(found)


def symbol_of(name: str, text: str, kinds: Mapping[str, str]) -> str | None:
    """The word of the contract that stands in place of an expression, if it is one. `kinds`: of the key ``kind``."""
    return (kinds if name == "kind" else ENUMERATIONS.get(name, {})).get(text.strip().lower())


def _verb(event: str, told: str) -> tuple[str, str | None]:
    """``Create``, or ``Undo Like``: the verb and, of Undo, what it takes back."""
    verb, _, undone = told.partition(" ")
    first, second = VERBS.get(verb.lower()), VERBS.get(undone.strip().lower())
    if first is None or (first == "Undo") != (second is not None) or (undone and second is None):
        raise ConfigurationError(
            f"mapping.verbs.{event}: {told!r} is no verb; choose one of {', '.join(VERBS.values())}, or Undo with one"
        )
    return first, second


_plans: dict[tuple[int, int], tuple[Any, Plan]] = {}
_MOST_PLANS = 256


_NOTHING: Mapping[str, Any] = types.MappingProxyType({})


def plan(table: Any, defaults: Mapping[str, Any] = _NOTHING) -> Plan:
    """The compiled table; compiled once for each table object. `defaults` stand where the table says nothing.

    Raises `ConfigurationError`.
    """
    key = (id(table), id(defaults))
    known = _plans.get(key)
    if known is not None and known[0] is table:
        return known[1]
    compiled = Plan(_read({**defaults, **table} if defaults and isinstance(table, dict) else table))
    if len(_plans) >= _MOST_PLANS:
        _plans.clear()
    _plans[key] = (table, compiled)
    return compiled


def _read(table: Any) -> MappingTable:
    try:
        return msgspec.convert(table, MappingTable)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        path = place.strip("`").removeprefix("$").removeprefix(".")
        raise ConfigurationError(f"{'.'.join(p for p in ('mapping', path) if p)}: {message}{_hint(message)}") from None


def _hint(message: str) -> str:
    """For a key that does not exist, the ones that do."""
    if "unknown field" not in message:
        return ""
    wrong = message.rpartition("`")[0].rpartition("`")[2]
    known = {name for table in (MappingTable, PartyTable, AttachmentTable) for name in table.__struct_fields__}
    near = difflib.get_close_matches(wrong, sorted(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else "; connectors/webhook/README.md lists the keys"
