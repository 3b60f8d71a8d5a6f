"""Mastodon: the quick HTML way against the whole parser, positions, addresses, signatures, hostile ids."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonline.connectors.mastodon import answers, events_stream, simple_html, timelines
from commonline.connectors.mastodon.server import Server
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError
from commonline.kit import catalogue, samples
from commonline.kit.replay import Result, trial
from commonline.kit.request import Request, fold
from commonline.kit.samples import Sample
from commonline.kit.signature import verify
from commonline.kit.text import render_html
from commonline.schemas.records import Activity

CONNECTOR = catalogue.connector("mastodon")
PAYLOADS = Path(os.environ.get("COMMONLINE_PAYLOADS", Path(__file__).parents[2].parent / "shared" / "payloads"))
TOWN = {"instance": "https://town.example"}

WORDS = st.sampled_from(
    [
        "kettle",
        "lid ",
        " leak",
        "&amp;",
        "&lt;3",
        "&#39;",
        "&nbsp;",
        "&copy",
        "é",
        "e\u0301",
        "👩‍🍳",
        "\u200b",
        "\u034f",
        "\xa0",
        "  ",
        "\n",
        "x:y",
        "#tag",
        "日本",
    ]
)
LINKS = st.sampled_from(
    [
        '<a href="https://a.example/?a=1&amp;b=2" rel="nofollow noopener" target="_blank">',
        '<a href="https://a.example/@rosa" class="u-url mention">',
        '<a href="https://a.example/tags/x" class="mention hashtag" rel="tag">',
        '<a href="javascript:alert(1)">',
        '<a href="https://a.example/?x=&copy=1">',
        "<a href='https://a.example/'>",
        "<a>",
    ]
)
PIECES = st.one_of(
    WORDS,
    st.sampled_from(
        ["<br>", "<br />", "<br/>", "<span>", "</span>", '<span class="invisible">', "<em>", "</em>", "</a>"]
    ),
    st.tuples(LINKS, WORDS).map(lambda two: f"{two[0]}{two[1]}</a>"),
    st.tuples(LINKS, WORDS).map(lambda two: f'{two[0]}<span class="ellipsis">{two[1]}</span></a>'),
    LINKS,
    st.sampled_from(["</p><p>", '</p><p class="quote-inline">', "<p hidden>", "</p>", "<p>", "<!-- x -->", "<"]),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=9))
def test_the_quick_way_says_what_the_whole_parser_says(pieces: list[str]) -> None:
    html = f"<p>{''.join(pieces)}</p>"
    assert simple_html.render(html) == render_html(html)


def test_what_mastodon_writes_takes_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_html, "render_html", lambda _: pytest.fail("took the slow way"))
    text = simple_html.render(
        '<p><span class="h-card" translate="no"><a href="https://town.example/@acme" class="u-url mention">@<span>acme'
        '</span></a></span> look &amp; see:<br><a href="https://w.example/a?b=1&amp;c=2" target="_blank" '
        'rel="nofollow noopener"><span class="invisible">https://</span><span class="ellipsis">w.example/a</span>'
        '<span class="invisible">?b=1&amp;c=2</span></a></p><p>Grüße</p>'
    )
    assert text.text == "@acme look & see:\nhttps://w.example/a?b=1&c=2\n\nGrüße"
    assert [(span.kind, text.text[span.start : span.end]) for span in text.spans] == [
        ("mention", "@acme"),
        ("link", "https://w.example/a?b=1&c=2"),
    ]


EVENTS = b":)\n:thump\nevent: update\ndata: {}\n\n:thump\n\nevent: delete\r\ndata: 17\r\n\r\n:thump\n"


@given(st.lists(st.integers(0, len(EVENTS)), max_size=6))
def test_events_are_cut_the_same_however_they_come(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(EVENTS)]
    blocks = events_stream.Blocks(1000)
    found = [block for a, b in pairwise(places) for block in blocks.feed(EVENTS[a:b])]
    assert found == [b":)\n:thump\nevent: update\ndata: {}\n\n", b"event: delete\r\ndata: 17\r\n\r\n"]
    assert [events_stream.parse(block) for block in found] == [("update", b"{}"), ("delete", b"17")]


def test_an_endless_event_ends_the_stream() -> None:
    with pytest.raises(DisconnectedError, match="longer than 10 bytes"):
        events_stream.Blocks(10).feed(b"data: more and more")


def run(body: Any, **sample: Any) -> list[Result]:
    source = trial(CONNECTOR, TOWN)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return source.run(source.delivery(Sample("x.json", raw, **sample), 1_780_315_200_000_000))


def activities(body: Any, **sample: Any) -> list[Activity]:
    return [activity for result in run(body, **sample) for activity in result.activities]


def frame(event: str, payload: str) -> dict[str, Any]:
    return {"stream": ["user"], "event": event, "payload": payload}


def status(**more: Any) -> dict[str, Any]:
    account = {"id": "9", "acct": "til@far.example", "username": "til", "uri": "https://far.example/users/til"}
    return {"id": "115480000000000001", "account": account, "visibility": "public", "content": "<p>Lid</p>"} | more


def test_a_delete_meets_what_it_deletes() -> None:
    created = activities(frame("update", json.dumps(status())))[0]
    for told in ("115480000000000001", '"115480000000000001"', " 115480000000000001\n"):
        deleted = activities(frame("delete", told))[0]
        assert deleted.object.id == created.object.id == "mastodon:town.example/status/115480000000000001"
        assert deleted.visibility == "restricted"


@pytest.mark.parametrize("told", ["", "../1", "{}", "x" * 101, "1 2", '"1', "null\x00"])
def test_a_delete_of_no_id_is_dead(told: str) -> None:
    outcome = run(frame("delete", told))[0].outcome
    assert getattr(outcome, "cause", None) == "MalformedPayloadError"


def test_an_edit_has_one_id_by_stream_page_and_webhook() -> None:
    edited = status(created_at="2026-03-02T08:00:00.000Z", edited_at="2026-03-02T09:00:00.123Z")
    stream = activities(frame("status.update", json.dumps(edited)))
    page = activities([edited], request="GET /api/v1/timelines/home?limit=40", transport="poll")
    hook = activities({"event": "status.updated", "created_at": "2026-03-02T09:00:01.000Z", "object": edited})
    (update,) = stream
    assert [one.type for one in page] == ["Create", "Update"]
    assert {update.id} == {one.id for one in (*page, *hook) if one.type == "Update"}
    assert page[0].id == activities(frame("update", json.dumps(status())))[0].id
    assert update.object.version == "1772442000123000"


def test_a_boost_by_home_timeline_and_by_notification_is_one() -> None:
    booster = {"id": "77", "acct": "ana@brew.example"}
    home = activities(frame("update", json.dumps(status(id="200", account=booster, reblog=status(), content=""))))
    told = {"id": "5", "type": "reblog", "account": booster, "status": status()}
    assert [one.id for one in home] == [one.id for one in activities(frame("notification", json.dumps(told)))]


def test_the_tighter_of_boost_and_boosted() -> None:
    booster = {"id": "77", "acct": "ana@brew.example"}
    boost = status(id="200", account=booster, visibility="private", reblog=status(), content="")
    assert activities(frame("update", json.dumps(boost)))[0].visibility == "customer"
    boost = status(id="200", account=booster, reblog=status(visibility="?"), content="")
    assert activities(frame("update", json.dumps(boost)))[0].visibility == "restricted"


def test_handles() -> None:
    server = Server("social.town.example", "town.example")
    assert server.handle("Acme") == "acme@town.example"
    assert server.handle("@Rosa@Kettlewatch.example") == "rosa@kettlewatch.example"
    for bad in ("", "@", "a b", "a@b@c", "a/../b@c", "a@", "x\u202e@y"):
        assert server.handle(bad) is None


def test_webhook_signature_as_mastodon_computes_it() -> None:
    body, secret = b'{"event":"status.created","object":{}}', "s3cret"
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None

    def check(signature: str) -> None:
        request = Request("POST", "/in/town", "https://h.example/in/town", fold([("X-Hub-Signature", signature)]), body)
        verify(webhook.signature[0], (secret,), request, 0)

    check(f"sha256={digest}")
    for wrong in (f"sha256={digest[::-1]}", digest, ""):
        with pytest.raises(AuthenticationError):
            check(wrong)


def test_positions_grow_by_number_or_by_text() -> None:
    assert timelines.advance("9", "10") == "10"
    assert timelines.advance("10", "9") == "10"
    assert timelines.advance(None, "1") == timelines.advance("1", None) == "1"
    assert timelines.advance("01JQA", "01JQB") == "01JQB"


def test_the_overlap_is_of_time_and_only_of_ids_made_of_time() -> None:
    assert int("115480000000000000") - int(timelines.lowered("115480000000000000", 600)) == 600_000 << 16
    assert timelines.lowered("4711", 600) == "4711"
    assert timelines.lowered("9hKMabc", 600) == "9hKMabc"


@pytest.mark.parametrize(
    ("name", "query", "target"),
    [
        ("user", {"stream": "user"}, "/api/v1/timelines/home?limit=1"),
        ("direct", {"stream": "direct"}, "/api/v1/conversations?limit=1"),
        ("public:local", {"stream": "public:local"}, "/api/v1/timelines/public?local=true&limit=1"),
        ("hashtag:Käse", {"stream": "hashtag", "tag": "Käse"}, "/api/v1/timelines/tag/K%C3%A4se?limit=1"),
        ("hashtag:local:#a", {"stream": "hashtag:local", "tag": "a"}, "/api/v1/timelines/tag/a?local=true&limit=1"),
        ("list:12", {"stream": "list", "list": "12"}, "/api/v1/timelines/list/12?limit=1"),
    ],
)
def test_timelines_by_name(name: str, query: dict[str, str], target: str) -> None:
    found = timelines.timeline(name)
    assert found.query == query
    assert found.pages[0].target(limit=1) == target


@pytest.mark.parametrize("name", ["home", "hashtag:", "hashtag:local:", "list:", "public:near", ""])
def test_a_timeline_that_is_none(name: str) -> None:
    with pytest.raises(ConfigurationError, match="timelines: "):
        timelines.timeline(name)


def test_the_token_is_not_sent_in_the_open() -> None:
    url = answers.streaming_url("wss://s.example/", "https://town.example", "/api/v1/streaming?stream=user")
    assert str(url) == "https://s.example/api/v1/streaming?stream=user"
    with pytest.raises(ConfigurationError, match="not encrypted"):
        answers.streaming_url("ws://s.example", "https://town.example", "/api/v1/streaming")
    with pytest.raises(ConfigurationError, match="streaming_url"):
        answers.streaming_url("file:///etc", "https://town.example", "/api/v1/streaming")


def test_refusals() -> None:
    assert isinstance(answers.refusal(401, "x"), ConfigurationError)
    assert isinstance(answers.refusal(502, "x"), DisconnectedError)
    now = 1_772_442_000_000_000
    assert answers.retry_after({"Retry-After": "17"}, now) == 17
    assert answers.retry_after({"X-RateLimit-Reset": "2026-03-02T09:02:00.000Z"}, now) == 120
    assert answers.retry_after({}, now) == 300


@pytest.mark.skipif(not (PAYLOADS / "mastodon").is_dir(), reason="no collection of real payloads here")
def test_every_real_payload_ends_as_something_known() -> None:
    source = trial(CONNECTOR, TOWN)
    for path in sorted((PAYLOADS / "mastodon").iterdir()):
        for sample in samples.read(path.name, path.read_bytes()):
            for result in source.run(source.delivery(sample, 1_780_315_200_000_000)):
                assert result.activities or getattr(result.outcome, "rule", None) in ("reference-data", "not-an-event")
