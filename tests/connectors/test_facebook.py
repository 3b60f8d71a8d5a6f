"""Facebook: what the goldens do not show."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.connectors.facebook.attachments import public_url
from commonline.kit import catalogue
from commonline.kit.mapping import Dead, Mapped, Skipped
from commonline.kit.replay import Result, Trial, trial, verdict
from commonline.kit.samples import Sample, read
from commonline.schemas.records import Activity

CONNECTOR = catalogue.connector("facebook")
FIXTURES = CONNECTOR.folder / "fixtures"
RECEIVED = 1_780_315_200_000_000
PAGE = "102938475610293"
PAYLOADS = Path(os.environ.get("COMMONLINE_PAYLOADS", "../shared/payloads")) / "facebook"


def source(**settings: Any) -> Trial:
    return trial(CONNECTOR, settings)


def results(body: Any, **settings: Any) -> list[Result]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    one = source(**settings)
    return one.run(one.delivery(Sample("test", data), RECEIVED))


def activities(body: Any, **settings: Any) -> list[Activity]:
    return [activity for result in results(body, **settings) for activity in result.activities]


def fixture(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_bytes())
    return body


def change(value: dict[str, Any], field: str = "feed", time: int = 1_760_000_000) -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": PAGE, "time": time, "changes": [{"field": field, "value": value}]}]}


COMMENT = {
    "item": "comment",
    "verb": "add",
    "comment_id": "1_2",
    "post_id": f"{PAGE}_1",
    "parent_id": f"{PAGE}_1",
    "created_time": 1_760_000_000,
    "message": "Hello",
    "from": {"id": "77", "name": "Ana Ferreira"},
}


# Identity


def test_a_comment_told_as_feed_and_as_mention_is_one_fact() -> None:
    feed, mention = activities(change(COMMENT)), activities(change(COMMENT, "mention"))
    assert feed[0].id == mention[0].id
    assert feed[0].thread.id == mention[0].thread.id


def test_a_message_told_to_the_owner_and_in_standby_is_one_fact() -> None:
    body = fixture("messages__standby")
    standby = activities(body)
    body["entry"][0]["messaging"] = body["entry"][0].pop("standby")
    assert activities(body)[0].id == standby[0].id


def test_ids_as_numbers_and_as_text_are_the_same() -> None:
    value = {"item": "like", "verb": "add", "post_id": f"{PAGE}_1", "created_time": 1_760_000_000}
    text = activities(change({**value, "from": {"id": "8423678347823", "name": "Jonas Weber"}}))
    number = activities(change({**value, "sender_id": 8423678347823, "sender_name": "Jonas Weber"}))
    assert text[0].id == number[0].id
    assert text[0].edge == number[0].edge
    assert text[0].actor == number[0].actor


def test_edit_and_edited_are_one_and_edits_at_other_times_are_not() -> None:
    edit = change({**COMMENT, "verb": "edit"}, time=1_760_000_500)
    edited = change({**COMMENT, "verb": "edited"}, time=1_760_000_500)
    later = change({**COMMENT, "verb": "edited"}, time=1_760_000_501)
    ids = [activities(body)[0].id for body in (edit, edited, later)]
    assert ids[0] == ids[1] != ids[2]


def test_a_new_reaction_replaces_the_old_and_takes_back_the_same_edge() -> None:
    added = activities(fixture("feed.reaction__angry"))[0]
    changed = activities(fixture("feed.reaction__changed"))[0]
    assert added.edge == changed.edge
    assert added.id != changed.id
    value = fixture("feed.reaction__angry")["entry"][0]["changes"][0]["value"]
    removed = activities(change({**value, "verb": "remove"}, time=1_760_001_000))[0]
    assert (removed.type, removed.undoes, removed.edge) == ("Undo", "Like", added.edge)


def test_two_reactions_of_nobody_known_are_two() -> None:
    value = {"item": "reaction", "verb": "add", "reaction_type": "love", "post_id": f"{PAGE}_1"}
    first, second = (activities(change(value, time=t))[0] for t in (1_760_000_000, 1_760_000_001))
    assert first.edge != second.edge
    assert first.actor is None


# Time


@pytest.mark.parametrize("time", [1_760_000_000, 1_760_000_000_000, "1760000000", 1_760_000_000.0])
def test_seconds_and_milliseconds(time: Any) -> None:
    value = {key: told for key, told in COMMENT.items() if key != "created_time"}
    found = activities(change(value, time=time))[0]
    assert (found.published, found.clock) == (1_760_000_000_000_000, "source")


def test_no_time_at_all_is_the_time_of_receipt() -> None:
    value = {key: told for key, told in COMMENT.items() if key != "created_time"}
    found = activities({"object": "page", "entry": [{"id": PAGE, "changes": [{"field": "feed", "value": value}]}]})
    assert (found[0].published, found[0].clock) == (RECEIVED, "received")


# One bad part among good ones

GOOD = [{"field": "feed", "value": {**COMMENT, "comment_id": f"1_{n}"}} for n in range(3)]
BAD: list[Any] = [
    {"field": "feed", "value": {**COMMENT, "comment_id": {"id": 1}}},
    {"field": "feed", "value": {"item": "comment", "verb": "add"}},
    {"field": "feed", "value": "text"},
    {"value": {}},
    17,
    None,
]


@given(st.lists(st.sampled_from([*GOOD, *BAD]), min_size=1, max_size=8))
def test_what_cannot_be_read_harms_nothing_beside_it(changes: list[Any]) -> None:
    body = {"object": "page", "entry": [{"id": PAGE, "time": 1_760_000_000, "changes": changes}]}
    found = results(body)
    assert len(found) == len(changes)
    for number, (told, result) in enumerate(zip(changes, found, strict=True)):
        assert result.outcome.entry == number
        if told in GOOD:
            assert isinstance(result.outcome, Mapped)
        else:
            assert isinstance(result.outcome, Dead)
            assert (result.outcome.path or "").startswith(f"entry[0].changes[{number}]")


def test_a_page_without_id_is_dead_and_the_next_page_lives() -> None:
    good = change(COMMENT)["entry"][0]
    found = results({"object": "page", "entry": [{"time": 1}, {"id": "", "changes": []}, good]})
    assert [type(result.outcome) for result in found] == [Dead, Dead, Mapped]
    assert found[0].outcome.path == "entry[0]"  # type: ignore[union-attr]
    assert found[1].outcome.path == "entry[1].id"  # type: ignore[union-attr]


def test_an_unknown_verb_field_and_object_are_unsupported_by_name() -> None:
    entry = {
        "id": PAGE,
        "time": 1_760_000_000,
        "changes": [
            {"field": "feed", "value": {**COMMENT, "verb": "transmogrify"}},
            {"field": "feed", "value": {"item": "like", "verb": "hide", "post_id": "1"}},
            {"field": "calls", "value": {"id": [1]}},
        ],
        "messaging": [{"sender": {"id": "1"}, "recipient": {"id": PAGE}, "telepathy": {}}],
    }
    events = [r.outcome.event for r in results({"object": "page", "entry": [entry]}) if isinstance(r.outcome, Skipped)]
    assert events == ["feed.comment.transmogrify", "feed.like.hide", "calls", "messaging:telepathy"]
    other = results({"object": "instagram", "entry": [{"id": "1"}, {"id": "2"}]})
    assert [r.outcome.event for r in other] == ["object:instagram", "object:instagram"]


# People and sides


def test_an_echo_knows_its_person_whichever_way_round() -> None:
    right, swapped = (fixture("message_echoes__by_app") for _ in range(2))
    item = swapped["entry"][0]["messaging"][0]
    item["sender"], item["recipient"] = item["recipient"], item["sender"]
    first, second = activities(right)[0], activities(swapped)[0]
    assert first.id == second.id
    assert (first.actor, first.participants) == (second.actor, second.participants)
    assert first.direction == "outbound"
    assert first.participants[0].account == f"facebook:{PAGE}/psid/24000000000000001"


def test_the_page_has_the_name_that_the_configuration_gives() -> None:
    found = activities(fixture("messages__text"), pages={PAGE: "Acme Kettles"})[0]
    assert found.thread.container is not None
    assert found.thread.container.name == "Acme Kettles"
    assert found.participants[0].name == "Acme Kettles"


def test_a_persons_feed_and_messenger_accounts_are_never_taken_for_one() -> None:
    feed = activities(change({**COMMENT, "from": {"id": "24000000000000001"}}))[0]
    message = activities(fixture("messages__text"))[0]
    assert feed.actor is not None
    assert message.actor is not None
    assert feed.actor.account != message.actor.account


# Secrets


def test_tokens_and_codes_stay_behind() -> None:
    for path in sorted(FIXTURES.glob("*.json")):
        if path.name.endswith((".meta.json", ".expected.json")):
            continue
        told = repr([result.activities for result in results(path.read_bytes())])
        for secret in ("must-not-leak", "oh=", "oe=", "_nc_cat", "s3cret"):
            assert secret not in told, path.name


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://scontent.xx.fbcdn.net/a.jpg?oh=1&oe=2#x", "https://scontent.xx.fbcdn.net/a.jpg"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2F%3Fb%3D1&h=AT", "https://a.example/?b=1"),
        ("https://a.example/?x=1&access_token=t", "https://a.example/?x=1"),
        ("https://a.example/?x=%C3%A4", "https://a.example/?x=%C3%A4"),
        ("javascript:alert(1)", None),
        ("https://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_addresses_lose_their_passes(url: str | None, expected: str | None) -> None:
    assert public_url(url) == expected


# Real payloads


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="no collection of real payloads beside the checkout")
def test_every_real_payload_is_explained() -> None:
    one = source()
    outcomes = {}
    for path in sorted(PAYLOADS.glob("*.json")):
        for sample in read(path.name, path.read_bytes()):
            outcomes[path.name] = verdict(sample.name, one.run(one.delivery(sample, RECEIVED)))
    assert outcomes
    assert {v.outcome for v in outcomes.values()} <= {"mapped", "ignored"}
    assert sum(v.outcome == "mapped" for v in outcomes.values()) >= 0.9 * len(outcomes)
