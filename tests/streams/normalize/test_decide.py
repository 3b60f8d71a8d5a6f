"""Every delivery ends as activities, ignored entries or dead letters, whatever it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.schemas.codec import decode_activity
from commonline.streams.normalize.letters import MOST_LETTERS
from tests.streams.normalize.deliveries import CONFIGURATION, NOW, delivery, normalizer, place

pytestmark = pytest.mark.usefixtures("probes")


def test_each_entry_has_its_own_end() -> None:
    body: list[dict[str, Any]] = [
        {"id": "1", "text": "one"},
        {"event": "ping"},
        {"event": "new.thing"},
        {"do": "malformed"},
        {"id": "2", "text": "two", "copies": 2},
    ]
    decided = normalizer().decide(delivery(body), place(7), NOW)
    assert [activity.object.text for activity, _ in decided.activities] == ["one", "two", "two"]
    assert [activity.origin.entry for activity, _ in decided.activities] == [0, 4, 4]
    assert decided.skipped == ["handshake", "unsupported"]
    [letter] = decided.dead
    assert (letter.cause, letter.path, letter.entry) == ("MalformedPayloadError", "[3].author.id", 3)
    assert (letter.topic, letter.partition, letter.offset, letter.value) == ("deliveries.v1", 3, 7, b"record")
    assert letter.fingerprint == "fuse:map:MalformedPayloadError:[].author.id"


def test_the_encoding_is_the_activity() -> None:
    decided = normalizer().decide(delivery([{"id": "1", "text": "one"}]), place(), NOW)
    [(activity, raw)] = decided.activities
    assert decode_activity(raw) == activity
    assert activity.origin.delivery == delivery([{"id": "1", "text": "one"}]).id


@pytest.mark.parametrize(
    ("entry", "step", "cause"),
    [
        ({"do": "raise", "text": "secret of the payload"}, "map", "ZeroDivisionError"),
        ({"do": "surrogate"}, "encode", "ContractError"),
    ],
)
def test_our_own_faults_are_dead_letters_without_payload_text(entry: dict[str, str], step: str, cause: str) -> None:
    decided = normalizer().decide(delivery([entry, {"id": "2"}]), place(), NOW)
    assert len(decided.activities) == 1
    [letter] = decided.dead
    assert (letter.step, letter.cause) == (step, cause)
    assert "secret" not in letter.message


def test_an_activity_that_unify_would_not_take_is_a_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonline.streams.normalize.decide.LARGEST", 1000)
    decided = normalizer().decide(delivery([{"size": 2000}]), place(), NOW)
    assert not decided.activities
    assert [(letter.step, letter.cause) for letter in decided.dead] == [("validate", "TooLargeError")]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"source": "gone"}, "'gone' is not in the configuration"),
        ({"connector": "webhook"}, "is of connector 'fuse' now"),
        ({"workspace": "other"}, "workspace 'other'"),
    ],
)
def test_a_source_that_was_taken_away_is_no_crash(changes: dict[str, Any], says: str) -> None:
    decided = normalizer().decide(delivery([{"id": "1"}], **changes), place(), NOW)
    [letter] = decided.dead
    assert letter.cause == "ConfigurationError"
    assert says in letter.message


def test_a_source_that_is_switched_off_is_still_mapped() -> None:
    off = CONFIGURATION + "enabled = false\n"
    assert len(normalizer(off).decide(delivery([{"id": "1"}]), place(), NOW).activities) == 1


def test_a_large_body_is_read_from_its_blob() -> None:
    made = delivery([{"id": "1", "text": "large"}])
    blobs = {"blob:1": made.body or b""}
    aside = msgspec.structs.replace(made, body=None, body_uri="blob:1")
    decided = normalizer(read_blob=blobs.__getitem__).decide(aside, place(), NOW)
    assert [activity.object.text for activity, _ in decided.activities] == ["large"]


def test_a_blob_that_is_gone_is_a_dead_letter() -> None:
    aside = msgspec.structs.replace(delivery([{"id": "1"}]), body=None, body_uri="blob:1")
    [letter] = normalizer().decide(aside, place(), NOW).dead
    assert letter.cause == "StateError"


def test_only_the_first_letter_of_a_delivery_carries_it_and_their_number_is_bounded() -> None:
    decided = normalizer().decide(delivery([{"do": "malformed"}] * 5000), place(), NOW)
    assert len(decided.dead) == MOST_LETTERS
    assert [letter.value is not None for letter in decided.dead] == [True] + [False] * (MOST_LETTERS - 1)
    assert len({letter.id for letter in decided.dead}) == MOST_LETTERS
    assert f"{5000 - MOST_LETTERS + 1} more entries failed" in decided.dead[-1].message


def test_the_same_failure_has_the_same_id_and_another_record_another() -> None:
    bad = delivery([{"do": "malformed"}])
    first, again = (normalizer().decide(bad, place(1), NOW + n).dead[0] for n in (0, 99))
    other = normalizer().decide(bad, place(2), NOW).dead[0]
    assert first.id == again.id != other.id


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | st.just(b"[" * 100_000))
def test_no_body_raises(body: bytes) -> None:
    decided = normalizer().decide(delivery(body), place(), NOW)
    assert decided.activities or decided.skipped or decided.dead


def test_sources_read_no_secrets(tmp_path: Path) -> None:
    text = CONFIGURATION + '[sources.page]\nconnector = "facebook"\nworkspace = "acme"\n'
    text += 'app_secret = {env = "NOT_SET"}\nverify_token = {file = "not-there"}\n'
    assert normalizer(text)
