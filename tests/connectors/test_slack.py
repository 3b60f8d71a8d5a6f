"""Slack: identity, visibility, mark-up, Slack's own signature verifier, and its sample events where they are there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.slack import source
from commonline.connectors.slack.mrkdwn import Writer
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import catalogue, signature
from commonline.kit.manifest import BodyEcho
from commonline.kit.mapping import Dead, Mapped, Skipped
from commonline.kit.replay import Result, trial
from commonline.kit.request import Request
from commonline.kit.samples import Sample
from commonline.kit.source import Context
from commonline.schemas.records import Activity

PAYLOADS = Path(os.environ.get("COMMONLINE_PAYLOADS", "../shared/payloads")) / "slack"
NOW = 1_777_900_000_000_000
TS = "1777890000.000100"


def envelope(event: dict[str, Any], **told: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": "Ev1",
        "is_ext_shared_channel": False,
        "authorizations": [{"team_id": "T1", "user_id": "U0"}],
        "event": event,
        **told,
    }


def run(body: Any, **settings: Any) -> list[Result]:
    workspace = trial(catalogue.connector("slack"), settings)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return workspace.run(workspace.delivery(Sample("test", data), NOW))


def one(body: Any, **settings: Any) -> Activity:
    (result,) = run(body, **settings)
    assert isinstance(result.outcome, Mapped), result.outcome
    (activity,) = result.activities
    return activity


def rule(body: Any, **settings: Any) -> str:
    (result,) = run(body, **settings)
    assert isinstance(result.outcome, Skipped), result.outcome
    return result.outcome.rule


def message(**told: Any) -> dict[str, Any]:
    return {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "team": "T1", "ts": TS, **told}


def test_a_channel_that_two_workspaces_share_tells_each_message_once() -> None:
    event = message(text="hello", user="U9", team="T2", user_team="T2")
    ours = one(envelope(event, is_ext_shared_channel=True))
    theirs = one(
        envelope(event, is_ext_shared_channel=True, team_id="T2", event_id="Ev2", authorizations=[{"team_id": "T2"}])
    )
    assert ours.id == theirs.id
    assert (ours.visibility, ours.direction) == ("partner", "inbound")
    assert ours.actor is not None
    assert ours.actor.account == "slack:T2/U9"
    assert (ours.actor.side, theirs.direction) == ("partner", "outbound")


def test_a_mention_of_the_app_is_the_message_itself() -> None:
    event = message(text="<@U0> hi")
    mention = {**event, "type": "app_mention"}
    del mention["channel_type"]
    said, heard = one(envelope(event)), one(envelope(mention))
    assert said.id == heard.id
    assert (said.visibility, heard.visibility) == ("internal", "restricted")
    assert one(envelope(mention), unknown_channel="internal").visibility == "internal"
    assert rule(envelope(mention), app_mentions="ignore") == "repeat"


@pytest.mark.parametrize(
    ("channel", "kind", "shared", "visibility"),
    [
        ("C1", "channel", False, "internal"),
        ("C1", "channel", True, "partner"),
        ("C1", "group", False, "restricted"),
        ("C1", "group", True, "restricted"),
        ("C1", "mpim", False, "restricted"),
        ("D1", "im", False, "restricted"),
        ("C1", None, False, "restricted"),
        ("G1", None, False, "restricted"),
        ("C1", "salon", True, "restricted"),
    ],
)
def test_visibility_by_channel(channel: str, kind: str | None, shared: bool, visibility: str) -> None:
    body = envelope(message(text="x", channel=channel, channel_type=kind), is_ext_shared_channel=shared)
    assert one(body).visibility == visibility


def test_time_stamps_keep_every_digit() -> None:
    activity = one(envelope(message(text="x", ts="1525215129.000001")))
    assert activity.published == 1_525_215_129_000_001
    assert activity.object.id == "slack:message/C1/1525215129.000001"
    assert one(envelope(message(text="x", ts="1525215129.000002"))).id != activity.id


def changed(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    told = {"subtype": "message_changed", "channel": "C1", "channel_type": "channel", "event_ts": "1777890100.000200"}
    old = {"user": "U1", "ts": TS, "text": "one"}
    return envelope({"type": "message", **told, "message": {**old, **now}, "previous_message": {**old, **before}})


def test_an_edit_is_told_once_whatever_the_event_and_a_second_edit_is_another() -> None:
    first = one(changed({"text": "two", "edited": {"user": "U1", "ts": "1777890100.000000"}}, {}))
    again = changed({"text": "two", "edited": {"user": "U1", "ts": "1777890100.000000"}}, {})
    again["event"]["event_ts"] = "1777890100.999999"
    second = one(changed({"text": "three", "edited": {"user": "U1", "ts": "1777890200.000000"}}, {"text": "two"}))
    assert first.id == one(again).id != second.id
    assert first.object.version == "1777890100000000"
    assert first.object.text == "two"
    assert int(second.object.version or 0) > int(first.object.version)


@pytest.mark.parametrize(
    "now",
    [
        {"attachments": [{"from_url": "https://a.example", "title": "A page"}]},
        {"reply_count": 2, "latest_reply": TS},
        {"pinned_to": ["C1"]},
    ],
)
def test_what_slack_adds_is_no_edit(now: dict[str, Any]) -> None:
    assert rule(changed(now, {})) == "unfurl"


def test_a_card_that_its_app_rewrites_is_an_edit() -> None:
    now = {"bot_id": "B1", "subtype": "bot_message", "attachments": [{"title": "Solved", "text": "by Ben"}]}
    activity = one(changed(now, {"attachments": [{"title": "New"}]}))
    assert activity.object.text == "one\nSolved\nby Ben"


def test_a_removed_file_is_an_edit_without_it() -> None:
    before = {"files": [{"id": "F1", "mode": "hosted", "name": "a.pdf"}]}
    activity = one(changed({"files": [{"id": "F1", "mode": "tombstone"}]}, before))
    assert activity.object.attachments == []


def test_our_own_app_comes_back_as_outbound_with_its_reference() -> None:
    told = {"bot_id": "B1", "app_id": "A1", "metadata": {"event_type": "e", "event_payload": {"client_ref": "r1"}}}
    ours = one(envelope(message(text="done", **told)))
    other = one(envelope(message(text="done", **{**told, "app_id": "A2"})))
    assert (ours.direction, ours.automated, ours.generator, ours.client_ref) == ("outbound", True, "A1", "r1")
    assert (other.direction, other.automated, other.generator, other.client_ref) == ("internal", True, "A2", None)


def test_secrets_and_addresses_with_tokens_stay_behind() -> None:
    file = {
        "id": "F1",
        "url_private": "https://files.example/x?t=xoxe-1",
        "permalink": "https://acme.slack.com/files/F1",
    }
    told = json.dumps([repr(one(envelope(message(text="", files=[file]), token="verification")))])
    assert "xoxe" not in told
    assert "verification" not in told


def test_a_reaction_can_be_taken_back_and_given_again() -> None:
    def reaction(kind: str, when: str) -> Activity:
        item = {"type": "message", "channel": "C1", "ts": TS}
        told = {"user": "U1", "reaction": "eyes", "item": item, "item_user": "U2", "event_ts": when}
        return one(envelope({"type": kind, **told}))

    first, taken = reaction("reaction_added", "1777890001.0001"), reaction("reaction_removed", "1777890002.0001")
    again = reaction("reaction_added", "1777890003.0001")
    assert first.edge == taken.edge == again.edge == f"slack:message/C1/{TS}/like/U1/eyes"
    assert (taken.type, taken.undoes) == ("Undo", "Like")
    assert len({first.id, taken.id, again.id}) == 3


def rendered(text: str) -> Writer:
    writer = Writer(lambda user: f"slack:T1/{user}")
    writer.mrkdwn(text)
    return writer


@pytest.mark.parametrize(
    ("written", "text", "value"),
    [
        ("<@U1>", "@U1", "slack:T1/U1"),
        ("<@U1|ana>", "@ana", "slack:T1/U1"),
        ("<#C1|general>", "#general", "slack:channel/C1"),
        ("<!here>", "@here", None),
        ("<!subteam^S1|@press>", "@press", "slack:usergroup/S1"),
        ("<https://a.example/?a=1&amp;b=2|a &lt; b>", "a < b", "https://a.example/?a=1&b=2"),
        ("<https://a.example>", "https://a.example", "https://a.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example", "mailto:a@b.example"),
    ],
)
def test_mark_up_becomes_text_and_a_span(written: str, text: str, value: str | None) -> None:
    writer = rendered(f"é {written}!")
    (span,) = writer.spans
    assert writer.text == f"é {text}!"
    assert writer.text[span.start : span.end] == text
    assert span.value == value


@pytest.mark.parametrize("text", ["a &lt; b", "<javascript:alert(1)|x>", "a < b > c", "<!date^1^{date}|4 May>", "<"])
def test_other_mark_up_is_text_only(text: str) -> None:
    assert rendered(text).spans == []


@given(st.text(alphabet=st.sampled_from("<>@#!|^&;ampltgU1 \n:/é"), max_size=60))
def test_spans_lie_within_any_text(written: str) -> None:
    writer = rendered(written)
    assert all(0 <= span.start < span.end <= len(writer.text) for span in writer.spans)
    assert writer.length == len(writer.text)


def test_entities_are_decoded_once() -> None:
    assert rendered("&amp;lt;").text == "&lt;"


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["type", "text", "elements", "fields", "user_id", "url", "style"]), inner)
        ),
        max_leaves=12,
    )
)
def test_no_block_breaks_the_mapping(block: Any) -> None:
    (result,) = run(
        envelope(
            message(text="", blocks=[{"type": "rich_text", "elements": block}, {"type": "section", "text": block}])
        )
    )
    assert isinstance(result.outcome, Mapped)


def scheme() -> Any:
    declared = catalogue.manifest("slack").webhook
    assert declared is not None
    assert isinstance(declared.handshake, BodyEcho)
    return declared.signature[0]


def test_slacks_own_verifier_accepts_what_we_sign_and_we_what_it_signs() -> None:
    body, secret, now = '{"type":"event_callback","text":"ü"}', "8f742231b10e8888abcd99yyyzzz85a5", 1_777_890_000
    request = Request("POST", "/in/slack", "https://acme.example/in/slack", {}, body.encode())
    ours = signature.sign(scheme(), secret, request, now * 1_000_000)
    verifier = SignatureVerifier(secret, clock=_At(now))
    assert verifier.is_valid(body, ours["X-Slack-Request-Timestamp"], ours["X-Slack-Signature"])
    theirs = verifier.generate_signature(timestamp=str(now), body=body)
    assert theirs is not None
    headers = {"x-slack-request-timestamp": str(now), "x-slack-signature": theirs}
    signed = Request("POST", request.target, request.url, headers, request.body)
    signature.verify(scheme(), [secret], signed, now * 1_000_000)
    with pytest.raises(AuthenticationError):
        signature.verify(scheme(), [secret], signed, (now + 301) * 1_000_000)
    with pytest.raises(AuthenticationError):
        signature.verify(scheme(), ["another"], signed, now * 1_000_000)
    assert not SignatureVerifier(secret, clock=_At(now + 301)).is_valid(body, str(now), theirs)


class _At(Clock):
    """The clock that Slack's verifier asks."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def now(self) -> float:
        return float(self.seconds)


