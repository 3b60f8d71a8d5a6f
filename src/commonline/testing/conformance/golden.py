"""Goldens: what a fixture becomes, written so that a person can read and judge it.

``{"activities": […], "others": […]}``; if nothing was mapped: ``{"ignored": rule}``, ``{"unsupported":
event}`` or ``{"dead": {"cause": …, "path": …}}``. In activities, what is the same for all fixtures
(workspace, source, received, origin) and every default is left out; times are ISO 8601; ``published`` is
"received" when the source does not say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from commonline.kit.mapping import UNSUPPORTED, Dead, Skipped
from commonline.kit.replay import Result
from commonline.kit.times import EARLIEST, LATEST, from_micros
from commonline.schemas.records import Activity

LEFT_OUT = {"workspace", "connector", "source", "received", "origin"}
TIMES = {"published", "created", "start_time", "end_time"}
SHOWN = 80


def golden(results: list[Result]) -> dict[str, Any]:
    """The golden of a fixture's results."""
    activities = [_activity(a, r.outcome.entry or 0) for r in results for a in r.activities]
    others = [_other(r.outcome) for r in results if isinstance(r.outcome, (Skipped, Dead))]
    if len(others) == 1 and len(results) == 1:
        return {key: value for key, value in others[0].items() if key != "entry"}
    return {"activities": activities, "others": others} if others else {"activities": activities}


def write(value: dict[str, Any]) -> bytes:
    """The golden as it stands in its file."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def difference(expected: Any, found: Any, path: str = "") -> str | None:
    """The first place where two JSON values differ, in words; None if they are equal."""
    for place, left, right in _differences(expected, found, path):
        return f"{place or '$'}: expected {_shown(left)}, found {_shown(right)}"
    return None


_MISSING = object()


def _differences(expected: Any, found: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in [*expected, *(k for k in found if k not in expected)]:
            where = f"{path}.{key}" if path else key
            yield from _differences(expected.get(key, _MISSING), found.get(key, _MISSING), where)
    elif isinstance(expected, list) and isinstance(found, list):
        for index in range(max(len(expected), len(found))):
            left = expected[index] if index < len(expected) else _MISSING
            right = found[index] if index < len(found) else _MISSING
            yield from _differences(left, right, f"{path}[{index}]")
    elif type(expected) is not type(found) or expected != found:
        yield path, expected, found


def _shown(value: Any) -> str:
    if value is _MISSING:
        return "nothing"
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _other(outcome: Skipped | Dead) -> dict[str, Any]:
    entry = {"entry": outcome.entry} if outcome.entry is not None else {}
    if isinstance(outcome, Dead):
        return {**entry, "dead": {"cause": outcome.cause, "path": outcome.path}}
    if outcome.rule == UNSUPPORTED:
        return {**entry, "unsupported": outcome.event}
    return {**entry, "ignored": outcome.rule}


def _activity(activity: Activity, entry: int) -> dict[str, Any]:
    shown: dict[str, Any] = {} if entry == 0 else {"entry": entry}
    shown.update({k: v for k, v in told(activity).items() if k not in LEFT_OUT})
    if activity.clock == "received":
        shown["published"] = "received"
    return shown


def told(record: msgspec.Struct) -> dict[str, Any]:
    """A record as a dict without its defaults, its times as text."""
    shown: dict[str, Any] = {}
    declared = list(type(record).__annotations__)
    for field in sorted(msgspec.structs.fields(record), key=lambda f: declared.index(f.name)):
        value = getattr(record, field.name)
        default = field.default if field.default is not msgspec.NODEFAULT else _factory(field.default_factory)
        if default is not msgspec.NODEFAULT and value == default:
            continue
        shown[field.name] = _told_value(field.name, value)
    return shown


def _factory(factory: Any) -> Any:
    return factory() if factory is not msgspec.NODEFAULT else msgspec.NODEFAULT


def _told_value(name: str, value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return told(value)
    if isinstance(value, list):
        return [_told_value("", part) for part in value]
    if name in TIMES and isinstance(value, int) and EARLIEST <= value <= LATEST:
        return from_micros(value).isoformat().replace("+00:00", "Z")
    return value
