"""vCon, the IETF's container for conversations (draft-ietf-vcon-vcon-core, syntax 0.4.0, unsigned form).

What has words is a dialog of type text. Reactions and changes of properties have no place in a vCon and are left out;
what is deleted is left out as well. Attachments are links: their bytes are never ours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from commonline.gateway.export.transcript import Said, Transcript, deleted, one_line, parties, storable
from commonline.schemas.models import Attachment, Party

MEDIA_TYPE = "application/vcon+json"
VERSION = "0.4.0"


def vcon(transcript: Transcript) -> dict[str, Any]:
    """The conversation as a vCon. The same conversation gives the same one, with the same uuid."""
    people = _People(transcript)
    spoken = [one for one in transcript.said if (one.item.object.text or one.item.object.title) and not _gone(one)]
    made: dict[str, Any] = {
        "vcon": VERSION,
        "created_at": _time(transcript.updated),
        "parties": [],
        "dialog": [_dialog(one, people) for one in spoken],
        "analysis": [],
        "attachments": [each for number, one in enumerate(spoken) for each in _attachments(one, number, people)],
    }
    if transcript.subject:
        made["subject"] = one_line(transcript.subject)
    if any(one.redacted for one in transcript.said):
        # The draft asks for the vCon that this is made from. It is not to be had: its uuid is the conversation's.
        made["redacted"] = {"uuid": str(transcript.id), "type": "privacy"}
    made["parties"] = people.told()
    made = storable(made)
    content = json.dumps([str(transcript.id), made], sort_keys=True, ensure_ascii=True).encode()
    return {"uuid": str(version_8(hashlib.sha256(content).digest())), **made}


def version_8(digest: bytes) -> UUID:
    """A UUID of version 8 (RFC 9562, 5.8) from the beginning of a digest."""
    number = int.from_bytes(digest[:16], "big")
    number = number & ~(0xF << 76) | 0x8 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def _gone(one: Said) -> bool:
    return deleted(one.item)


class _People:
    """Parties in the order in which they come up; the same account, or without one the same name, is one party."""

    def __init__(self, transcript: Transcript) -> None:
        self._persons = dict(transcript.persons)
        self._numbers: dict[tuple[str | None, str | None], int] = {}
        self._parties: list[Party] = []

    def number(self, party: Party) -> int:
        key = (party.account, None if party.account else party.name)
        if key not in self._numbers:
            self._numbers[key] = len(self._parties)
            self._parties.append(party)
        return self._numbers[key]

    def told(self) -> list[dict[str, Any]]:
        return [self._party(one) for one in self._parties]

    def _party(self, party: Party) -> dict[str, Any]:
        account = party.account or ""
        told: dict[str, Any] = {}
        if name := one_line(party.name or party.handle or account):
            told["name"] = name
        for scheme in ("tel", "mailto"):
            if account.startswith(f"{scheme}:"):
                told[scheme] = account.removeprefix(f"{scheme}:")
        if account in self._persons:
            told["uuid"] = str(self._persons[account])
        return told


def _dialog(one: Said, people: _People) -> dict[str, Any]:
    item = one.item
    told: dict[str, Any] = {
        "type": "text",
        "start": _time(one.at),
        "parties": [people.number(party) for party in parties(item)],
        "mediatype": "text/plain",
        "body": item.object.text or item.object.title or "",
        "encoding": "none",
        "application": f"{item.connector} {item.channel}",
        "message_id": item.object.id,
    }
    return told


def _attachments(one: Said, dialog: int, people: _People) -> Iterator[dict[str, Any]]:
    who = next(parties(one.item), None)
    if who is None:
        return  # the draft wants the party that sent it
    for each in one.item.object.attachments:
        told = {"start": _time(one.at), "party": people.number(who), "dialog": dialog, **_link(each)}
        if each.name:
            told["filename"] = one_line(each.name)
        yield told


def _link(attachment: Attachment) -> dict[str, Any]:
    """The draft allows a URL only together with a hash of what is there: else the link itself is the content."""
    if attachment.url is None:
        return {"mediatype": "text/plain", "body": one_line(attachment.name or attachment.kind), "encoding": "none"}
    return {"mediatype": "text/uri-list", "body": one_line(attachment.url), "encoding": "none"}


def _time(value: datetime) -> str:
    return value.isoformat()