FILLED = {
    "team_id": "T1",
    "channel": "C1",
    "channel_id": "C1",
    "channel_type": "channel",
    "user": "U1",
    "user_id": "U1",
    "file_id": "F1",
    "item_user": "U2",
    "old_channel_id": "C8",
    "new_channel_id": "C9",
    "thread_ts": "",
    "text": "Filled in",
    "topic": "Filled in",
    "purpose": "Filled in",
    "name": "filled-in",
}


def fill(value: Any, key: str = "") -> Any:
    """A sample with values where the collection has blanks; times differ by place."""
    if isinstance(value, dict):
        told = {k: v if k in ("blocks", "subtype") else fill(v, k) for k, v in value.items()}
        return {**told, "text": "Filled in otherwise"} if key == "previous_message" else told
    if isinstance(value, list):
        return [fill(item, key) for item in value]
    if value in ("", "0000000000.000000") and key in ("ts", "event_ts", "deleted_ts"):
        return TS if key != "event_ts" else "1777890100.000200"
    return FILLED.get(key, value) if value in ("", "U00000000") else value


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the sample events are not here")
def test_the_samples_of_slacks_sdk_map_once_they_have_values() -> None:
    mapped, ignored = 0, 0
    files = sorted(PAYLOADS.glob("*.json"))
    for path in files:
        blank = json.loads(path.read_bytes())
        for result in run(blank):
            assert not isinstance(result.outcome, Dead) or result.outcome.path, path.name
        for result in run(fill(blank)):
            assert not isinstance(result.outcome, Dead), (path.name, result.outcome)
            mapped += isinstance(result.outcome, Mapped)
            ignored += isinstance(result.outcome, Skipped) and result.outcome.rule != "unsupported"
    assert mapped + ignored == len(files)
    assert mapped >= 23


