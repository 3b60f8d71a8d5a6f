"""Pydantic models: to structs and back, JSON by its schema, refusals."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from commonline.schemas import models
from commonline.schemas.catalogue import FILES, RECORDS
from commonline.schemas.codec import ENCODERS
from commonline.schemas.errors import DecodeError
from commonline.schemas.generate.sources import PACKAGE
from commonline.schemas.model import microseconds, moment
from commonline.testing.strategies import records as drawn

NUMBER = "6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a90"


@cache
def validator(name: str) -> Any:
    schema = json.loads((PACKAGE / "jsonschema" / f"{FILES[name]}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def model_of(name: str, record: Any) -> Any:
    """The model, unless a time of the record is beyond the calendar, which structs may hold and models not."""
    try:
        return getattr(models, name).from_record(record)
    except ValidationError as error:
        other = [problem for problem in error.errors() if "outside the years 1 to 9999" not in problem["msg"]]
    assume(bool(other))
    raise AssertionError(other)


@pytest.mark.parametrize("name", RECORDS)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_structs_avro_and_json_come_back(name: str, data: st.DataObject) -> None:
    record = data.draw(drawn(name))
    model = model_of(name, record)
    kind = type(model)
    assert model.to_record() == record
    assert model.to_avro() == ENCODERS[name](record)
    assert kind.from_avro(b"frame" + model.to_avro(), 5) == model
    text = model.model_dump_json()
    assert kind.model_validate_json(text) == model
    if "Infinity" not in text:
        validator(name).validate(json.loads(text))


def cursor(**changes: Any) -> models.Cursor:
    given: dict[str, Any] = {
        "source": "s",
        "workspace": "w",
        "generation": 1,
        "position": "{}",
        "at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return models.Cursor(**(given | changes))


def test_types_of_people() -> None:
    link = models.Link(
        id=UUID(NUMBER),
        workspace="w",
        kind="thread",
        a="a",
        b="b",
        verdict="same",
        state="active",
        confidence=1,
        revision=1,
        at=datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))),
    )
    assert link.at == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert link.at.tzinfo is UTC
    assert link.evidence == ()
    assert json.loads(link.model_dump_json())["at"] == "2026-01-01T12:00:00Z"
    with pytest.raises(ValidationError, match="frozen"):
        link.workspace = "other"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"at": datetime(2026, 1, 1)}, "a time needs its zone"),
        ({"at": 1 << 62}, "outside the years 1 to 9999"),
        ({"at": "yesterday"}, "valid datetime"),
        ({"generation": 1 << 63}, "less than or equal"),
        ({"generation": "many"}, "valid integer"),
        ({"source": None}, "valid string"),
    ],
)
def test_wrong_values_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        cursor(**changes)


def test_a_field_of_a_newer_version_is_ignored() -> None:
    text = json.dumps(json.loads(cursor().model_dump_json()) | {"lease": "x"})
    assert models.Cursor.model_validate_json(text) == cursor()


def test_bytes_are_base64_in_json() -> None:
    letter = {
        "id": NUMBER,
        "workspace": "w",
        "connector": "c",
        "source": "s",
        "step": "map",
        "cause": "MalformedPayloadError",
        "message": "m",
        "software": "0.1",
        "fingerprint": "f",
        "attempts": 1,
        "failed": "2026-01-01T00:00:00Z",
        "value": "/wA=",
    }
    model = models.DeadLetter.model_validate_json(json.dumps(letter))
    assert model.value == b"\xff\x00"
    assert json.loads(model.model_dump_json())["value"] == "/wA="


def test_broken_avro_is_a_decode_error() -> None:
    with pytest.raises(DecodeError, match="Cursor"):
        models.Cursor.from_avro(b"\x02")


@given(time=st.datetimes(timezones=st.just(UTC)))
def test_times_are_exact(time: datetime) -> None:
    assert moment(microseconds(time)) == time


@pytest.mark.parametrize(
    ("name", "change"), [("Cursor", {"at": 5}), ("Cursor", {"generation": 1 << 64}), ("Control", {"kind": "x"})]
)
def test_json_schemas_refuse(name: str, change: dict[str, Any]) -> None:
    whole = {
        "Cursor": json.loads(cursor().model_dump_json()),
        "Control": {"id": NUMBER, "workspace": "w", "kind": "other", "at": "2026-01-01T00:00:00Z", "body": "{}"},
    }[name]
    validator(name).validate(whole)
    with pytest.raises(jsonschema.ValidationError):
        validator(name).validate(whole | change)
    for field in [field for field in whole if field != "by"]:
        with pytest.raises(jsonschema.ValidationError, match="required"):
            validator(name).validate({key: value for key, value in whole.items() if key != field})
