"""Mailboxes, read again by the standard library's reader."""

from __future__ import annotations

import mailbox
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from commonline.gateway.export.mbox import body, mbox
from commonline.gateway.export.transcript import Transcript
from commonline.kit.request import clean_text
from tests.gateway.export.transcripts import HOSTILE, saying, transcripts

HEADERS = {"message-id", "date", "from", "to", "cc", "subject", "in-reply-to", "references", "mime-version"}
HEADERS |= {"content-type", "content-transfer-encoding"}
HEADERS |= {f"x-commonline-{name}" for name in ("activity", "channel", "visibility", "account")}


def again(content: bytes, folder: Path) -> list[EmailMessage]:
    path = folder / "export.mbox"
    path.write_bytes(content)
    box = mailbox.mbox(path, create=False)
    try:
        found = [message_from_bytes(one.as_bytes(), policy=policy.default) for one in box]
    finally:
        box.close()
    return found


def same(transcript: Transcript, folder: Path) -> list[EmailMessage]:
    """One message for each entry, with no header but ours, and with bodies that come back."""
    content = mbox(transcript)
    assert content.isascii()
    assert not re.search(rb"[\0\r]", content)
    found = again(content, folder)
    assert len(found) == len(transcript.said)
    for message, one in zip(found, transcript.said, strict=True):
        assert {name.lower() for name in message} <= HEADERS
        assert not message.defects
        assert message["date"].datetime.timestamp() == int(one.at.timestamp())
        assert message.get_content().rstrip("\n") == body(one.item).rstrip("\n")
    return found


@given(transcripts())
@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
def test_every_entry_comes_back(tmp_path: Path, transcript: Transcript) -> None:
    same(transcript, tmp_path)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_come_back_and_are_no_headers(tmp_path: Path, text: str) -> None:
    (message,) = same(saying(text), tmp_path)
    assert message["bcc"] is None
    assert message.get_content().rstrip("\n") == re.sub(r"\r\n?", "\n", clean_text(text)).rstrip("\n")


def test_who_has_an_address_keeps_it_and_others_get_one_that_leads_nowhere(tmp_path: Path) -> None:
    item = saying("x").said[0].item
    assert item.actor is not None
    known = item.actor.model_copy(update={"account": "mailto:ana@example.org", "name": "Ana, of “Kettles”"})
    found = same(saying("hello", actor=known), tmp_path)[0]["from"].addresses[0]
    assert (found.addr_spec, found.display_name) == ("ana@example.org", "Ana, of “Kettles”")
    crooked = known.model_copy(update={"account": "mailto:a@b, eve@example.org", "name": None})
    found = same(saying("hello", actor=crooked), tmp_path)[0]["from"].addresses
    assert [one.domain for one in found] == ["commonline.invalid"]


def test_an_answer_points_at_what_it_answers(tmp_path: Path) -> None:
    first, second = saying("one", "two").said
    reply = [{"kind": "reply", "id": first.item.object.id}]
    item = type(second.item).model_validate(second.item.model_dump() | {"references": reply})
    transcript = Transcript(saying().id, "acme", (first, type(second)(second.at, "internal", item)))
    one, two = same(transcript, tmp_path)
    assert two["in-reply-to"] == one["message-id"]
    assert two["x-commonline-visibility"] == "internal"