async def test_the_list_of_members_is_read_page_by_page() -> None:
    asked: list[tuple[str, str | None]] = []
    answers = [
        (200, {"ok": True, "members": [{"id": "U1", "team_id": "T1"}], "response_metadata": {"next_cursor": "n="}}),
        (200, {"ok": True, "members": [], "response_metadata": {"next_cursor": ""}}),
        (429, {}),
        (200, {"ok": False, "error": "invalid_auth"}),
    ]

    async def handle(request: web.Request) -> web.Response:
        asked.append((request.raw_path, request.headers.get("Authorization")))
        status, body = answers.pop(0)
        return web.json_response(body, status=status, headers={"Retry-After": "31"})

    app = web.Application()
    app.router.add_get("/users.list", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    settings = {"bot_token": ResolvedSecret(("xoxb-1",)), "api_url": f"http://{host}:{port}"}
    try:
        async with aiohttp.ClientSession() as http:
            context = Context("slack", "acme", settings, http, clock=lambda: NOW)
            pages = [page async for page in source.read(context, None)]
            with pytest.raises(RetryLaterError) as told:
                [page async for page in source.read(context, None)]
            with pytest.raises(ConfigurationError, match="users:read"):
                [page async for page in source.read(context, None)]
    finally:
        await runner.cleanup()
    assert [page.cursor for page in pages] == [None, {"read_us": NOW}]
    assert asked[:2] == [
        ("/users.list?limit=200", "Bearer xoxb-1"),
        ("/users.list?limit=200&cursor=n%3D", "Bearer xoxb-1"),
    ]
    assert told.value.after_s == 31
