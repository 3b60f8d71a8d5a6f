"""Conversations to export: drawn from the whole contract, and hostile ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

from hypothesis import strategies as st
from pydantic import ValidationError

from commonline.gateway.export.transcript import Said, Transcript
from commonline.ids import uuid5
from commonline.schemas import records as structs
from commonline.schemas.models import Activity
from commonline.schemas.records import Visibility
from commonline.testing.strategies import records

HOSTILE = (
    "Hello\r\nBcc: everybody@example.org\r\n\r\nnot a header",
    "From the shop\nFrom: eve@example.org\n>From me\nFrom Eve Thu Jan  1 00:00:00 1970\n",
    "a\0b\x1b[31mred\x7f",
    "half of a pair: \ud83d, and another \udc00",
    "<script>alert(1)</script>",
    "trailing space \nand tab\t\n\n\n",
    "=46rom =\n=3D soft=\n",
    ".\n..\n",
    "x" * 1_000_000,
    "ä€😀" * 100_000,
    "",
)


LEVELS: tuple[Visibility, ...] = get_args(Visibility)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """Any activity whose times the calendar has."""
    while True:
        try:
            return Activity.from_record(draw(records("Activity")))
        except ValidationError:
            continue


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    said = []
    for item in draw(st.lists(activities(), max_size=3)):
        at = draw(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
        said.append(Said(at, draw(st.sampled_from(LEVELS)), item, draw(st.booleans())))
    return Transcript(draw(st.uuids()), "acme", tuple(said))


def saying(*texts: str, **changes: object) -> Transcript:
    """A conversation in which each text was said, title and names being the text as well."""
    said = []
    for number, text in enumerate(texts):
        struct = structs.Activity(
            id=uuid5("said", str(number)),
            workspace="acme",
            connector="test",
            source="page",
            event="create",
            type="Create",
            object=structs.Object(id=f"test:{number}", type="Note", text=text, title=text[:200]),
            thread=structs.Thread(id="test:thread", title=text[:200]),
            channel="comment",
            direction="inbound",
            visibility="public",
            published=1_790_000_000_000_000 + number,
            clock="source",
            received=1_790_000_000_000_000 + number,
            origin=structs.Origin(delivery=uuid5("d"), topic="deliveries.v1", partition=0, offset=0),
        )
        struct.actor = structs.Party(account=f"test:{text[:50]}", name=text[:200], kind="person", side="customer")
        item = Activity.from_record(struct).model_copy(update=changes)
        said.append(Said(item.published + timedelta(seconds=number), "public", item))
    return Transcript(UUID(int=1), "acme", tuple(said))
