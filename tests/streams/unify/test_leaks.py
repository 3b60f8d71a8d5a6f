"""Nothing above a department's clearance, and nothing that its policy takes away, stands in the bytes of its feed."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonline.cli.replay import read_settings, replayed
from commonline.schemas.codec import encode_activity
from commonline.schemas.records import Activity, Attachment, Change, Claim, Container, Party, Reference, Span
from tests.streams.unify.leaks import departments, leaks
from tests.streams.unify.world import World, activity, configuration

PAYLOADS = Path(os.environ.get("COMMONLINE_PAYLOADS", Path(__file__).parents[4] / "shared" / "payloads"))
CONNECTORS = ("facebook", "slack", "email", "mastodon", "hubspot")
PEOPLE = [
    Party("page:user/9000001", "person", "customer", "author", "Zelda Quisling", "zelda_q"),
    Party("acct:omer@social.example", "person", "customer", "author", "Ömer Yıldız", "omer"),
    Party("mailto:quentin@mail.example", "person", "other", "to", "Quentin", None),
    Party("tel:+4930998877", "person", "unknown", "caller", None, None),
    Party(
        "desk:acme/user/77777",
        "person",
        "customer",
        "requester",
        "Vala-Maria O'Dowd",
        None,
        [
            Claim("same_as", "mailto:vala.odowd@mail.example", "verified"),
            Claim("same_as", "tel:+498912345678", "entered"),
        ],
    ),
    Party("desk:acme/user/agent-5", "person", "us", "agent", "Samuel Staffer", "sam.staff"),
]
VALUES = [
    value
    for one in PEOPLE
    for value in (one.name, one.handle, (one.account or "").partition(":")[2], *(c.account for c in one.claims))
    if value
]
TEXTS = st.lists(st.sampled_from([*VALUES, "the kettle", "(", ")", "…", "@", "12.05.2026", "–"]), max_size=6).map(
    " ".join
)
MAYBE = st.none() | TEXTS


@st.composite
def activities(draw: st.DrawFn) -> list[Activity]:
    """Activities whose every string may hold anybody's address, name or handle who takes part in it."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        everyone = draw(st.permutations(PEOPLE))
        made = activity(
            f"page:acme/comment/{draw(st.sampled_from(VALUES))}/{number}".replace(" ", "+"),
            thread=draw(st.sampled_from(["page:t", "https://social.example/@omer/1"])),
            text=_unique(number, draw(MAYBE)),
            title=_unique(number, draw(MAYBE)),
            url=draw(
                st.none() | st.just("https://social.example/@omer/1") | st.just("https://x.example/9000001/photo")
            ),
            actor=everyone[0],
            participants=everyone[1:],
            references=[
                Reference("quote", "page:" + draw(st.sampled_from(VALUES)), draw(st.none() | st.just(VALUES[2])))
            ],
            visibility=draw(st.sampled_from(["public", "customer", "internal", "restricted"])),
            edge=draw(st.none() | st.just(f"page:like/{number}/9000001")),
            fields=draw(st.dictionaries(st.sampled_from(["shown", "hidden"]), TEXTS)),
            tags=draw(st.lists(TEXTS, max_size=2)),
        )
        obj = msgspec.structs.replace(
            made.object,
            spans=draw(st.lists(_spans(made.object.text or ""), max_size=2)),
            attachments=draw(st.lists(_attachments(), max_size=2)),
            author=draw(st.none() | st.sampled_from(PEOPLE)),
        )
        container = draw(st.none() | st.builds(Container, st.just("page:dm/9000001"), MAYBE))
        found.append(
            msgspec.structs.replace(
                made,
                object=obj,
                thread=msgspec.structs.replace(made.thread, title=draw(MAYBE), container=container),
                changes=draw(st.lists(st.builds(Change, st.just("title"), MAYBE, MAYBE), max_size=2)),
                client_ref=draw(MAYBE),
            )
        )
    return found


def _unique(number: int, text: str | None) -> str | None:
    """What one activity may show must not be taken for what another hides."""
    return text and f"{number}{number} {text}"


def _spans(text: str) -> st.SearchStrategy[Span]:
    value = st.sampled_from(["page:user/9000001", "mailto:quentin@mail.example", "https://x.example/user/9000001"])
    return st.builds(Span, st.sampled_from(["mention", "link"]), st.just(0), st.just(len(text)), st.none() | value)


def _attachments() -> st.SearchStrategy[Attachment]:
    urls = st.sampled_from(["https://x.example/9000001.png", "mailto:quentin@mail.example", "tel:+4930998877"])
    return st.builds(
        Attachment, name=MAYBE, url=st.none() | urls, id=st.none() | st.sampled_from(["1", "user/9000001"])
    )


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(activities())
def test_no_feed_holds_what_its_policy_takes_away(some: list[Activity]) -> None:
    world = World().take(configuration(departments()), *some)
    assert leaks(world, some) == []


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="no collection of real payloads here (COMMONLINE_PAYLOADS)")
@pytest.mark.parametrize("name", CONNECTORS)
def test_no_feed_of_real_payloads_holds_what_its_policy_takes_away(name: str) -> None:
    world = World().take(configuration(departments()))
    found, count = [], 0
    for sample in replayed(name, [PAYLOADS / name], read_settings(name, None)):
        told = [one for result in sample.results for one in result.activities]
        told = [one for one in told if len(encode_activity(one)) < 200 * 1024]
        before = len(world.outputs)
        world.take(*told)
        count += len(told)
        fresh = World(outputs=world.outputs[before:])
        structural = {one.connector for one in told} | {one.event for one in told} | {one.source for one in told}
        found += [
            (sample.verdict.file, department, value)
            for department, value in leaks(fresh, told)
            if not any(value.lower() in fixed.lower() for fixed in structural)
        ]
    assert count or name == "slack"
    assert found == []
