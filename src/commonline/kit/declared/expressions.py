"""JMESPath expressions, compiled once: plain paths become look-ups, everything else runs on jmespath.

Beside the functions of the specification there are ``header('x-topic')`` and ``query('team')`` of the call that
brought the body, ``body()`` (the whole of it, where expressions stand on one of its items), and ``lower(text)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError

from commonline.errors import ConfigurationError, MalformedPayloadError
from commonline.schemas.records import Delivery

Value = Any
"""A decoded JSON value."""


class Scope:
    """What an expression may look at: one item, the whole body, the call."""

    __slots__ = ("body", "delivery", "item")

    def __init__(self, item: Value, body: Value, delivery: Delivery) -> None:
        self.item, self.body, self.delivery = item, body, delivery


Getter = Callable[[Scope], Value]


class Functions(functions.Functions):
    """The functions of ours, for one scope."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    @functions.signature({"types": ["string"]})
    def _func_header(self, name: str) -> str | None:
        return self._scope.delivery.headers.get(name.lower())

    @functions.signature({"types": ["string"]})
    def _func_query(self, name: str) -> str | None:
        query = (self._scope.delivery.request or "").partition("?")[2]
        return dict(parse_qsl(query)).get(name)

    @functions.signature()
    def _func_body(self) -> Value:
        return self._scope.body

    @functions.signature({"types": ["string", "null"]})
    def _func_lower(self, text: str | None) -> str | None:
        return None if text is None else text.lower()


def compile_expression(key: str, text: str) -> Getter:
    """What `text` finds in a scope. Raises `ConfigurationError` naming the key, the place and the fix.

    The getter raises `MalformedPayloadError` with the key as path where a function cannot take what it finds.
    """
    try:
        compiled = jmespath.compile(text)
    except JMESPathError as error:
        raise ConfigurationError(f"mapping.{key}: {text!r} is no JMESPath expression: {_fault(error)}") from None
    tree: dict[str, Any] = dict(compiled.parsed)
    _check_functions(key, text, tree)
    path = plain_path(tree)
    if path is not None:
        return _look_up(path)
    if tree["type"] == "literal":
        return constant(tree["value"])

    def search(scope: Scope) -> Value:
        try:
            return compiled.search(scope.item, options=jmespath.Options(custom_functions=Functions(scope)))
        except (JMESPathError, TypeError, AttributeError, KeyError, ValueError):
            raise MalformedPayloadError(
                f"the expression of mapping.{key} does not fit what stands there", path=f"mapping.{key}"
            ) from None

    return search


def constant(value: Value) -> Getter:
    """A getter that always finds `value`."""

    def found(_scope: Scope) -> Value:
        return value

    return found


def _fault(error: JMESPathError) -> str:
    lines = [line for line in str(error).split("\n") if line.strip()]
    return lines[0] if lines else type(error).__name__


def plain_path(tree: dict[str, Any]) -> tuple[str | int, ...] | None:
    """The steps of an expression like ``a.b[0].c``; None for any other."""
    if tree["type"] == "field":
        return (tree["value"],)
    if tree["type"] == "index":
        return (tree["value"],)
    if tree["type"] not in ("subexpression", "index_expression"):
        return None
    steps: tuple[str | int, ...] = ()
    for child in tree["children"]:
        inner = plain_path(child)
        if inner is None:
            return None
        steps += inner
    return steps


def _look_up(path: tuple[str | int, ...]) -> Getter:
    def found(scope: Scope) -> Value:
        value = scope.item
        for step in path:
            if isinstance(step, str):
                if type(value) is not dict:
                    return None
                value = value.get(step)
            elif type(value) is list and -len(value) <= step < len(value):
                value = value[step]
            else:
                return None
        return value

    return found


def _check_functions(key: str, text: str, tree: dict[str, Any]) -> None:
    """Unknown functions and wrong numbers of arguments, which jmespath would find only with a payload."""
    known = Functions.FUNCTION_TABLE
    pending = [tree]
    while pending:
        node = pending.pop()
        pending.extend(child for child in node.get("children", []) if isinstance(child, dict))
        if node["type"] != "function_expression":
            continue
        name = node["value"]
        if name not in known:
            raise ConfigurationError(
                f"mapping.{key}: {text!r}: there is no function {name}; there are: {', '.join(sorted(known))}"
            )
        wanted = known[name]["signature"]
        variadic = bool(wanted) and wanted[-1].get("variadic", False)
        given = len(node["children"])
        if given < len(wanted) if variadic else given != len(wanted):
            raise ConfigurationError(f"mapping.{key}: {text!r}: {name} takes {len(wanted)} arguments, not {given}")
