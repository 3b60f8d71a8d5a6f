"""The pure half of a connector: delivery in, outcomes out, nothing falls through.

A connector's ``mapping.py`` offers two names:

* ``entries(delivery, settings) -> list[Entry]`` opens the body and says which parts (events) it holds, in order;
* ``EVENTS: dict[str, EventMapping]`` maps an event's name to a function ``(entry) -> list[Draft] | Ignored``.

Events that the manifest lists under ``[events.ignored]`` (name -> rule) are ignored by that rule; any other event is
unsupported: kept, counted, answered 2xx.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.schemas.records import Delivery


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One part of a delivery.

    `event` is the source's own event name; `body` what `entries` made of the part (typically `msgspec.Raw` or a
    typed struct), or the error that says why the part cannot be opened: it becomes a dead letter, the others go on;
    `path` where it stands in the payload (``entry[0].changes[1]``), for dead letters; `settings` the source's
    settings that the manifest marks ``mapping = true`` (never secrets).
    """

    index: int
    event: str
    body: Any
    path: str
    delivery: Delivery
    settings: Mapping[str, Any]


class Ignored(msgspec.Struct, frozen=True, gc=False):
    """The entry is known and carries no fact; `rule` is one of the names in docs/connectors/rules.md."""

    rule: str


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """The entry's facts."""

    entry: int
    event: str
    drafts: list[Draft]


class Skipped(msgspec.Struct, frozen=True, gc=False):
    """The entry is ignored by `rule`, or unsupported (`rule` is ``unsupported``)."""

    entry: int
    event: str
    rule: str


class Dead(msgspec.Struct, frozen=True, gc=False):
    """The entry cannot be processed. `entry` None: the whole delivery."""

    entry: int | None
    event: str | None
    cause: str
    message: str
    path: str | None


Outcome = Mapped | Skipped | Dead
EventMapping = Callable[[Entry], "list[Draft] | Ignored"]
UNSUPPORTED = "unsupported"
ROOT = "$"
"""The path of a body that could not be read at all (RFC 9535 calls it the root)."""
MESSAGE_LIMIT = 300
DEFECT = "the mapping failed; this is a defect of the connector"
_MSGSPEC_PATH = re.compile(r" - at (?:`key` in )?`\$?\.?(.*)`$")


def map_delivery(
    delivery: Delivery,
    entries: Callable[[Delivery, Mapping[str, Any]], list[Entry]],
    events: Mapping[str, EventMapping],
    ignored: Mapping[str, str],
    settings: Mapping[str, Any],
) -> list[Outcome]:
    """Map every entry of a delivery; an entry that fails harms none beside it. Never raises for bad input."""
    try:
        parts = entries(delivery, settings)
    except Exception as error:
        return [dead(None, error)]
    if not parts:
        return [Skipped(entry=0, event="", rule="empty")]
    outcomes: list[Outcome] = []
    for part in parts:
        if isinstance(part.body, Exception):
            outcomes.append(dead(part, part.body))
            continue
        mapping = events.get(part.event)
        if mapping is None:
            rule = ignored.get(part.event, UNSUPPORTED)
            outcomes.append(Skipped(entry=part.index, event=part.event, rule=rule))
            continue
        try:
            result = mapping(part)
        except Exception as error:
            outcomes.append(dead(part, error))
            continue
        if isinstance(result, Ignored):
            outcomes.append(Skipped(entry=part.index, event=part.event, rule=result.rule))
        else:
            outcomes.append(Mapped(entry=part.index, event=part.event, drafts=result))
    return outcomes


def dead(part: Entry | None, error: Exception) -> Dead:
    """Describe a failure: typed cause, a message without payload text, the path in the payload."""
    path = part.path if part else None
    message = str(error)
    cause = type(error).__name__
    if isinstance(error, MalformedPayloadError):
        path = _join(path, error.path)
    elif isinstance(error, msgspec.ValidationError):
        cause = MalformedPayloadError.__name__
        found = _MSGSPEC_PATH.search(message)
        if found:
            path = _join(path, found[1])
            message = message[: found.start()]
    elif isinstance(error, (msgspec.DecodeError, UnicodeDecodeError)):
        cause = MalformedPayloadError.__name__
    elif isinstance(error, RecursionError):
        cause = MalformedPayloadError.__name__
        message = "nested too deeply"
    else:
        message = f"{DEFECT}{_place(error)}"
    return Dead(
        entry=part.index if part else None,
        event=part.event if part else None,
        cause=cause,
        message=message[:MESSAGE_LIMIT],
        path=path or ROOT,
    )


def _place(error: Exception) -> str:
    """Where in the code it failed, for whoever mends it; never what was being read."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"


def _join(prefix: str | None, rest: str | None) -> str:
    return ".".join(p for p in (prefix, rest) if p).replace(".[", "[")
