"""vCons, checked against the rules of the draft's unsigned form, as a JSON schema of our own words."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from commonline.gateway.export.transcript import Said, Transcript
from commonline.gateway.export.vcon import vcon
from commonline.kit.request import clean_text
from tests.gateway.export.transcripts import HOSTILE, saying, transcripts

TIME = {"type": "string", "format": "date-time", "pattern": "^[0-9-]{10}T[0-9:.]+([+-][0-9:]+|Z)$"}
TEXT = {"type": "string"}
INDEX = {"type": "integer", "minimum": 0}
CONTENT = {"mediatype": TEXT, "body": TEXT, "encoding": {"enum": ["base64url", "json", "none"]}, "filename": TEXT}


def closed(required: list[str], **properties: object) -> dict[str, object]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


SCHEMA = closed(
    ["vcon", "uuid", "created_at", "parties"],
    vcon={"const": "0.4.0"},
    uuid={"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"},
    created_at=TIME,
    subject=TEXT,
    redacted=closed(["uuid", "type"], uuid=TEXT, type=TEXT),
    parties={"type": "array", "items": closed([], tel=TEXT, mailto=TEXT, name=TEXT, uuid=TEXT)},
    dialog={
        "type": "array",
        "items": closed(
            ["type", "start", "parties", "body", "encoding", "mediatype"],
            type={"const": "text"},
            start=TIME,
            parties={"type": "array", "items": INDEX},
            application=TEXT,
            message_id=TEXT,
            **CONTENT,
        ),
    },
    analysis={"type": "array", "maxItems": 0},
    attachments={
        "type": "array",
        "items": closed(
            ["start", "party", "dialog", "body", "encoding"], start=TIME, party=INDEX, dialog=INDEX, **CONTENT
        ),
    },
)


def checked(transcript: Transcript) -> dict[str, object]:
    made = vcon(transcript)
    again = json.loads(json.dumps(made, ensure_ascii=False).encode())
    assert again == made
    jsonschema.validate(again, SCHEMA)
    people, dialogs = len(made["parties"]), len(made["dialog"])
    assert all(number < people for one in made["dialog"] for number in one["parties"])
    assert all(one["party"] < people and one["dialog"] < dialogs for one in made["attachments"])
    return again  # type: ignore[no-any-return]


@given(transcripts())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_every_conversation_is_a_vcon(transcript: Transcript) -> None:
    assert checked(transcript)["uuid"] == vcon(transcript)["uuid"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_come_back(text: str) -> None:
    dialog = vcon(saying(text))["dialog"]
    assert [one["body"] for one in dialog] == ([clean_text(text)] if text else [])
    checked(saying(text))


def test_another_content_is_another_vcon_and_redaction_is_told() -> None:
    whole = saying("one", "two")
    part = Transcript(whole.id, "acme", tuple(Said(one.at, one.visibility, one.item, True) for one in whole.said[:1]))
    assert vcon(whole)["uuid"] != vcon(part)["uuid"]
    assert "redacted" not in vcon(whole)
    assert vcon(part)["redacted"] == {"uuid": str(whole.id), "type": "privacy"}


def test_what_was_deleted_is_not_said() -> None:
    assert vcon(saying("never mind", type="Delete"))["dialog"] == []
