"""Rows to activities, as the source's mapping says.

Ids are those of the connector webhook: a file that holds the history of a source ``shop`` says ``system = "shop"``, and
its rows are the same facts as the calls were.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit.declared.expressions import Scope
from commonline.kit.declared.items import Part, drafts
from commonline.kit.declared.plan import Plan, plan
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENT = "row"
EVENTS: dict[str, EventMapping] = {EVENT: drafts}
LINE, NAME, DELIMITER = "file-line", "file-name", "file-delimiter"
_decode = msgspec.json.Decoder().decode


def check_settings(settings: Mapping[str, Any]) -> None:
    """Compile the source's expressions. Raises `ConfigurationError` naming the key and the fix."""
    plan(settings["mapping"])


def declared(settings: Mapping[str, Any]) -> Plan:
    """The compiled table, for the engine: of JSON lines; rows of CSV are Python's. Raises `ConfigurationError`."""
    return plan(settings["mapping"])


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one row of a delivery. What is wrong is told with its file and line: ``history.csv:17``."""
    body = delivery.body or b""
    if not body.strip():
        return []
    place = ":".join(filter(None, (delivery.headers.get(NAME), delivery.headers.get(LINE))))
    try:
        value = _value(delivery, body)
    except MalformedPayloadError as error:
        return [Entry(0, EVENT, error, place, delivery, settings)]
    return [Entry(0, EVENT, Part(plan(settings["mapping"]), Scope(value, value, delivery)), place, delivery, settings)]


def _value(delivery: Delivery, body: bytes) -> Any:
    kind, _, parameters = delivery.content_type.partition(";")
    charset = parameters.rpartition("charset=")[2].strip() or "utf-8"
    format_ = "csv" if kind.strip().lower() == "text/csv" else "jsonl"
    return values_of(body, format_, charset, delivery.headers.get(DELIMITER, ","))


def values_of(body: bytes, format_: str, charset: str, delimiter: str) -> Any:
    """A row as values: of CSV, which comes with its first row, columns by name. Raises `MalformedPayloadError`."""
    try:
        text = body.decode(charset)
    except (UnicodeDecodeError, LookupError) as error:
        raise MalformedPayloadError(f"is not {charset}: {error}") from None
    if format_ != "csv":
        try:
            return _decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise MalformedPayloadError(f"is no JSON: {error}") from None
    return _columns(text, delimiter)


def _columns(text: str, delimiter: str) -> dict[str, str]:
    try:
        lines = (f"{line}\n" for line in text.split("\n"))
        told = [row for row in csv.reader(lines, delimiter=delimiter[:1] or ",", strict=True) if row]
    except csv.Error as error:
        raise MalformedPayloadError(f"is no row of CSV: {error}") from None
    if len(told) < 2:
        raise MalformedPayloadError("the row is missing, or a quote is not closed")
    names, row = [name.strip() for name in told[0]], told[1]
    if len(told) > 2:
        raise MalformedPayloadError("holds more than one row: a quote is missing before it")
    if len(row) > len(names):
        raise MalformedPayloadError(f"has {len(row)} columns, the first row names {len(names)}")
    return {name: value for name, value in zip(names, row, strict=False) if name}
