"""ActivityStreams collections, read again as JSON-LD in compact form."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings

from commonline.gateway.export.activitystreams import PUBLIC, collection, object_type
from commonline.gateway.export.transcript import Said, Transcript
from commonline.kit.request import clean_text
from commonline.schemas.records import ObjectType
from tests.gateway.export.transcripts import HOSTILE, saying, transcripts


def again(transcript: Transcript) -> dict[str, Any]:
    made = collection(transcript)
    read = json.loads(json.dumps(made, ensure_ascii=False).encode())
    assert read == made
    assert read["@context"][0] == "https://www.w3.org/ns/activitystreams"
    assert read["totalItems"] == len(read["orderedItems"]) == len(transcript.said)
    return read  # type: ignore[no-any-return]


def nothing_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(one is not None and nothing_empty(one) for one in value.values())
    return all(nothing_empty(one) for one in value) if isinstance(value, list) else True


@given(transcripts())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_every_conversation_is_a_collection(transcript: Transcript) -> None:
    read = again(transcript)
    assert nothing_empty(read)
    for told, one in zip(read["orderedItems"], transcript.said, strict=True):
        assert (PUBLIC in told.get("to", [])) == (one.visibility == "public")
        assert ("audience" in told) == (one.visibility != "public")
        assert told["object"]["type"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_come_back_and_are_no_markup(text: str) -> None:
    thing = again(saying(text))["orderedItems"][0]["object"]
    assert (thing["content"], thing["mediaType"]) == (clean_text(text), "text/plain")


def test_what_was_deleted_is_a_tombstone() -> None:
    thing = again(saying("never mind", type="Delete"))["orderedItems"][0]["object"]
    assert (thing["type"], thing["formerType"]) == ("Tombstone", "Note")
    assert "content" not in thing


def test_inner_things_are_not_addressed_to_the_public() -> None:
    (one,) = saying("inner").said
    inner = Transcript(saying().id, "acme", (Said(one.at, "internal", one.item),))
    told = again(inner)["orderedItems"][0]
    assert PUBLIC not in json.dumps(told)
    assert told["audience"]["name"] == "internal"


def test_types_of_ours_stand_beside_the_nearest_of_the_vocabulary() -> None:
    assert object_type("Ticket") == ["Note", "cl:Ticket"]
    assert object_type("Call") == ["Event", "cl:Call"]
    assert object_type("Image") == "Image"
    assert all(object_type(name) for name in get_args(ObjectType))
